"""Shipping methods and tax rates: what is offered, to whom, and who says so."""

import asyncio
from typing import Any

import pytest

from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, approver, reader, service, writer
from tests.conftest import Ask
from tests.order.desk import codes
from tests.order.shop import Shop, as_anna

METHODS = """query ($country: String, $currency: CurrencyCode, $first: Int, $after: String) {
  shippingMethods(country: $country, currency: $currency, first: $first, after: $after) {
    edges { node { code price { amount currencyCode } countries } } totalCount
    pageInfo { endCursor } } }"""
RATES = """query ($where: TaxRateWhere, $orderBy: TaxRateSort, $first: Int, $after: String) {
  taxRates(where: $where, orderBy: $orderBy, first: $first, after: $after) {
    edges { node { country taxClass rate version } } pageInfo { hasNextPage endCursor } } }"""
UPSERT_METHOD = """mutation ($input: UpsertShippingMethodInput!) {
  upsertShippingMethod(input: $input) { shippingMethod { id code name version active countries
    price { amount currencyCode } } errors { code field } } }"""
UPSERT_RATE = """mutation ($input: UpsertTaxRateInput!) { upsertTaxRate(input: $input) {
  taxRate { id country taxClass rate version } errors { code field } } }"""
EURO = {"amount": "4.90", "currencyCode": "EUR"}
METHOD = {"code": "post", "name": " Post ", "price": EURO, "countries": ["FR", "DE", "FR"]}
RATE = {"country": "AT", "taxClass": "STANDARD", "rate": "0.2"}


def found(data: Any) -> list[str]:
    return [edge["node"]["code"] for edge in data["shippingMethods"]["edges"]]


async def test_what_is_offered(shop: Shop, ask: Ask) -> None:
    assert found(await ask(METHODS, ANONYMOUS)) == ["dhl", "dollars", "express"]
    assert found(await ask(METHODS, as_anna, country="FR", currency="EUR")) == ["dhl"]
    assert found(await ask(METHODS, country="AT")) == []
    assert found(await ask(METHODS, reader("order"))) == ["dhl", "dollars", "express", "old"]
    first = await ask(METHODS, ANONYMOUS, first=2)
    assert (found(first), first["shippingMethods"]["totalCount"]) == (["dhl", "dollars"], 3)
    after = first["shippingMethods"]["pageInfo"]["endCursor"]
    assert found(await ask(METHODS, ANONYMOUS, after=after)) == ["express"]


async def test_tax_rates_in_pages(shop: Shop, ask: Ask) -> None:
    page = (await ask(RATES, first=3))["taxRates"]
    assert [edge["node"]["country"] for edge in page["edges"]] == ["DE", "DE", "DE"]
    rest = (await ask(RATES, after=page["pageInfo"]["endCursor"]))["taxRates"]
    assert [edge["node"] for edge in rest["edges"]] == [
        {"country": "FR", "taxClass": "STANDARD", "rate": "0.20000", "version": 1}
    ]
    where = {"country": {"eq": "DE"}, "taxClass": {"in": ["REDUCED", "ZERO"]}}
    some = (await ask(RATES, where=where, orderBy={"direction": "DESC"}))["taxRates"]
    assert [edge["node"]["taxClass"] for edge in some["edges"]] == ["ZERO", "REDUCED"]


async def test_a_method_is_made_then_changed(shop: Shop, ask: Ask) -> None:
    made = (await ask(UPSERT_METHOD, approver("order"), input=METHOD))["upsertShippingMethod"]
    assert made["errors"] == []
    method = made["shippingMethod"]
    assert method["id"].startswith("shm_")
    assert {**method, "id": None} == {
        "id": None,
        "code": "post",
        "name": "Post",
        "version": 1,
        "active": True,
        "countries": ["DE", "FR"],
        "price": EURO,
    }
    change = {**METHOD, "name": "Letter", "active": False, "expectedVersion": 1}
    changed = (await ask(UPSERT_METHOD, input=change))["upsertShippingMethod"]["shippingMethod"]
    assert (changed["id"], changed["name"], changed["active"], changed["version"]) == (
        method["id"],
        "Letter",
        False,
        2,
    )
    stale = (await ask(UPSERT_METHOD, input=change))["upsertShippingMethod"]
    assert codes(stale) == ["STALE_VERSION"]


async def test_a_rate_is_made_then_changed(shop: Shop, ask: Ask) -> None:
    made = (await ask(UPSERT_RATE, approver("order"), input=RATE))["upsertTaxRate"]
    assert (made["errors"], made["taxRate"]["rate"], made["taxRate"]["version"]) == (
        [],
        "0.20000",
        1,
    )
    change = {**RATE, "rate": "0.075", "expectedVersion": 1}
    changed = (await ask(UPSERT_RATE, input=change))["upsertTaxRate"]["taxRate"]
    assert changed == {**made["taxRate"], "rate": "0.07500", "version": 2}
    stale = (await ask(UPSERT_RATE, input={**RATE, "expectedVersion": 1}))["upsertTaxRate"]
    assert codes(stale) == ["STALE_VERSION"]
    new = {**RATE, "country": "CH", "expectedVersion": 1}
    assert codes((await ask(UPSERT_RATE, input=new))["upsertTaxRate"]) == ["STALE_VERSION"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "Post"}, ["code"]),
        ({"code": "-post"}, ["code"]),
        ({"code": "p" * 65}, ["code"]),
        ({"name": "  "}, ["name"]),
        ({"name": "a\nb"}, ["name"]),
        ({"countries": []}, ["countries"]),
        ({"countries": ["DE", "EU"]}, ["countries", "1"]),
        ({"price": {"amount": "-1", "currencyCode": "EUR"}}, ["price", "amount"]),
        ({"price": {"amount": "1.001", "currencyCode": "EUR"}}, ["price", "amount"]),
    ],
)
async def test_methods_that_cannot_be(
    shop: Shop, ask: Ask, change: dict[str, Any], field: list[str]
) -> None:
    before = await shop.everything()
    refused = (await ask(UPSERT_METHOD, input=METHOD | change))["upsertShippingMethod"]
    assert refused == {
        "shippingMethod": None,
        "errors": [{"code": "INVALID_INPUT", "field": field}],
    }
    assert await shop.everything() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"country": "EU"}, ["country"]),
        ({"rate": "-0.01"}, ["rate"]),
        ({"rate": "1.01"}, ["rate"]),
        ({"rate": "0.123456"}, ["rate"]),
    ],
)
async def test_rates_that_cannot_be(
    shop: Shop, ask: Ask, change: dict[str, Any], field: list[str]
) -> None:
    before = await shop.everything()
    refused = (await ask(UPSERT_RATE, input=RATE | change))["upsertTaxRate"]
    assert refused == {"taxRate": None, "errors": [{"code": "INVALID_INPUT", "field": field}]}
    assert await shop.everything() == before


async def test_a_dry_run_shows_and_changes_nothing(shop: Shop, ask: Ask) -> None:
    before = await shop.everything()
    tried = (await ask(UPSERT_METHOD, input={**METHOD, "dryRun": True}))["upsertShippingMethod"]
    assert tried["shippingMethod"]["name"] == "Post"
    tried = (await ask(UPSERT_RATE, input={**RATE, "dryRun": True}))["upsertTaxRate"]
    assert tried["taxRate"]["rate"] == "0.20000"
    assert await shop.everything() == before


@pytest.mark.commits
async def test_two_at_once_make_one(shop: Shop, ask: Ask) -> None:
    methods = await asyncio.gather(*(ask(UPSERT_METHOD, input=METHOD) for _ in range(5)))
    made = [each["upsertShippingMethod"]["shippingMethod"] for each in methods]
    assert len({each["id"] for each in made}) == 1
    assert sorted(each["version"] for each in made) == [1, 2, 3, 4, 5]
    rates = await asyncio.gather(*(ask(UPSERT_RATE, input=RATE) for _ in range(5)))
    versions = [each["upsertTaxRate"]["taxRate"]["version"] for each in rates]
    assert sorted(versions) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("principal", "may_set", "may_read"),
    [
        (ADMIN, True, True),
        (approver("order"), True, True),
        (writer("order"), False, True),
        (approver("product"), False, False),
        (as_anna, False, False),
        (ANONYMOUS, False, False),
        (service("backoffice", "upsertTaxRate", "upsertShippingMethod"), True, False),
    ],
)
async def test_who_may(
    shop: Shop, ask: Ask, principal: Principal, may_set: bool, may_read: bool
) -> None:
    before = await shop.everything()
    expected = [] if may_set else ["FORBIDDEN"]
    assert codes((await ask(UPSERT_RATE, principal, input=RATE))["upsertTaxRate"]) == expected
    made = await ask(UPSERT_METHOD, principal, input=METHOD)
    assert codes(made["upsertShippingMethod"]) == expected
    assert (await shop.everything() == before) is not may_set
    if may_read:
        assert len((await ask(RATES, principal))["taxRates"]["edges"]) == 4 + may_set
    else:
        [error] = await ask(RATES, principal, errors=True)
        assert error["extensions"]["code"] == "FORBIDDEN"


async def test_a_rate_of_a_million_digits_is_no_decimal(shop: Shop, ask: Ask) -> None:
    before = await shop.everything()
    [error] = await ask(UPSERT_RATE, input=RATE | {"rate": "1E-999999"}, errors=True)
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "at .rate: Decimal has at most 28 digits." in error["message"]
    assert await shop.everything() == before
