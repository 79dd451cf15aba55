"""The benchmark of fan-out counts what really arrived, from either server."""

import asyncio

import pytest

from bench.fanout.__main__ import ALONE, OURS, STOCK, Contender, measure, table


@pytest.mark.parametrize("contender", [OURS, ALONE, STOCK])
async def test_every_subscriber_gets_every_event(contender: Contender) -> None:
    result = await asyncio.to_thread(measure, contender, 3, 4, 30.0)
    assert (result.name, result.subscribers) == (contender.name, 3)
    assert (result.deliveries, result.missing) == (12, 0)
    assert result.data == {
        "orderChanged": {
            "kind": "PLACED",
            "cursor": "c1",
            "order": {
                "id": "ord_1",
                "number": "SO-1",
                "status": "PLACED",
                "total": "129.90",
                "currency": "EUR",
            },
            "product": {"id": "p1", "name": "Porcelain Teapot", "price": "42.90"},
        }
    }
    assert len(list(table([result]))) == 3
