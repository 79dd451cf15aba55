"""Random sequences of operations against a model: every answer, every bucket, and the replay."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from models import inventory as tables
from models.database import Database
from subgraphs.inventory import reservations
from subgraphs.kit import ID
from tests.conftest import Ask
from tests.inventory.stock import (
    ADJUST,
    COMMIT,
    RECEIVE,
    RELEASE,
    RESERVE,
    SET,
    TRANSFER,
    basket,
    check_books,
    variant,
    warehouse,
)

Place = tuple[str, str]
BUCKETS = ("available", "quarantined", "damaged")


@dataclass
class Model:
    """What ought to be: units by place and bucket, and what each reservation holds of them."""

    db: Database
    ask: Ask
    chance: random.Random
    units: dict[Place, Counter[str]] = field(default_factory=dict)
    held: dict[str, dict[Place, int]] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    steps: int = 0

    async def run(self, document: str, **input: Any) -> tuple[dict[str, Any], list[str]]:
        self.steps += 1
        given = {**input, "idempotencyKey": f"step {self.steps}"}
        [payload] = (await self.ask(document, input=given)).values()
        return payload, [error["code"] for error in payload["errors"]]

    def place(self) -> Place:
        return variant(self.chance.randint(1, 3)), warehouse(self.chance.randint(1, 3))

    async def some_level(self) -> tuple[str, Place]:
        rows = await self.db.rows(select(tables.stock_level).order_by(tables.stock_level.c.id))
        row = self.chance.choice(rows)
        return row.id, (row.variant_id, row.warehouse_id)

    async def receive(self) -> None:
        _, target = self.place()
        some = self.chance.sample([1, 2, 3], k=2)
        wanted = {variant(number): self.chance.randint(1, 9) for number in some}
        lines = [{"variantId": id, "quantity": many} for id, many in wanted.items()]
        _, codes = await self.run(RECEIVE, warehouseId=target, lines=lines)
        assert codes == []
        for product, many in wanted.items():
            self.units.setdefault((product, target), Counter())["available"] += many

    async def transfer(self) -> None:
        (product, origin), (_, target) = self.place(), self.place()
        quantity = self.chance.randint(1, 6)
        ways = {"fromWarehouseId": origin, "toWarehouseId": target}
        _, codes = await self.run(TRANSFER, variantId=product, quantity=quantity, **ways)
        if origin == target:
            assert codes == ["INVALID_INPUT"]
        elif self.units.get((product, origin), Counter())["available"] < quantity:
            assert codes == ["INSUFFICIENT_STOCK"]
        else:
            assert codes == []
            self.units[product, origin]["available"] -= quantity
            self.units.setdefault((product, target), Counter())["available"] += quantity

    async def adjust(self) -> None:
        id, place = await self.some_level()
        bucket, delta = self.chance.choice(BUCKETS), self.chance.choice([-4, -2, -1, 1, 3])
        given = {"bucket": bucket.upper(), "delta": delta, "reason": "found or lost"}
        _, codes = await self.run(ADJUST, stockLevelId=id, **given)
        if self.units[place][bucket] + delta < 0:
            assert codes == ["INSUFFICIENT_STOCK"]
        else:
            assert codes == []
            self.units[place][bucket] += delta

    async def count(self) -> None:
        id, place = await self.some_level()
        bucket, quantity = self.chance.choice(BUCKETS), self.chance.randint(0, 9)
        seen = self.units[place][bucket] + self.chance.choice([0, 0, 1])
        given = {"bucket": bucket.upper(), "quantity": quantity, "changeFrom": seen}
        _, codes = await self.run(SET, stockLevelId=id, **given)
        if seen != self.units[place][bucket]:
            assert codes == ["QUANTITY_CHANGED"]
        else:
            assert codes == []
            self.units[place][bucket] = quantity

    async def reserve(self) -> None:
        wanted = {n: self.chance.randint(1, 6) for n in self.chance.sample([1, 2, 3], k=2)}
        input = basket("", *((number, many, None) for number, many in wanted.items()))
        payload, codes = await self.run(RESERVE, **input)
        there = Counter[str]()
        for (product, _), units in self.units.items():
            there[product] += units["available"]
        short = [n for n, many in wanted.items() if there[variant(n)] < many]
        assert codes == ["INSUFFICIENT_STOCK"] * len(short)
        if short:
            return
        lines = payload["reservation"]["lines"]
        taken = {(line["variantId"], line["warehouseId"]): line["reserved"] for line in lines}
        for number, many in wanted.items():
            assert sum(n for (product, _), n in taken.items() if product == variant(number)) == many
        for place, many in taken.items():
            self.units[place]["available"] -= many
            self.units[place]["reserved"] += many
        self.held[payload["reservation"]["id"]] = taken
        self.active.add(payload["reservation"]["id"])

    async def commit(self) -> None:
        if self.held:
            id = self.chance.choice(sorted(self.held))
            _, codes = await self.run(COMMIT, reservationId=id)
            assert codes == ([] if id in self.active else ["INVALID_TRANSITION"])
            self.active.discard(id)

    async def release(self) -> None:
        if self.held:
            id = self.chance.choice(sorted(self.held))
            _, codes = await self.run(RELEASE, reservationId=id)
            assert codes == []
            self.give_back(id)

    async def expire(self) -> None:
        if self.active:
            id = self.chance.choice(sorted(self.active))
            async with self.db.unit_of_work() as work:
                await reservations.expire(work, ID(id))
            self.give_back(id)

    def give_back(self, id: str) -> None:
        for place, many in self.held.pop(id).items():
            self.units[place]["reserved"] -= many
            self.units[place]["available"] += many
        self.active.discard(id)

    async def check(self) -> None:
        for row in await self.db.rows(select(tables.stock_level)):
            units = self.units[row.variant_id, row.warehouse_id]
            for bucket in (*BUCKETS, "reserved"):
                assert getattr(row, bucket) == units[bucket]
            assert row.on_hand == units.total()
        await check_books(self.db)


@pytest.mark.parametrize("seed", range(4))
async def test_random_operations_and_their_replay(db: Database, ask: Ask, seed: int) -> None:
    model = Model(db, ask, random.Random(seed))
    await model.receive()
    acts = [
        model.receive,
        model.transfer,
        model.adjust,
        model.count,
        model.reserve,
        model.reserve,
        model.commit,
        model.release,
        model.expire,
    ]
    for _ in range(70):
        await model.chance.choice(acts)()
        await model.check()
