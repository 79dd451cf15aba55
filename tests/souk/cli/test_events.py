"""`souk events` lists the catalog, shows a type or an event, and writes what consumers rely on."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from events import published
from events.catalog import EVENTS
from events.outbox import emit
from models.database import Cause, Database
from models.platform import outbox
from souk.cli import cli
from souk.problems import Problem
from tests.events.examples import example
from tests.postgres import Server
from tests.souk.cli.test_commands import souk


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["events", *arguments])


def test_the_list_has_a_row_for_each_type() -> None:
    done = _run("list")
    assert done.exit_code == 0
    head, *rows = [line.split() for line in done.stdout.splitlines()]
    assert head == ["Type", "Version", "Publisher", "Audience", "Consumers", "Fields"]
    assert {row[0] for row in rows} == set(EVENTS)
    placed = next(row for row in rows if row[0] == "order.placed")
    assert placed[:4] == ["order.placed", "1", "order", "customer"]
    assert placed[-4:] == ["customer_id,", "reservation_id,", "total,", "currency"]
    anyones = [row[0] for row in rows if row[2:4] == ["any", "agent"]]
    assert anyones == [
        "customer.erasure_acknowledged",
        "customer.erasure_answered",
        "customer.merge_acknowledged",
        "error.captured",
        "operation.progressed",
    ]


def test_a_type_is_shown_with_what_its_fields_hold() -> None:
    done = _run("show", "customer.erasure_answered")
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [
            "Type         customer.erasure_answered",
            "Version      1",
            "Publisher    any agent",
            "Topic        souk.customer",
            "Audience     staff",
            "Timelines    customer",
            "Description  What `agent` says to a request; a veto has at least one objection.",
            "Consumers    customer, monitoring",
            "",
            "Fields",
            "agent       text",
            "erasure_id  text",
            "answer      ACCEPTED | VETOED",
            "objections  list of {reason: OPEN_ORDER | OPEN_RETURN | OPEN_PAYMENT | DISPUTE | "
            "LEGAL_HOLD | OTHER, entity_id: text or null}",
        ],
    )
    shown = json.loads(_run("show", "customer.erasure_answered", "--json").stdout)
    assert shown["timelines"] == ["customer"]
    assert shown["fields"]["answer"] == "ACCEPTED | VETOED"
    listed = json.loads(_run("list", "--json").stdout)
    assert shown in listed
    assert len(listed) == len(EVENTS)


def test_what_is_no_type_is_one_line(tmp_path: Path) -> None:
    done = souk(tmp_path, "events", "show", "order.eaten")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "souk: there is no event type order.eaten. See `souk events list`.\n",
    )


async def test_an_event_is_shown_as_it_was_told(server: Server, tmp_path: Path) -> None:
    async with server.database() as name:
        url = server.url(name)
        db = Database(url)
        async with db.unit_of_work(Cause("usr_1", "req_1")) as work:
            emit(work, example(EVENTS["order.placed"]))
        [row] = await db.rows(select(outbox.c.id, outbox.c.occurred_at))
        done = souk(tmp_path, "events", "show", row.id, DATABASE_URL=url)
        missing = souk(tmp_path, "events", "show", "evt_2", DATABASE_URL=url)
        await db.close()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"Id              {row.id}",
        "Agent           order",
        "Type            order.placed",
        "Version         1",
        "Subject         some text",
        "Aggregate id    some text",
        "Partition       10",
        "Sequence        1",
        f"Occurred at     {row.occurred_at}",
        "Actor           usr_1",
        "Correlation id  req_1",
        "Seed            false",
        "",
        "Data",
        "total           7",
        "currency        EUR",
        "customer_id     some text",
        "reservation_id  some text",
    ]
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr == "souk: there is no event evt_2. It may be older than the log.\n"


@pytest.fixture
def committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The document of a catalog in which `order.placed` had another field."""
    file = tmp_path / "asyncapi.json"
    monkeypatch.setattr(published, "FILE", file)
    return file


def _with_extra(version: int) -> dict[str, Any]:
    old = published.document()
    old["components"]["schemas"]["order.placed"]["properties"]["gone"] = {"type": "string"}
    old["components"]["messages"]["order.placed"]["x-version"] = version
    return old


def test_the_schema_is_written_where_it_is_not(committed: Path) -> None:
    assert isinstance(_run("schema", "--check").exception, Problem)
    assert not committed.exists()
    assert _run("schema").stdout == "The events' schema is written.\n"
    assert committed.read_text() == published.text()
    assert _run("schema", "--check").stdout == "The events' schema is up to date.\n"


def test_what_breaks_consumers_is_not_written(committed: Path) -> None:
    before = json.dumps(_with_extra(version=1))
    committed.write_text(before)
    for arguments in (("schema",), ("schema", "--since", str(committed))):
        refused = _run(*arguments).exception
        assert str(refused) == (
            "consumers would break: order.placed.gone is gone. "
            "Raise the event's version, and declare how the former one is upgraded."
        )
    assert committed.read_text() == before


def test_what_breaks_nobody_is_written(committed: Path) -> None:
    old = published.document()
    del old["components"]["messages"]["order.placed"]
    committed.write_text(json.dumps(old))
    assert _run("schema", "--since", str(committed)).stdout == "Nothing breaks consumers.\n"
    assert _run("schema").exit_code == 0
    assert committed.read_text() == published.text()


def test_a_file_that_is_no_catalog_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text("[]")
    refused = _run("schema", "--since", str(file)).exception
    assert str(refused).startswith(f"{file} is no catalog of events: ")
