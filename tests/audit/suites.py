"""The public suite's own server: which suites there are, their schemas and their cases."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp

from gateway.composition import SubgraphSource
from tests.node_server import free_port, node_server

VARIABLE: Final = "SOUK_AUDIT"
_CLI: Final = Path("src") / "cli.ts"


class NoCheckout(Exception):
    """The message says what the developer has to do."""


@dataclass(frozen=True, slots=True)
class Case:
    """`errors`: whether there must be some; None: there may be."""

    query: str
    data: Any
    errors: bool | None

    def passed(self, answer: Mapping[str, Any]) -> bool:
        if not same(answer.get("data"), self.data):
            return False
        return self.errors is None or self.errors == bool(answer.get("errors"))


@dataclass(frozen=True, slots=True)
class Suites:
    """What is asked of the suite's server."""

    url: str
    session: aiohttp.ClientSession

    async def names(self) -> list[str]:
        return sorted(await self._json("ids"))

    async def supergraph(self, suite: str) -> str:
        """As the suite's own version of Apollo's composer writes it."""
        async with self.session.get(f"{self.url}/{suite}/supergraph") as response:
            response.raise_for_status()
            return await response.text()

    async def subgraphs(self, suite: str) -> dict[str, SubgraphSource]:
        found = await self._json(f"{suite}/subgraphs")
        return {each["name"]: SubgraphSource(each["url"], each["sdl"]) for each in found}

    async def cases(self, suite: str) -> list[Case]:
        cases = []
        for each in await self._json(f"{suite}/tests"):
            expected = each["expected"]
            errors = expected.get("errors")
            cases.append(
                Case(
                    each["query"],
                    expected.get("data"),
                    errors if isinstance(errors, bool) else None,
                )
            )
        return cases

    async def _json(self, path: str) -> Any:
        headers = {"accept": "application/json"}
        async with self.session.get(f"{self.url}/{path}", headers=headers) as response:
            response.raise_for_status()
            return await response.json()


@asynccontextmanager
async def suites(log: Path) -> AsyncIterator[Suites]:
    """The server of the checkout that the environment names, needless fetches punished.

    Raises NoCheckout where it names none.
    """
    folder = _checkout()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ["--import", "tsx", str(_CLI), "serve", "--port", str(port)]
    environment = {"PUNISH_FOR_POOR_PLANS": "1"}
    async with (
        node_server(arguments, folder=folder, ready=f"{url}/ids", log=log, environment=environment),
        aiohttp.ClientSession() as session,
    ):
        yield Suites(url, session)


def _checkout() -> Path:
    given = os.environ.get(VARIABLE)
    if not given:
        raise NoCheckout(
            f"Set {VARIABLE} to a checkout of github.com/graphql-hive/federation-gateway-audit "
            "with its npm packages installed (npm install), then run make audit again."
        )
    folder = Path(given).expanduser()
    if not (folder / _CLI).is_file():
        raise NoCheckout(f"{folder} is no checkout of the audit: it has no {_CLI}.")
    if not (folder / "node_modules" / "tsx").is_dir():
        raise NoCheckout(f"Run npm install in {folder}: the audit's packages are not there.")
    return folder.resolve()


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: true is not 1, and the order of keys is nothing."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)
