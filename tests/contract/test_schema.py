"""What all schemas have in common, and that they compose; the files that follow from them."""

from importlib.resources import files

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    parse,
    print_type,
    validate,
)

from gateway.planning.model import Supergraph
from models.migrations.run import AGENTS
from souk import supergraph
from subgraphs.kit.agents import commands_of
from tests.platform import composed, subgraph_of

REQUIRED_KEY = {
    "order": {"createOrder", "placeOrder", "cancelOrder"},
    "product": {"bulkUpsertProductVariants"},
    "inventory": {
        "adjustStock",
        "setStock",
        "transferStock",
        "receiveStock",
        "createReservation",
        "commitReservation",
    },
    "customer": {"anonymizeCustomer", "mergeCustomers"},
    "monitoring": {"replayDeadLetters"},
}
"""The mutations that DOMAIN.md marks: without a key they are not accepted."""


def _schema(agent: str):  # type: ignore[no-untyped-def]  # graphql-core's schema
    return build_schema(subgraph_of(agent).sdl, assume_valid_sdl=True)


def test_shared_types_are_the_same_to_the_byte_in_every_agent() -> None:
    printed: dict[str, dict[str, str]] = {}
    for agent in AGENTS:
        for name, kind in _schema(agent).type_map.items():
            if name.endswith("Error") or name in {
                "ErrorCode", "Money", "MoneyInput", "PageInfo", "PlannedEvent", "PostalAddress",
                "PostalAddressInput", "Direction", "IDFilter", "IntFilter", "StringFilter",
                "DateTimeFilter", "DateTimeRange", "BooleanFilter", "CurrencyCode", "Decimal",
            }:  # fmt: skip
                printed.setdefault(name, {})[agent] = print_type(kind)
    assert len([name for name, by in printed.items() if len(by) > 1]) > 12
    for name, by_agent in printed.items():
        assert len(set(by_agent.values())) == 1, name


def test_the_committed_files_are_those_of_the_code() -> None:
    supergraph.compose_files(check=True)


def test_the_gateway_serves_what_the_agents_offer_and_nothing_of_federation() -> None:
    api = Supergraph(composed()).schema
    for agent in AGENTS:
        for root in ("Query", "Mutation"):
            own = _schema(agent).type_map.get(root)
            served = api.type_map[root]
            assert isinstance(own, GraphQLObjectType)
            assert isinstance(served, GraphQLObjectType)
            assert set(own.fields) - {"_entities", "_service"} <= set(served.fields)
            assert not {name for name in served.fields if name.startswith("_")}


@pytest.mark.parametrize("agent", AGENTS)
def test_mutations_take_one_input_and_answer_with_errors(agent: str) -> None:
    mutations = _schema(agent).type_map["Mutation"]
    assert isinstance(mutations, GraphQLObjectType)
    for name, field in mutations.fields.items():
        upper = name[0].upper() + name[1:]
        assert {argument: str(each.type) for argument, each in field.args.items()} == {
            "input": f"{upper}Input!"
        }
        assert str(field.type) == f"{upper}Payload!"
        payload = field.type.of_type
        assert str(payload.fields["errors"].type) == "[UserError!]!"
        key = field.args["input"].type.of_type.fields.get("idempotencyKey")
        assert name not in REQUIRED_KEY[agent] or (key is not None and str(key.type) == "String!")


@pytest.mark.parametrize("agent", AGENTS)
def test_stateful_entities_say_where_they_may_go(agent: str) -> None:
    for name, kind in _schema(agent).type_map.items():
        if isinstance(kind, GraphQLObjectType) and "status" in kind.fields:
            status = get_named_type(kind.fields["status"].type)
            if isinstance(status, GraphQLEnumType) and "version" in kind.fields:
                assert str(kind.fields["allowedTransitions"].type) == f"[{status}!]!", name


@pytest.mark.parametrize("agent", AGENTS)
def test_commands_are_valid_in_the_supergraph_and_at_their_owner(agent: str) -> None:
    api = Supergraph(composed()).schema
    for document in subgraph_of(agent).documents:
        assert validate(api, parse(document.text)) == [], document.name
        assert validate(_schema(document.owner), parse(document.text)) == [], document.name


def test_only_the_order_agent_commands_others() -> None:
    assert {agent for agent in AGENTS if subgraph_of(agent).documents} == {"order"}
    mutations = _schema("inventory").type_map["Mutation"]
    assert isinstance(mutations, GraphQLObjectType)
    allowed = commands_of(subgraph_of("order").documents)
    called = {name for name in mutations.fields if f"Mutation.{name}" in allowed}
    assert called == {
        "adjustReservation",
        "commitReservation",
        "createReservation",
        "extendReservation",
        "releaseReservation",
    }


@pytest.mark.parametrize("sender", AGENTS)
@pytest.mark.parametrize("agent", AGENTS)
def test_what_goes_to_all_agents_is_understood_by_each(sender: str, agent: str) -> None:
    for make in subgraph_of(sender).broadcasts:
        document = make(agent)
        assert document.owner == agent
        assert validate(_schema(agent), document.node) == []


@pytest.mark.parametrize("agent", AGENTS)
def test_each_room_introduces_itself_in_forty_lines(agent: str) -> None:
    text = (files(f"subgraphs.{agent}") / "README.md").read_text()
    assert len(text.splitlines()) <= 40
