"""`souk events` at work: what is told, what waits, and how it goes on."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select, text

from events import log, parked
from events.catalog.order import OrderCanceled
from events.leases import Lease
from events.outbox import emit
from events.sequencer import Sequencer
from models.bus import consumer_cursor
from models.bus import lease as led_by
from models.database import Database
from souk.cli import cli
from souk.problems import Problem
from tests.events.hearing import told
from tests.events.traffic import CAUSE, Wires, logged, running, updated
from tests.postgres import Server
from tests.souk.programs import environment

SPOIL = text("""
    UPDATE platform.dead_letter SET event = jsonb_set(event, '{envelope,data}', '{}')
    WHERE position = :position
""")


LEFT = text("""
    SELECT consumer, count(*) FILTER (WHERE kind = 'cursor'), count(*) FILTER (WHERE kind = 'key'),
        count(*) FILTER (WHERE kind = 'letter')
    FROM (SELECT consumer, 'cursor' AS kind FROM platform.consumer_cursor
        UNION ALL SELECT consumer, 'key' FROM platform.parked_key
        UNION ALL SELECT consumer, 'letter' FROM platform.dead_letter) what
    GROUP BY consumer ORDER BY consumer
""")


@pytest.fixture
async def installed(server: Server) -> AsyncIterator[Database]:
    async with server.clone() as db:
        yield db


async def _run(db: Database, folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, and what went wrong; in a thread, for it has a loop."""
    url = db.engine.url.render_as_string(hide_password=False)
    runner = CliRunner(env={"DATABASE_URL": url, "SOUK_DATA_DIR": str(folder)})
    done = await asyncio.to_thread(runner.invoke, cli, ["events", *arguments])
    said = str(done.exception) if isinstance(done.exception, Problem) else done.stderr
    return done.exit_code, done.stdout, said


async def _shown(db: Database, folder: Path, *arguments: str) -> str:
    return (await _run(db, folder, *arguments))[1]


def _canceled(order: str) -> OrderCanceled:
    return OrderCanceled(
        aggregate_id=order, customer_id="cus_1", reservation_id=None, reason="DUPLICATE"
    )


async def _say(db: Database, *keys: str) -> None:
    async with db.unit_of_work(CAUSE) as work:
        emit(work, *(updated(key) for key in keys))


async def test_the_tail_shows_what_is_wanted(installed: Database, tmp_path: Path) -> None:
    wires = Wires(installed)
    await _say(installed, "cus_1", "cus_2")
    async with installed.unit_of_work(CAUSE) as work:
        emit(work, _canceled("ord_1"))
    async with running(Sequencer(installed, wires.bell, wires.defects).run()):
        await logged(installed, 3)
    code, shown, said = await _run(installed, tmp_path, "tail", "--no-follow")
    assert (code, said) == (0, "")
    lines = [line.split("  ") for line in shown.splitlines()]
    assert [(line[0], *line[2:]) for line in lines] == [
        ("1", "customer.updated", "cus_1", '{"fields":["locale"]}'),
        ("2", "customer.updated", "cus_2", '{"fields":["locale"]}'),
        (
            "3",
            "order.canceled",
            "ord_1",
            '{"reason":"DUPLICATE","customer_id":"cus_1","reservation_id":null}',
        ),
    ]
    only = (await _run(installed, tmp_path, "tail", "--no-follow", "--subject", "cus_2", "--json"))[
        1
    ]
    assert [json.loads(line)["position"] for line in only.splitlines()] == [2]
    typed = await _shown(installed, tmp_path, "tail", "--no-follow", "--type", "order.canceled")
    assert [line.split("  ")[0] for line in typed.splitlines()] == ["3"]
    later = ("--after", "1", "--correlation", "req_1")
    assert len((await _shown(installed, tmp_path, "tail", "--no-follow", *later)).splitlines()) == 2
    assert (await _run(installed, tmp_path, "tail", "--no-follow", "--correlation", "req_2"))[
        1
    ] == ""


async def test_the_tail_follows(installed: Database, tmp_path: Path) -> None:
    url = installed.engine.url.render_as_string(hide_password=False)
    wires = Wires(installed)
    tail = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "souk", "events", "tail", "--json"),
        cwd=tmp_path,
        env=environment(DATABASE_URL=url),
        stdout=asyncio.subprocess.PIPE,
    )
    assert tail.stdout is not None
    async with running(Sequencer(installed, wires.bell, wires.defects).run()):
        for number in range(3):
            await _say(installed, f"cus_{number}")
            line = json.loads(await tail.stdout.readline())
            assert (line["position"], line["subject"]) == (number + 1, f"cus_{number}")
    tail.terminate()
    await tail.wait()


async def test_what_waits_is_listed_and_replayed(installed: Database, tmp_path: Path) -> None:
    assert (await _shown(installed, tmp_path, "parked")) == "No key is parked.\n"
    assert (await _run(installed, tmp_path, "dead"))[
        1
    ] == "No event waits, and none was malformed.\n"
    assert await _run(installed, tmp_path, "park", "inventory", "ord_1") == (
        0,
        "ord_1 is parked for inventory.\n",
        "",
    )
    again = await _run(installed, tmp_path, "park", "inventory", "ord_1")
    assert again == (0, "ord_1 was parked already.\n", "")
    async with installed.unit_of_work() as work:
        await parked.append(work, "inventory", told(_canceled("ord_1"), _canceled("ord_1")))

    rows = [line.split() for line in (await _shown(installed, tmp_path, "parked")).splitlines()]
    assert rows[0] == ["Consumer", "Key", "Waiting", "Since", "Reason"]
    assert (rows[1][:3], rows[1][5:]) == (["inventory", "ord_1", "2"], ["parked", "by", "hand"])
    listed = json.loads(await _shown(installed, tmp_path, "dead", "inventory", "ord_1", "--json"))
    assert [(each["position"], each["type"], each["reason"]) for each in listed["dead"]] == [
        (1, "order.canceled", None),
        (2, "order.canceled", None),
    ]
    assert (await _shown(installed, tmp_path, "dead", "inventory", "ord_2")).startswith(
        "No event waits"
    )
    assert "behind another" in (await _shown(installed, tmp_path, "dead"))

    done = await _run(installed, tmp_path, "replay", "inventory", "ord_1")
    assert done == (0, "2 replayed, 0 still wait.\n", "")
    assert (await _shown(installed, tmp_path, "parked")) == "No key is parked.\n"


async def test_what_fails_again_goes_on_waiting(installed: Database, tmp_path: Path) -> None:
    good, bad = told(_canceled("ord_1"), _canceled("ord_1"))
    async with installed.unit_of_work() as work:
        await parked.park(work, "inventory", "ord_1", "by the test")
        await parked.append(work, "inventory", [good, bad])
        await work.execute(SPOIL, {"position": bad.position})
    code, shown, said = await _run(installed, tmp_path, "replay", "inventory", "ord_1")
    assert (code, shown) == (1, "1 replayed, 1 still wait.\n")
    assert said.startswith("souk: MalformedEvent: order.canceled: ")
    listed = json.loads(await _shown(installed, tmp_path, "dead", "--json"))["dead"]
    assert [(each["position"], each["attempts"]) for each in listed] == [(2, 1)]


@pytest.mark.parametrize("command", ["park", "replay"])
async def test_a_consumer_that_is_none_is_one_line(
    installed: Database, tmp_path: Path, command: str
) -> None:
    code, shown, said = await _run(installed, tmp_path, command, "nobody", "ord_1")
    assert (code, shown) == (1, "")
    assert said.startswith("there is no consumer nobody. There are ")
    assert (await _shown(installed, tmp_path, "parked")) == "No key is parked.\n"


async def _gone(db: Database) -> None:
    """A consumer that is no more: it held two streams, and events wait for it."""
    async with db.unit_of_work() as work:
        for partition, position in ((0, 12), (1, 7)):
            cursor = {"consumer": "old", "agent": "order", "partition": partition}
            await work.execute(insert(consumer_cursor), [cursor | {"position": position}])
        await work.execute(
            insert(consumer_cursor), [{"consumer": "inventory", "agent": "order", "partition": 0}]
        )
        for consumer in ("old", "inventory"):
            await parked.park(work, consumer, "ord_1", "by the test")
            await parked.append(work, consumer, told(_canceled("ord_1"), _canceled("ord_1")))


async def _left(db: Database) -> list[tuple[str, int, int, int]]:
    """By consumer: cursors, parked keys and dead letters."""
    rows = await db.rows(LEFT)
    return [tuple(row) for row in rows]


async def test_a_consumer_that_is_gone_is_forgotten(installed: Database, tmp_path: Path) -> None:
    await _gone(installed)
    assert await _run(installed, tmp_path, "forget", "old") == (
        0,
        "old held 2 streams since position 7.\n"
        "2 events of 1 parked keys still wait for it: --with-dead-letters removes them.\n",
        "",
    )
    assert await _left(installed) == [("inventory", 1, 1, 2), ("old", 0, 1, 2)]
    assert await _run(installed, tmp_path, "forget", "old", "--with-dead-letters") == (
        0,
        "old held nothing of the log.\n2 events of 1 parked keys are removed.\n",
        "",
    )
    assert await _left(installed) == [("inventory", 1, 1, 2)]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (
            "inventory",
            "inventory is a consumer of this installation."
            " Take its agent out of supergraph.yaml first.",
        ),
        ("nobody", "nothing is known of a consumer nobody. Those that are gone: old."),
    ],
)
async def test_what_is_there_or_was_never_is_not_forgotten(
    installed: Database, tmp_path: Path, name: str, why: str
) -> None:
    await _gone(installed)
    code, shown, said = await _run(installed, tmp_path, "forget", name, "--with-dead-letters")
    assert (code, shown, said) == (1, "", why)
    assert await _left(installed) == [("inventory", 1, 1, 2), ("old", 2, 1, 2)]


async def test_a_restored_log_is_another_one(installed: Database, tmp_path: Path) -> None:
    before = await log.incarnation(installed)
    code, shown, said = await _run(installed, tmp_path, "renew", "--yes")
    now = await log.incarnation(installed)
    assert now != before
    assert (code, said) == (0, "")
    assert shown == (
        "The log gets a new incarnation: the cursors that clients hold expire, and records of the"
        f" old log that are still on the broker are ignored.\nThe log is {now} now.\n"
    )
    # Whoever starts next leads at once.
    wires = Wires(installed)
    await _say(installed, "cus_1")
    async with running(Sequencer(installed, wires.bell, wires.defects).run()):
        await logged(installed, 1)


async def test_nobody_to_ask_is_a_no(installed: Database, tmp_path: Path) -> None:
    before = await log.incarnation(installed)
    done = await _run(installed, tmp_path, "renew")
    assert (done[0], done[2]) == (1, "nobody can be asked whether to go on. Say --yes.")
    assert await log.incarnation(installed) == before


@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 1), (b"y\n", 0)])
async def test_a_person_is_asked(
    installed: Database, tmp_path: Path, answer: bytes, code: int
) -> None:
    before = await log.incarnation(installed)
    url = installed.engine.url.render_as_string(hide_password=False)
    person, terminal = os.openpty()
    asked = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "souk", "events", "renew"),
        cwd=tmp_path,
        env=environment(DATABASE_URL=url),
        stdin=terminal,
        stdout=asyncio.subprocess.PIPE,
    )
    os.write(person, answer)
    shown, _ = await asked.communicate()
    assert b"Go on? [y/N]: " in shown
    assert asked.returncode == code
    assert (await log.incarnation(installed) == before) is bool(code)
    os.close(person)
    os.close(terminal)


@pytest.mark.parametrize("job", ["sequencer", "relay"])
async def test_under_a_running_platform_the_log_stays(
    installed: Database, tmp_path: Path, job: str
) -> None:
    before = await log.incarnation(installed)
    lease = Lease(job, "somebody", seconds=60)
    async with installed.standing() as connection:
        epoch = await lease.hold(connection)
    done = await _run(installed, tmp_path, "renew", "--yes")
    assert (done[0], done[2]) == (
        1,
        "a platform runs on this database, or did until some seconds ago. "
        "Stop all its processes (`souk down`), and repeat this.",
    )
    assert await log.incarnation(installed) == before
    led = await installed.rows(select(led_by.c.name, led_by.c.owner, led_by.c.epoch))
    assert [tuple(row) for row in led] == [(job, "somebody", epoch)]


async def test_a_frozen_leader_leads_no_more(installed: Database, tmp_path: Path) -> None:
    """It would bring events to the broker under the old incarnation."""
    lease = Lease("relay", "frozen", seconds=0)
    async with installed.standing() as connection:
        epoch = await lease.hold(connection)
        assert (await _run(installed, tmp_path, "renew", "--yes"))[0] == 0
        assert await lease.hold(connection) == (epoch or 0) + 2
