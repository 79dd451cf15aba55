"""Every operation admits whom the access table says, and no operation is without a line in it."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema

from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, customer, service, staff
from tests.contract.access import CALLERS, CONTRIBUTED, OPERATIONS, admitted
from tests.contract.requests import call, request
from tests.platform import Platform, subgraph_of

ROOTS = ("Query", "Mutation", "Subscription")
FEDERATION = {"Query._entities", "Query._service"}
LINES = [
    (agent, coordinate, caller)
    for agent, operations in OPERATIONS.items()
    for coordinate in operations
    for caller in CALLERS
    if not coordinate.startswith("Subscription.")
]
WATCHED = [
    (agent, coordinate, caller)
    for agent, operations in OPERATIONS.items()
    for coordinate in operations
    for caller in CALLERS
    if coordinate.startswith("Subscription.")
]
ADDED = [
    (agent, coordinate, caller)
    for agent, fields in CONTRIBUTED.items()
    for coordinate in fields
    for caller in CALLERS
]


def _principal(agent: str, caller: str, *commands: str) -> Principal:
    if caller in ("read", "write", "approve"):
        return staff(f"{agent}:{caller}")
    return {
        "anonymous": ANONYMOUS,
        "customer": customer("cus_00000000000000000000000000"),
        "staff": staff("other:read", "other:write", "other:approve"),
        "admin": ADMIN,
        "service": service("other", *commands),
        "stranger": service("other", "somethingElse"),
    }[caller]


def _codes(answer: dict[str, Any]) -> set[str]:
    """Every code in the answer, of payloads and of GraphQL errors."""
    codes = {error.get("extensions", {}).get("code", "NONE") for error in answer.get("errors", ())}
    for payload in (answer.get("data") or {}).values():
        if isinstance(payload, dict):
            codes |= {error["code"] for error in payload.get("errors", ())}
    return codes


@pytest.mark.parametrize("agent", OPERATIONS)
def test_every_operation_has_a_line_and_every_line_an_operation(agent: str) -> None:
    schema = build_schema(subgraph_of(agent).sdl, assume_valid_sdl=True)
    offered = {
        f"{root}.{name}"
        for root in ROOTS
        if isinstance(kind := schema.type_map.get(root), GraphQLObjectType)
        for name in kind.fields
    }
    assert offered - FEDERATION == set(OPERATIONS[agent])


@pytest.mark.parametrize("agent", OPERATIONS)
def test_every_field_that_reads_has_a_rule(agent: str) -> None:
    subgraph = subgraph_of(agent)
    rules = subgraph.rules()
    assert set(OPERATIONS[agent]) | set(CONTRIBUTED.get(agent, {})) <= set(rules)
    assert all(rules.values())


@pytest.mark.parametrize("agent", OPERATIONS)
def test_what_is_contributed_is_in_the_table(agent: str) -> None:
    subgraph = subgraph_of(agent)
    foreign = {
        coordinate
        for coordinate in subgraph.rules()
        if "." in coordinate and coordinate.split(".")[0] not in (*ROOTS, *_owned(agent))
    }
    assert foreign == set(CONTRIBUTED.get(agent, {}))


def _owned(agent: str) -> set[str]:
    """Types that no other agent's schema resolves: the agent's own entities and values."""
    subgraph = subgraph_of(agent)
    return {
        spec.on.__name__
        for spec in subgraph.fields
        if not getattr(spec.on, "__souk_extension__", False)
    }


@pytest.mark.parametrize(("agent", "coordinate", "caller"), LINES)
async def test_the_operation_admits_whom_the_table_says(
    platform: Platform, agent: str, coordinate: str, caller: str
) -> None:
    schema = build_schema(subgraph_of(agent).sdl, assume_valid_sdl=True)
    principal = _principal(agent, caller, coordinate.split(".")[1])
    document = request(schema, coordinate)
    if caller in ("service", "stranger"):
        answer = await platform.ask(agent, document, principal, {})
    else:
        answer = await platform.through_gateway(document, principal, {})
    codes = _codes(answer)
    assert "INTERNAL" not in codes, answer
    expected = admitted(OPERATIONS[agent][coordinate], caller)
    assert ("FORBIDDEN" not in codes) is expected, answer


@pytest.mark.parametrize(("agent", "coordinate", "caller"), WATCHED)
async def test_the_subscription_admits_whom_the_table_says(
    platform: Platform, agent: str, coordinate: str, caller: str
) -> None:
    """Whoever is admitted is told that the cursor is none; whoever is not, nothing of it."""
    name = coordinate.split(".")[1]
    document = f'subscription {{ {name}(after: "nowhere") {{ __typename }} }}'
    principal = _principal(agent, caller, name)
    results = platform.agent(agent).subscribe(agent, document, {}, principal, "req_test")
    [refused] = [result async for result in results]
    codes = [error.formatted["extensions"]["code"] for error in refused.errors or ()]
    admits = admitted(OPERATIONS[agent][coordinate], caller)
    assert codes == ["BAD_USER_INPUT" if admits else "FORBIDDEN"]


@pytest.mark.parametrize(("agent", "coordinate", "caller"), ADDED)
async def test_the_contributed_field_admits_whom_the_table_says(
    platform: Platform, agent: str, coordinate: str, caller: str
) -> None:
    schema = build_schema(subgraph_of(agent).sdl, assume_valid_sdl=True)
    on, name = coordinate.split(".")
    kind = schema.type_map[on]
    assert isinstance(kind, GraphQLObjectType)
    field = call(name, kind.fields[name].args, kind.fields[name].type)
    document = f"""query($r: [_Any!]!) {{
        _entities(representations: $r) {{ ... on {on} {{ {field} }} }} }}"""
    unknown = {"__typename": on, "id": "xxx_00000000000000000000000000"}
    principal = _principal(agent, caller, name)
    answer = await platform.ask(agent, document, principal, {"r": [unknown]})
    codes = _codes(answer)
    assert "INTERNAL" not in codes, answer
    expected = admitted(CONTRIBUTED[agent][coordinate], caller)
    assert ("FORBIDDEN" not in codes) is expected, answer
