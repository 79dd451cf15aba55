"""Requests that nobody thought of, made from the schema: over HTTP, and over both transports."""

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from graphql import parse, validate
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis_graphql import queries
from schemathesis.checks import negative_data_rejection, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.graphql import validation
from schemathesis.specs.openapi.checks import response_schema_conformance

from gateway.server.listen import listen
from souk.keys import SigningKey
from souk.seed.chance import EPOCH
from tests.callers import ADMIN
from tests.contract.generated import SCALARS
from tests.postgres import Server
from tests.workflows import seeded
from tests.workflows.shop import Answer, Determined, Shop, headers, in_process, over_sockets, served

OPERATIONS = 81
CASES_PER_OPERATION = 5
CASES_FOR_BOTH_TRANSPORTS = 60
# Ours beside those that schemathesis knows by name: the caller's mistakes, not the server's.
CALLERS_FAULT = {"INVALID_INPUT", "LIMIT_EXCEEDED"}
CHECKS = [not_a_server_error, response_schema_conformance, negative_data_rejection]


def made_up(cases: int) -> settings:
    """The same cases every time: what fails here fails everywhere."""
    return settings(
        max_examples=cases,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.fixture
def schemathesis_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform's scalars, and its codes."""
    for name, strategy in SCALARS.items():
        schemathesis.graphql.scalar(name, strategy)
    known = validation.CLIENT_ERROR_MARKERS | CALLERS_FAULT
    monkeypatch.setattr(validation, "CLIENT_ERROR_MARKERS", known)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
async def test_no_request_is_answered_with_a_defect(
    own_shop: Shop, schemathesis_knows: None, mode: GenerationMode
) -> None:
    async with served(own_shop.app(), listen("127.0.0.1", 0)) as url:
        given_headers = headers(own_shop.key, ADMIN)
        # It asks as other clients do, by a blocking library: not in the server's own loop.
        codes = await asyncio.to_thread(_check_all, f"{url}/graphql", given_headers, mode)
    if mode is GenerationMode.POSITIVE:
        assert codes["none"] > sum(codes.values()) / 2, codes
    else:
        assert codes["GRAPHQL_VALIDATION_FAILED"] > sum(codes.values()) / 2, codes


def _check_all(url: str, given_headers: dict[str, str], mode: GenerationMode) -> Counter[str]:
    """By code of the first error: how many answers there were."""
    schema = schemathesis.graphql.from_url(url, headers=given_headers)
    codes: Counter[str] = Counter()
    operations = 0
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        operations += 1
        _check(operation.as_strategy(generation_mode=mode), given_headers, codes)
    assert operations == len(schema["Query"]) + len(schema["Mutation"]) == OPERATIONS
    return codes


def _check(strategy: Any, given_headers: dict[str, str], codes: Counter[str]) -> None:
    @made_up(CASES_PER_OPERATION)
    @given(case=strategy)
    def check(case: Any) -> None:
        response = case.call(headers=given_headers)
        case.validate_response(response, checks=CHECKS)
        errors = response.json().get("errors")
        codes[errors[0]["extensions"]["code"] if errors else "none"] += 1

    check()


async def test_both_transports_answer_made_up_queries_alike(
    server: Server,
    example_template: None,
    installation_key: SigningKey,
    tmp_path: Path,
) -> None:
    given = Determined(lambda: EPOCH)
    async with (
        seeded.clone(server) as name,
        in_process(partial(server.url, name), installation_key, tmp_path, given) as local,
        over_sockets(partial(server.url, name), installation_key, tmp_path, given) as remote,
    ):
        documents = await asyncio.to_thread(_documents, local)
        answers: Counter[str] = Counter()
        for document in documents:
            expected, got = await local.ask(document, ADMIN), await remote.ask(document, ADMIN)
            assert _comparable(got) == _comparable(expected), document
            answers["refused" if expected.get("errors") else "answered"] += 1
    assert len(documents) >= 40
    # Made-up page sizes are mostly too large: both kinds of answers must be there, in numbers.
    assert min(answers["answered"], answers["refused"]) >= 10, answers


def _documents(shop: Shop) -> list[str]:
    """Valid queries of several root fields, each once."""
    schema = shop.gateway.schema
    found: dict[str, None] = {}

    @made_up(CASES_FOR_BOTH_TRANSPORTS)
    @given(document=queries(schema, custom_scalars=SCALARS, allow_x00=False))
    def collect(document: str) -> None:
        assert validate(schema, parse(document)) == []
        found[document] = None

    collect()
    return list(found)


def _comparable(answer: Answer) -> tuple[Any, list[Any]]:
    errors = [
        (error.get("path"), error["extensions"]["code"], error["message"])
        for error in answer.get("errors", ())
    ]
    return answer.get("data"), sorted(errors, key=str)


async def test_an_empty_condition_holds_for_everything(own_shop: Shop) -> None:
    """Found by the above: `or` with an empty alternative."""

    async def count(where: str) -> int:
        answer = await own_shop.ask(f"{{ orders(where: {where}) {{ totalCount }} }}", ADMIN)
        assert "errors" not in answer, answer
        found = answer["data"]["orders"]["totalCount"]
        assert isinstance(found, int)
        return found

    every = await count("{}")
    assert every > 0
    assert await count("{or: [{}]}") == every
    assert await count("{and: [{}]}") == every
    assert await count("{or: [{status: {eq: DRAFT}}, {}]}") == every
    assert await count("{and: [{status: {eq: DRAFT}}, {}]}") < every
