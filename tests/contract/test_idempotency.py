"""Every mutation that takes an idempotency key keeps its promise: generated from the schema."""

from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    is_required_input_field,
)

from models.ids import ulid
from models.migrations.run import AGENTS
from tests.callers import ADMIN
from tests.platform import Platform, subgraph_of

PREFIXES = {
    "addressId": "adr", "categoryId": "cat", "customerId": "cus", "fromWarehouseId": "whs",
    "intoCustomerId": "cus",
    "orderId": "ord", "productId": "prd", "reservationId": "rsv", "shippingMethodId": "shm",
    "stockLevelId": "stk", "toWarehouseId": "whs", "variantId": "var", "warehouseId": "whs",
}  # fmt: skip
TEXTS = {
    "email": "anna{}@example.com", "sku": "SKU-{}", "slug": "slug-{}", "country": "DE",
    "code": "code-{}", "currency": "EUR",
}  # fmt: skip
SCALARS: dict[str, Any] = {"Int": 1, "Boolean": True, "Decimal": "0.1", "CurrencyCode": "EUR"}


def _more(name: str, salt: int) -> dict[str, Any]:
    """What a schema cannot say: which optional fields this caller needs, or must not repeat."""
    given: dict[str, dict[str, Any]] = {
        "mergeCustomers": {"intoCustomerId": ulid("cus", 0, 9)},
        "createOrder": {"customerId": ulid("cus", 0, 9)},
        "releaseReservation": {"reservationId": ulid("rsv", 0, salt)},
        "replayDeadLetters": {"consumer": f"agent{salt}"},
        "setReorderPoint": {"reorderPoint": 5},
        "setStock": {"changeFrom": None},
        "transferStock": {"toWarehouseId": ulid("whs", 0, 9)},
        "upsertAddress": {"addressId": ulid("adr", 0, salt), "customerId": ulid("cus", 0, 9)},
        "upsertCategory": {"name": f"Category {salt}"},
        "upsertTaxRate": {"rate": f"0.{salt}"},
    }
    return given.get(name, {})


ALONE = {"bulkUpsertProductVariants"}
"""Tried by its own agent's tests: rows that are refused one by one."""


def _keyed() -> list[tuple[str, str]]:
    found = []
    for agent in AGENTS:
        mutations = build_schema(subgraph_of(agent).sdl, assume_valid_sdl=True).type_map["Mutation"]
        assert isinstance(mutations, GraphQLObjectType)
        for name, field in mutations.fields.items():
            if "idempotencyKey" in field.args["input"].type.of_type.fields:
                found.append((agent, name))
    return found


def _sample(kind: GraphQLInputType, name: str, salt: int) -> Any:
    """A value of this type that the mutation understands; another salt, another value."""
    if isinstance(kind, GraphQLNonNull):
        return _sample(kind.of_type, name, salt)
    if isinstance(kind, GraphQLList):
        one = _sample(kind.of_type, name.removesuffix("s"), salt)
        return [one] if not isinstance(one, str) or name != "countries" else ["DE"]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {
            field: _sample(each.type, field, salt)
            for field, each in kind.fields.items()
            if is_required_input_field(each)
        }
    if kind.name == "ID":
        return ulid(PREFIXES[name], 0, salt)
    if kind.name == "String":
        return TEXTS.get(name, "Some text {}").format(salt)
    return SCALARS[kind.name]


def _input(agent: str, name: str, salt: int) -> dict[str, Any]:
    mutations = build_schema(subgraph_of(agent).sdl, assume_valid_sdl=True).type_map["Mutation"]
    assert isinstance(mutations, GraphQLObjectType)
    made: dict[str, Any] = _sample(mutations.fields[name].args["input"].type, "input", salt)
    return made | _more(name, salt)


async def _codes(platform: Platform, name: str, input: dict[str, Any]) -> list[str]:
    kind = name[0].upper() + name[1:]
    document = f"mutation($i: {kind}Input!) {{ {name}(input: $i) {{ errors {{ code }} }} }}"
    answer = await platform.through_gateway(document, ADMIN, {"i": input})
    assert "errors" not in answer, answer
    return [error["code"] for error in answer["data"][name]["errors"]]


@pytest.mark.parametrize(
    ("agent", "name"), [(agent, name) for agent, name in _keyed() if name not in ALONE]
)
async def test_the_same_key_with_another_body(platform: Platform, agent: str, name: str) -> None:
    first = _input(agent, name, 1) | {"idempotencyKey": "same"}
    other = _input(agent, name, 2) | {"idempotencyKey": "same"}
    assert first != other
    codes = await _codes(platform, name, first)
    assert set(codes) <= {"NOT_FOUND", "VARIANT_UNAVAILABLE", "INSUFFICIENT_STOCK"}
    assert await _codes(platform, name, first) == codes
    assert await _codes(platform, name, other) == ["IDEMPOTENCY_KEY_REUSED"]


@pytest.mark.parametrize(("agent", "name"), _keyed())
async def test_a_key_that_is_too_long(platform: Platform, agent: str, name: str) -> None:
    keyed = _input(agent, name, 1) | {"idempotencyKey": "x" * 201}
    assert await _codes(platform, name, keyed) == ["INVALID_INPUT"]


def test_nearly_all_mutations_take_a_key() -> None:
    assert len(_keyed()) > 35
