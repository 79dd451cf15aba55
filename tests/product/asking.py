"""Mutations asked for in one line, and refusals that prove that nothing changed."""

from dataclasses import dataclass
from typing import Any

from subgraphs.kit import Principal
from tests.callers import ADMIN
from tests.conftest import Ask
from tests.product.catalog import Catalog

ERRORS = """errors { __typename code field
    ... on SkuTakenError { sku } ... on OptionsTakenError { sku } ... on SlugTakenError { slug }
    ... on NotPublishableError { reasons } ... on ArchivedError { archivedId }
    ... on CategoryCycleError { parentId } ... on StaleVersionError { expected actual }
    ... on InvalidTransitionError { from to allowed } }"""


@dataclass(frozen=True)
class Asking:
    """`shown` is what the payload selects besides its errors: `product { id }`."""

    ask: Ask
    catalog: Catalog
    mutation: str
    shown: str
    principal: Principal = ADMIN

    async def run(self, **input: Any) -> Any:
        """The payload."""
        kind = self.mutation[0].upper() + self.mutation[1:]
        document = f"""mutation($input: {kind}Input!) {{ {self.mutation}(input: $input) {{
            {self.shown} {ERRORS} }} }}"""
        return (await self.ask(document, self.principal, input=input))[self.mutation]

    async def done(self, **input: Any) -> Any:
        """What was made or changed."""
        answer = await self.run(**input)
        assert answer["errors"] == []
        return answer[self.shown.split()[0]]

    async def refused(self, **input: Any) -> dict[str, Any]:
        """The one error; nothing was changed."""
        before = await self.catalog.rows()
        answer = await self.run(**input)
        assert answer[self.shown.split()[0]] is None
        assert await self.catalog.rows() == before
        [error] = answer["errors"]
        return dict(error)


def failure(type: str, code: str, *field: str, **data: Any) -> dict[str, Any]:
    """An error as `refused` shows it."""
    return {"__typename": type, "code": code, "field": list(field)} | data


def invalid(*field: str) -> dict[str, Any]:
    return failure("InvalidInputError", "INVALID_INPUT", *field)


def unknown(*field: str) -> dict[str, Any]:
    return failure("NotFoundError", "NOT_FOUND", *field)


def stale(expected: int, actual: int, *field: str) -> dict[str, Any]:
    field = field or ("expectedVersion",)
    data = {"expected": expected, "actual": actual}
    return failure("StaleVersionError", "STALE_VERSION", *field, **data)
