"""No protected value gets out: random schemas, operations and callers against a plain reference."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from graphql import execute_sync, parse, validate
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gateway.context import RequestContext
from gateway.gateway import GatewaySettings
from tests.federation.protected import GRAPHS, Caller, callers, operations, schemas
from tests.gateway.subgraphs import Federation


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),  # what it draws is small, and shrinking takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_the_gateway_answers_as_resolvers_that_refuse_would(data: st.DataObject) -> None:
    schema = data.draw(schemas())
    holding: list[Caller] = []

    async def policies(_asked: frozenset[str], _context: RequestContext) -> frozenset[str]:
        return holding[-1].policies

    federation = Federation(
        {graph: schema.subgraph(graph) for graph in GRAPHS},
        settings=GatewaySettings(
            compile_after=data.draw(st.sampled_from((1, 10))), planning_seconds=30
        ),
        policies=policies,
    )
    for _ in range(3):
        query = data.draw(operations(schema))
        caller = data.draw(callers)
        holding.append(caller)
        reference = schema.monolith(caller)
        document = parse(query)
        if validate(reference, document):
            continue  # one key for fields of two types: refused before anything is authorized
        expected = execute_sync(reference, document)
        schema.read.clear()
        response = asyncio.run(federation.response_to(caller.context, query))
        assert response.data == expected.data
        places = {nulled(expected.data, error["path"]) for error in response.errors}
        assert places == {nulled(expected.data, e.path or ()) for e in expected.errors or ()}
        assert {error["extensions"]["code"] for error in response.errors} <= {
            "UNAUTHORIZED_FIELD_OR_TYPE"
        }
        _nothing_protected(schema.read, schema, caller, response.body(), federation)


def nulled(data: Any, path: Iterable[str | int]) -> tuple[str | int, ...]:
    """The null that an error explains: of several errors below one null, any may be told."""
    place: tuple[str | int, ...] = ()
    for element in path:
        if data is None:
            break
        place, data = (*place, element), data[element]
    assert data is None
    return place


def _nothing_protected(
    read: set[tuple[str, str]], schema: Any, caller: Caller, body: Any, federation: Federation
) -> None:
    for owner, name in read:
        assert schema.may_read(caller, owner, schema.fields[owner][name]), (
            f"{owner}.{name} was read"
        )
    sent = [call.variables for subgraph in federation.subgraphs.values() for call in subgraph.calls]
    text = json.dumps([body, sent])
    for secret in schema.secrets(caller):
        assert secret not in text
