"""An event is found by its id, whether it is stamped or still waits."""

from sqlalchemy import select, text

from events.catalog import EVENTS
from events.lookup import find
from events.outbox import emit
from models.database import Cause, Database
from models.platform import outbox
from tests.events.examples import envelope_of, example

CAUSE = Cause("usr_1", "req_1", on_behalf_of="cus_1")


async def test_it_is_found_in_the_outbox_and_then_in_the_log(db: Database) -> None:
    said = example(EVENTS["order.placed"])
    async with db.unit_of_work(CAUSE) as work:
        emit(work, said)
    [row] = await db.rows(select(outbox.c.id, outbox.c.occurred_at))
    envelope = envelope_of(said, id=row.id, occurred_at=row.occurred_at, on_behalf_of="cus_1")

    waiting = await find(db, row.id)
    assert waiting is not None
    assert (waiting.position, waiting.envelope) == (None, envelope)

    await db.rows(text("SELECT platform.take_lease('sequencer', 'test', 60)"))
    await db.rows(text("SELECT moved FROM platform.stamp('test', 1, 10, NULL, NULL)"))
    assert await db.rows(select(outbox)) == []
    stamped = await find(db, row.id)
    assert stamped is not None
    assert (stamped.position, stamped.envelope) == (1, envelope)

    assert await find(db, "evt_2") is None
