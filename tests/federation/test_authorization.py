"""`@authenticated`, `@requiresScopes` and `@policy`: not fetched, null, and an error each."""

import json
from typing import Any

import pytest

from gateway.context import RequestContext
from gateway.gateway import Gateway, GatewaySettings
from tests.gateway.composition.sdl import composed, linked
from tests.gateway.subgraphs import CONTEXT, Federation, Subgraph, resolve_with

SOMEBODY = RequestContext("test", {"sub": "1"})
PEOPLE = {
    "1": {"__typename": "Person", "id": "1", "name": "Ada", "salary": 9_001},
    "2": {"__typename": "Robot", "id": "2", "name": "R2", "salary": 0},
}


def offices(**arguments: Any) -> Federation:
    """Named.name is protected for people only; payroll computes bonus from salary."""
    return Federation(
        {
            "staff": Subgraph(
                """
                interface Named { id: ID! name: String }
                type Person implements Named @key(fields: "id") {
                  id: ID! name: String @authenticated
                  salary: Int! @requiresScopes(scopes: [["pay:read", "pay:all"], ["root"]])
                  hobby: String @policy(policies: [["friend"]])
                }
                type Robot implements Named @key(fields: "id") { id: ID! name: String }
                interface Lockable { code: String }
                type Vault implements Lockable @authenticated { code: String }
                type Safe implements Lockable { code: String }
                union Box = Vault | Safe
                union Locked = Vault
                enum Rank @authenticated { LOW HIGH }
                type Query {
                  named: [Named!]! person: Person boxes: [Box] vault: Vault
                  locked: Locked rank: Rank lockable: Lockable
                }
                type Mutation { raise: Int @authenticated praise: Int }
                """,
                {
                    "Query.named": resolve_with(lambda: list(PEOPLE.values())),
                    "Query.person": resolve_with(lambda: {**PEOPLE["1"], "hobby": "chess"}),
                    "Query.boxes": resolve_with(
                        lambda: [
                            {"__typename": "Vault", "code": "1234"},
                            {"__typename": "Safe", "code": "0"},
                        ]
                    ),
                    "Query.lockable": resolve_with(lambda: {"__typename": "Safe", "code": "0"}),
                    "Query.locked": resolve_with(lambda: {"__typename": "Vault", "code": "1234"}),
                    "Mutation.raise": resolve_with(lambda: 1),
                    "Mutation.praise": resolve_with(lambda: 2),
                },
                {"Person": lambda found: PEOPLE[found["id"]]},
            ),
            "payroll": Subgraph(
                """
                type Person @key(fields: "id") {
                  id: ID! salary: Int! @external
                  bonus: Int @requires(fields: "salary")
                    @requiresScopes(scopes: [["pay:read", "pay:all"], ["root"]])
                  desk: Int
                }
                """,
                {"Person.bonus": lambda person, _info: person["salary"] * 2},
                {"Person": lambda found: {**found, "desk": 7}},
            ),
        },
        **arguments,
    )


def denied(response: Any) -> list[tuple[list[Any], str]]:
    codes = {error["extensions"]["code"] for error in response.errors}
    assert codes <= {"UNAUTHORIZED_FIELD_OR_TYPE"}
    return [(error["path"], error["message"]) for error in response.errors]


async def test_a_denied_field_is_null_with_an_error_and_is_not_fetched() -> None:
    federation = offices()
    response = await federation.response("{ person { id name desk } }")
    assert response.data == {"person": {"id": "1", "name": None, "desk": 7}}
    assert denied(response) == [(["person", "name"], "Not authorized to read Person.name.")]
    assert "name" not in federation.subgraphs["staff"].calls[0].document


async def test_an_operation_of_which_everything_is_denied_sends_nothing() -> None:
    federation = offices()
    response = await federation.response("{ vault { code } rank locked { __typename } }")
    assert response.data == {"vault": None, "rank": None, "locked": None}
    assert [path for path, _ in denied(response)] == [["vault"], ["rank"], ["locked"]]
    assert federation.called() == {}


async def test_null_propagates_from_a_denied_field_that_cannot_be_null() -> None:
    response = await offices().response("{ person { id salary } }")
    assert response.data == {"person": None}
    assert [path for path, _ in denied(response)] == [["person", "salary"]]


async def test_an_interface_field_is_denied_for_the_types_that_protect_it_only() -> None:
    federation = offices()
    response = await federation.response("{ named { id name } }")
    assert response.data == {"named": [{"id": "1", "name": None}, {"id": "2", "name": "R2"}]}
    assert denied(response) == [(["named", 0, "name"], "Not authorized to read Person.name.")]
    document = federation.subgraphs["staff"].calls[0].document
    assert document == "{ named { __typename id ... on Robot { name } } }"


async def test_an_object_of_a_protected_type_in_a_union_is_null_and_keeps_its_type() -> None:
    federation = offices()
    response = await federation.response("{ boxes { ... on Vault { code } ... on Safe { code } } }")
    assert response.data == {"boxes": [None, {"code": "0"}]}
    assert denied(response) == [(["boxes", 0], "Not authorized to read this object.")]
    assert "1234" not in json.dumps(response.body())
    assert "Vault" not in federation.subgraphs["staff"].calls[0].document


async def test_a_field_that_returns_an_interface_needs_what_all_its_types_need() -> None:
    federation = offices()
    query = "{ lockable { ... on Safe { code } } }"
    response = await federation.response(query)
    assert response.data == {"lockable": None}
    assert [path for path, _ in denied(response)] == [["lockable"]]
    assert federation.called() == {}
    allowed = await federation.response_to(SOMEBODY, query)
    assert (allowed.data, allowed.errors) == ({"lockable": {"code": "0"}}, [])


@pytest.mark.parametrize(
    ("claims", "allowed"),
    [
        (None, False),
        ({}, False),
        ({"scope": "pay:read"}, False),
        ({"scope": "pay:read pay:all"}, True),
        ({"scopes": ["pay:all", "pay:read"]}, True),
        ({"scopes": ["root"]}, True),
        ({"scope": "root"}, True),
        ({"scope": ["root"]}, False),
        ({"scopes": "root"}, False),
        ({"scopes": ["pay:all"], "scope": "pay:read"}, True),
    ],
)
async def test_scopes_are_read_from_either_claim(claims: Any, allowed: bool) -> None:
    federation = offices()
    response = await federation.response_to(
        RequestContext("test", claims), "{ person { bonus desk } }"
    )
    assert response.data == {"person": {"bonus": 18_002 if allowed else None, "desk": 7}}
    # What a field requires goes where it is computed, for those who may read it only.
    sent = json.dumps(federation.subgraphs["payroll"].calls[0].variables)
    assert ("9001" in sent) is allowed


async def test_policies_are_asked_once_for_what_the_operation_touches() -> None:
    asked: list[tuple[frozenset[str], RequestContext]] = []

    async def policies(names: frozenset[str], context: RequestContext) -> frozenset[str]:
        asked.append((names, context))
        return frozenset({"friend"}) if context.claims else frozenset()

    federation = offices(policies=policies)
    assert await federation.data("{ person { desk } }") == {"person": {"desk": 7}}
    assert asked == []
    query = "{ person { hobby again: hobby } }"
    allowed = await federation.response_to(SOMEBODY, query)
    assert allowed.data == {"person": {"hobby": "chess", "again": "chess"}}
    refused = await federation.response(query)
    assert refused.data == {"person": {"hobby": None, "again": None}}
    assert asked == [(frozenset({"friend"}), SOMEBODY), (frozenset({"friend"}), CONTEXT)]


async def test_without_an_evaluator_no_policy_holds() -> None:
    response = await offices().response_to(SOMEBODY, "{ person { hobby } }")
    assert response.data == {"person": {"hobby": None}}


async def test_policies_that_cannot_be_evaluated_let_nothing_through() -> None:
    async def policies(_names: frozenset[str], _context: RequestContext) -> frozenset[str]:
        raise ConnectionError("secret host")

    federation = offices(policies=policies)
    response = await federation.response("{ person { hobby } }")
    assert response.body() == {
        "errors": [{"message": "Internal error.", "extensions": {"code": "INTERNAL"}}],
        "data": None,
    }
    assert federation.called() == {}


async def test_a_denied_mutation_does_not_run() -> None:
    federation = offices()
    response = await federation.response("mutation { raise praise }")
    assert response.data == {"raise": None, "praise": 2}
    assert federation.subgraphs["staff"].calls[0].document == "mutation{ praise }"


async def test_callers_who_may_read_the_same_share_a_plan() -> None:
    federation = offices()
    query = "{ person { name } }"
    for claims in (None, {"sub": "1"}, {"sub": "2", "scope": "root"}, {"sub": "3"}):
        response = await federation.response_to(RequestContext("test", claims), query)
        assert response.data == {"person": {"name": "Ada" if claims else None}}
    assert len(federation.gateway._plans.entries) == 2


async def test_a_successor_is_warmed_for_the_callers_there_were() -> None:
    """For nobody and for everybody without being told, for the others by what they failed."""
    query = "{ person { name salary } }"
    callers = [RequestContext("test", claims) for claims in ({"scope": "root"}, {}, None)]
    federation, successor = offices(), offices()
    for caller in callers:
        await federation.response_to(caller, query)
    masks = federation.gateway.masks()
    assert sorted(map(len, masks[query])) == [0, 1, 2]
    assert await successor.gateway.warm([query]) == {}
    assert len(successor.gateway._plans.entries) == 2
    assert await successor.gateway.warm([query], masks) == {}
    assert successor.gateway.masks() == masks
    warmed = list(successor.gateway._plans.entries._entries.values())
    for caller in callers:
        before = await federation.response_to(caller, query)
        after = await successor.response_to(caller, query)
        assert after.body() == before.body()
    assert {*map(id, successor.gateway._plans.entries._entries.values())} == {*map(id, warmed)}


async def test_the_whole_operation_is_refused_if_so_set() -> None:
    federation = offices(settings=GatewaySettings(unauthorized="reject"))
    response = await federation.response(
        "{ person { desk ...P } boxes { __typename } } fragment P on Person { name }"
    )
    assert not response.executed
    assert sorted(error["message"] for error in response.errors) == [
        "Not authorized to read Person.name.",
        "Not authorized to read Vault.",
    ]
    assert {error["extensions"]["code"] for error in response.errors} == {
        "UNAUTHORIZED_FIELD_OR_TYPE"
    }
    assert federation.called() == {}
    query = "query ($no: Boolean!) { person { desk name @skip(if: $no) } }"
    assert await federation.data(query, no=True) == {"person": {"desk": 7}}


async def test_directives_that_are_linked_under_another_name_protect() -> None:
    sdl = composed(
        {
            "a": linked(
                "v2.9",
                '{name: "@authenticated", as: "@login"}',
                "type Query { open: Int secret: Int @login plan: Int "
                '@federation__policy(policies: [["p"]]) }',
            )
        }
    )
    body = "type Query { open: Int secret: Int plan: Int }"
    gateway = Gateway(sdl, {"a": Subgraph(body, {"Query.open": resolve_with(lambda: 1)})})
    assert "policy__Policy" not in gateway.schema.type_map
    federation = Federation({"a": Subgraph(body)})
    federation.gateway = gateway
    response = await federation.response("{ open secret plan }")
    assert response.data == {"open": 1, "secret": None, "plan": None}


INTERFACE_DECIDES = """
schema @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "http://a.test") }
interface Node @join__type(graph: A) { id: ID! name: String @authenticated }
type Book implements Node @join__implements(graph: A, interface: "Node")
  @join__type(graph: A) { id: ID! name: String }
type Query @join__type(graph: A) { node: Node book: Book }
"""


async def test_an_interface_that_asks_more_than_its_types_protects_them_all() -> None:
    """Older composers allow the directives on interfaces."""
    body = (
        "interface Node { id: ID! name: String } type Book implements Node { id: ID! "
        "name: String } type Query { node: Node book: Book }"
    )
    book = {"__typename": "Book", "id": "1", "name": "Sets"}
    resolvers = {f"Query.{name}": resolve_with(lambda: book) for name in ("node", "book")}
    federation = Federation({"a": Subgraph(body, resolvers)})
    federation.gateway = Gateway(INTERFACE_DECIDES, federation.subgraphs)
    response = await federation.response("{ node { id name } book { name } }")
    assert response.data == {"node": {"id": "1", "name": None}, "book": {"name": None}}
