"""Scalars refuse what they cannot hold; nothing that a client sends there is a defect."""

import pytest

from tests.callers import ADMIN
from tests.kit.conftest import Room

ECHO = """query($m: MoneyInput, $t: DateTime) {
    notes(where: {createdAt: {range: {gte: $t}}}) { totalCount } echo(money: $m) }"""


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"t": "0001-01-01T00:00:00+14:00"}, "Not an RFC 3339 time"),
        ({"t": "9999-12-31T23:59:59-14:00"}, "Not an RFC 3339 time"),
        ({"t": "2026-01-01T00:00:00"}, "DateTime needs its offset"),
        ({"t": 5}, "Not an RFC 3339 time"),
        ({"m": {"amount": "1", "currencyCode": []}}, "Not a currency of this shop: []."),
        ({"m": {"amount": "1", "currencyCode": {}}}, "Not a currency of this shop: {}."),
        ({"m": {"amount": 1, "currencyCode": "EUR"}}, "Decimal is written as a string"),
        ({"m": {"amount": "1e999999", "currencyCode": "EUR"}}, "at most 28 digits"),
        ({"m": {"amount": "0e-999999", "currencyCode": "EUR"}}, "at most 28 digits"),
        ({"m": {"amount": "1." + "0" * 27 + "1", "currencyCode": "EUR"}}, "at most 28 digits"),
        ({"m": {"amount": "NaN", "currencyCode": "EUR"}}, "Decimal must be finite"),
    ],
)
async def test_what_a_scalar_refuses(
    room: Room, variables: dict[str, object], message: str
) -> None:
    [error] = (await room.answer(ECHO, ADMIN, **variables))["errors"]
    assert message in error["message"]
    assert await room.rows("SELECT message FROM platform.captured_error") == []


@pytest.mark.parametrize("amount", ["0", "-0.01", "9" * 28, "0." + "0" * 27 + "1"])
async def test_what_it_takes_comes_back_whole(room: Room, amount: str) -> None:
    document = "query($m: MoneyInput) { echo(money: $m) }"
    money = {"amount": amount, "currencyCode": "EUR"}
    assert await room.ask(document, m=money) == {"echo": amount}
