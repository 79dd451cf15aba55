"""What the kit refuses to build, and what every schema has alike."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import build_schema, print_type

from models.database import Database
from subgraphs.kit import ID, Info, anyone, entity, query, resolver, subgraph, subscription
from subgraphs.kit.agents import Agents
from subgraphs.kit.capture import DatabaseCapture
from subgraphs.kit.policy import Kind, Principal, granted, owner_or, public_or, service, staff
from subgraphs.kit.schema import UnansweredKey, UnguardedField
from subgraphs.kit.tokens import principal_of
from tests.callers import ADMIN, ANONYMOUS, customer
from tests.callers import service as agent
from tests.kit.room.schema import schema

SHARED = (
    "ErrorCode", "UserError", "PageInfo", "Money", "NotFoundError", "InvalidTransitionError",
    "StaleVersionError", "PlannedEvent",
)  # fmt: skip


@query(anyone)
async def nothing(info: Info) -> str | None:
    return None


def test_a_resolver_without_a_policy_is_refused() -> None:
    @strawberry.type
    class Open:
        @strawberry.field
        def secret(self) -> str:
            return "x"

    @query(anyone)
    async def leak(info: Info) -> Open:
        return Open()

    leak.function.__annotations__["return"] = Open
    with pytest.raises(UnguardedField, match=r"Open\.secret has no policy"):
        subgraph("leaky", queries=[leak])


def test_a_key_without_a_resolver_is_refused() -> None:
    @entity("id", "name")
    class Half:
        id: ID
        name: str

    @resolver(Half, "id", anyone)
    async def halves(ids: Sequence[ID], info: Info) -> list[Half | None]:
        return [None for _ in ids]

    with pytest.raises(UnansweredKey, match="Half has the key 'name', but no resolver"):
        subgraph("half", queries=[nothing], resolvers=[halves])


def test_what_all_agents_share_is_the_same_in_each() -> None:
    other = subgraph("other", queries=[nothing])
    mine, theirs = (build_schema(each.sdl, assume_valid_sdl=True) for each in (schema, other))
    for name in SHARED:
        ours = mine.type_map.get(name)
        if ours is not None and name in theirs.type_map:
            assert print_type(ours) == print_type(theirs.type_map[name])
    assert "NotFoundError" in theirs.type_map


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        (anyone, {"anonymous", "customer", "staff", "reader", "admin", "agent"}),
        (service, {"admin", "agent"}),
        (staff("note:read"), {"reader", "admin", "agent"}),
        (owner_or(staff("note:read")), {"customer", "reader", "admin", "agent"}),
        (
            public_or(staff("note:read")),
            {"anonymous", "customer", "staff", "reader", "admin", "agent"},
        ),
    ],
)
def test_whom_a_policy_admits(policy, allowed) -> None:  # type: ignore[no-untyped-def]  # from the table above
    callers = {
        "anonymous": ANONYMOUS,
        "customer": customer("cus_A"),
        "staff": Principal("usr_1", Kind.STAFF),
        "reader": Principal("usr_1", Kind.STAFF, scopes=frozenset({"note:read"})),
        "admin": ADMIN,
        "agent": agent("order", "note"),
        "stranger": agent("order", "other"),
    }
    assert {who for who, each in callers.items() if granted(policy, each, "note")} == allowed


def test_a_principal_is_what_its_token_says() -> None:
    claims = {"sub": "agent:order", "kind": "service", "commands": ["a"], "obo": "cus_A"}
    order = Principal("agent:order", Kind.SERVICE, commands=frozenset({"a"}), on_behalf_of="cus_A")
    assert principal_of(claims) == order
    assert principal_of(None) == ANONYMOUS
    assert principal_of({"sub": "x", "kind": "emperor", "scopes": ["note:read"]}) == ANONYMOUS


def test_every_operation_has_its_rule() -> None:
    rules = schema.rules()
    assert rules["Query.notes"] == "customer (own), staff note:read"
    assert rules["Mutation.copyNotes"] == "service, admin"
    assert rules["Note.secret"] == "staff note:read"


@subscription(owner_or(staff("note:read")))
async def counted(info: Info, up_to: int) -> AsyncGenerator[Sequence[int], None]:
    for number in range(up_to):
        yield [number]


async def test_a_subscription_has_its_policy_like_everything_else(tmp_path: Path) -> None:
    counting = subgraph("counting", queries=[nothing], subscriptions=[counted])
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    agents = Agents({"counting": counting}, away, DatabaseCapture(away, tmp_path / "spool"))
    document = "subscription { counted(upTo: 3) }"

    async def answers(principal: Principal) -> list[Any]:
        context = agents.context("counting", principal, "req_1")
        stream = await counting.schema.subscribe(document, context_value=context)
        assert isinstance(stream, AsyncIterator)
        return [(each.data, [e.extensions for e in each.errors or ()]) async for each in stream]

    assert await answers(customer("cus_A")) == [({"counted": n}, []) for n in range(3)]
    assert await answers(ANONYMOUS) == [(None, [{"code": "FORBIDDEN"}])]
    assert counting.rules()["Subscription.counted"] == "customer (own), staff note:read"
    await away.close()
