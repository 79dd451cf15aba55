"""One customer, by every way in: root field, `me`, `_entities`; what is foreign does not exist."""

from typing import Any

import pytest

from models.customer import CustomerStatus
from models.database import Database
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, customer, reader, service, staff
from tests.conftest import Ask
from tests.customer.people import ANNA, BEN, CARA, UNKNOWN, add, change, stored
from tests.platform import Platform

CUSTOMER = """query ($id: ID!) { customer(id: $id) {
    id status displayName firstName lastName email phone locale version createdAt updatedAt
    allowedTransitions mergedInto { id } addresses { id } consents { kind }
} }"""
ENTITIES = """query ($of: [_Any!]!) { _entities(representations: $of) {
    __typename
    ... on Customer { id email addresses { city: address { city } } }
    ... on Address { id customerId }
    ... on CustomerInteraction { id subject }
} }"""
ADDRESS = {"name": "A", "line1": "Weg 1", "postalCode": "1010", "city": "Wien", "country": "AT"}


async def entities(platform: Platform, principal: Principal, *of: dict[str, str]) -> dict[str, Any]:
    return await platform.ask("customer", ENTITIES, principal, {"of": of})


async def test_a_customer_as_staff_see_it(ask: Ask, db: Database) -> None:
    await add(db, ANNA, phone="+431234", locale="de-AT")
    assert await ask(CUSTOMER, reader("customer"), id=ANNA) == {
        "customer": {
            "id": ANNA,
            "status": "ACTIVE",
            "displayName": "Anna Müller",
            "firstName": "Anna",
            "lastName": "Müller",
            "email": f"{ANNA.lower()}@example.com",
            "phone": "+431234",
            "locale": "de-AT",
            "version": 1,
            "createdAt": "2026-01-01T01:00:00Z",
            "updatedAt": "2026-01-01T01:00:00Z",
            "allowedTransitions": ["SUSPENDED", "MERGED", "ERASURE_PENDING"],
            "mergedInto": None,
            "addresses": [],
            "consents": [],
        }
    }


async def test_a_name_may_be_half_known_or_not_at_all(ask: Ask, db: Database) -> None:
    await add(db, ANNA, last_name=None)
    await add(db, BEN, first_name=None, last_name=None)
    document = "query ($a: ID!, $b: ID!) { a: customer(id: $a) { ...n } b: customer(id: $b) "
    document += "{ ...n } } fragment n on Customer { displayName }"
    names = await ask(document, a=ANNA, b=BEN)
    assert names == {"a": {"displayName": "Anna"}, "b": {"displayName": None}}


async def test_customers_read_themselves_also_while_suspended(ask: Ask, db: Database) -> None:
    await add(db, ANNA, "SUSPENDED")
    mine = "{ me { id status } }"
    assert await ask(mine, customer(ANNA)) == {"me": {"id": ANNA, "status": "SUSPENDED"}}
    found = await ask(CUSTOMER, customer(ANNA), id=ANNA)
    assert found["customer"]["status"] == "SUSPENDED"


async def test_me_is_null_for_whoever_is_no_customer(ask: Ask, db: Database) -> None:
    await add(db, ANNA)
    for principal in (ADMIN, staff(), reader("customer"), service("order", "me")):
        assert await ask("{ me { id } }", principal) == {"me": None}
    for_anna = service("order", "me", on_behalf_of=ANNA)
    assert await ask("{ me { id } }", for_anna) == {"me": {"id": ANNA}}
    assert await ask("{ me { id } }", customer(UNKNOWN)) == {"me": None}
    for principal in (ANONYMOUS, service("order", "customer", on_behalf_of=ANNA)):
        [error] = await ask("{ me { id } }", principal, errors=True)
        assert error["extensions"] == {"code": "FORBIDDEN"}


@pytest.mark.parametrize(
    "principal",
    [ANONYMOUS, staff(), staff("customer:write", "customer:approve"), service("order", "me")],
)
async def test_others_may_not_read_customers(ask: Ask, db: Database, principal: Principal) -> None:
    await add(db, ANNA)
    for document in ("query ($id: ID!) { customer(id: $id) { id } }", CUSTOMER):
        [error] = await ask(document, principal, errors=True, id=ANNA)
        assert error["extensions"] == {"code": "FORBIDDEN"}


async def test_a_service_reads_for_the_customer_that_it_acts_for(ask: Ask, db: Database) -> None:
    await add(db, ANNA)
    await add(db, BEN)
    document = "query ($id: ID!) { customer(id: $id) { id status email displayName } }"
    order = service("order", "customer", on_behalf_of=ANNA)
    found = await ask(document, order, id=ANNA)
    assert found["customer"]["status"] == "ACTIVE"
    assert await ask(document, order, id=BEN) == {"customer": None}
    anybody = service("order", "customer", on_behalf_of="usr_STAFF")
    assert (await ask(document, anybody, id=BEN))["customer"]["id"] == BEN


async def test_foreign_is_unknown_everywhere(ask: Ask, db: Database, platform: Platform) -> None:
    await add(db, ANNA)
    await add(db, BEN)
    ben = await change(
        ask, "upsertAddress", select="customer { addresses { id } }", customerId=BEN,
        address=ADDRESS,
    )  # fmt: skip
    made = await change(
        ask, "recordInteraction", select="customerInteraction { id }", customerId=BEN,
        channel="PHONE", direction="INBOUND", subject="Where is it?",
    )  # fmt: skip
    [address], talk = ben["customer"]["addresses"], made["customerInteraction"]
    anna = customer(ANNA)
    assert await ask(CUSTOMER, anna, id=BEN) == await ask(CUSTOMER, anna, id=UNKNOWN)
    foreign = await entities(
        platform,
        anna,
        {"__typename": "Customer", "id": BEN},
        {"__typename": "Address", "id": address["id"]},
        {"__typename": "CustomerInteraction", "id": talk["id"]},
    )
    unknown = await entities(
        platform,
        anna,
        {"__typename": "Customer", "id": UNKNOWN},
        {"__typename": "Address", "id": "adr_0"},
        {"__typename": "CustomerInteraction", "id": "itx_0"},
    )
    assert foreign == unknown == {"data": {"_entities": [None, None, None]}}
    talks = "query ($id: ID!) { customerInteractions(customerId: $id) { totalCount edges { cursor"
    talks += " } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
    assert await ask(talks, anna, id=BEN) == await ask(talks, anna, id=UNKNOWN)
    assert (await ask(talks, customer(BEN), id=BEN))["customerInteractions"]["totalCount"] == 1


async def test_entities_come_in_the_order_asked(
    ask: Ask, db: Database, platform: Platform, statements: list[str]
) -> None:
    for id in (ANNA, BEN):
        await add(db, id)
    payload = await change(
        ask, "upsertAddress", select="customer { addresses { id } }", customerId=ANNA,
        address=ADDRESS,
    )  # fmt: skip
    [address] = payload["customer"]["addresses"]
    statements.clear()
    answer = await entities(
        platform,
        reader("customer"),
        {"__typename": "Customer", "id": BEN},
        {"__typename": "Address", "id": address["id"]},
        {"__typename": "Customer", "id": UNKNOWN},
        {"__typename": "Customer", "id": ANNA},
        {"__typename": "CustomerInteraction", "id": "itx_0"},
        {"__typename": "Customer", "id": BEN},
    )
    ben = {"__typename": "Customer", "id": BEN, "email": f"{BEN.lower()}@example.com"}
    anna = {"__typename": "Customer", "id": ANNA, "email": f"{ANNA.lower()}@example.com"}
    assert answer == {
        "data": {
            "_entities": [
                ben | {"addresses": []},
                {"__typename": "Address", "id": address["id"], "customerId": ANNA},
                None,
                anna | {"addresses": [{"city": {"city": "Wien"}}]},
                None,
                ben | {"addresses": []},
            ]
        }
    }
    assert len([sql for sql in statements if sql.startswith("SELECT")]) == 4


async def test_entities_are_for_who_may_read_them(db: Database, platform: Platform) -> None:
    await add(db, ANNA)
    anna = {"__typename": "Customer", "id": ANNA}
    for principal in (ANONYMOUS, staff("order:read"), service("order", "Order")):
        answer = await entities(platform, principal, anna)
        assert answer["data"] == {"_entities": [None]}
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "FORBIDDEN"}]
    order = service("order", "Customer", "addresses", on_behalf_of=ANNA)
    answer = await entities(platform, order, anna, {"__typename": "Customer", "id": BEN})
    assert answer["data"]["_entities"][0]["id"] == ANNA
    assert answer["data"]["_entities"][1] is None


@pytest.mark.commits
async def test_no_text_has_a_nul(ask: Ask, db: Database) -> None:
    await add(db, ANNA)
    before = await stored(db)
    given = '{customerId: "\\u0000", firstName: "Eve", idempotencyKey: "k"}'
    for document in (
        '{ customer(id: "\\u0000") { id } }',
        '{ customers(where: {id: {in: ["\\u0000"]}}) { totalCount } }',
        f"mutation {{ updateCustomer(input: {given}) {{ errors {{ code }} }} }}",
        f'mutation {{ suspendCustomer(input: {{customerId: "{ANNA}", idempotencyKey: "\\u0000"}})'
        " { errors { code } } }",
    ):
        [error] = await ask(document, errors=True)
        assert error["extensions"] == {"code": "INVALID_INPUT"}
    assert await stored(db) == before


async def test_what_became_of_a_merged_record(ask: Ask, db: Database) -> None:
    await add(db, ANNA)
    await add(db, BEN, "MERGED", merged_into_id=ANNA)
    document = "query ($id: ID!) { customer(id: $id) { status mergedInto { id } } }"
    merged = {"status": "MERGED", "mergedInto": {"id": ANNA}}
    assert await ask(document, id=BEN) == {"customer": merged}
    # The other record is not theirs to read as long as they sign in with this one.
    assert await ask(document, customer(BEN), id=BEN) == {"customer": merged | {"mergedInto": None}}


async def test_a_vetoed_erasure_leads_back_to_where_it_came_from(ask: Ask, db: Database) -> None:
    await add(db, ANNA, "ERASURE_PENDING", status_before=CustomerStatus.SUSPENDED)
    await add(db, BEN, "ANONYMIZED")
    document = "query ($id: ID!) { customer(id: $id) { email allowedTransitions } }"
    pending = (await ask(document, id=ANNA))["customer"]
    assert pending["allowedTransitions"] == ["ANONYMIZED", "SUSPENDED"]
    assert await ask(document, id=BEN) == {"customer": {"email": None, "allowedTransitions": []}}


async def test_why_an_account_is_suspended_is_for_staff(ask: Ask, db: Database) -> None:
    await add(db, ANNA, "SUSPENDED")
    await add(db, CARA)
    document = "query ($id: ID!) { customer(id: $id) { suspensionReason } }"
    found = await ask(document, reader("customer"), id=ANNA)
    assert found == {"customer": {"suspensionReason": "Chargebacks."}}
    for who, id in ((ANNA, ANNA), (CARA, CARA)):
        [error] = await ask(document, customer(who), errors=True, id=id)
        assert error["extensions"] == {"code": "FORBIDDEN"}
        assert error["path"] == ["customer", "suspensionReason"]
