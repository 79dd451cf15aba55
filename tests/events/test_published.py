"""The AsyncAPI document says of every event what the decoder takes, and follows from the code."""

import json
from dataclasses import asdict
from typing import Any

import jsonschema_rs
import pytest

from events.catalog import EVENTS
from events.event import Event
from events.published import FILE, document, text, topic
from tests.events.examples import envelope_of, example

DOCUMENT = document()


def _validator(type: str) -> jsonschema_rs.Draft202012Validator:
    """For whole records: the references lead into the document."""
    payload = DOCUMENT["components"]["messages"][type]["payload"]
    return jsonschema_rs.Draft202012Validator({**DOCUMENT, **payload}, validate_formats=True)


def _record(event: Event, **changes: Any) -> Any:
    said = asdict(envelope_of(event, **changes))
    return {**said, "occurred_at": said["occurred_at"].isoformat()}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_each_message_describes_its_event_and_no_other(event: type[Event]) -> None:
    said = example(event)
    validator = _validator(event.type)
    validator.validate(_record(said))
    data = envelope_of(said).data
    wrong = [
        _record(said, version=event.version + 1),
        _record(said, type="order.eaten"),
        _record(said, data={**data, "odd": 1}),
        *(_record(said, data={k: v for k, v in data.items() if k != name}) for name in data),
        *(_record(said, data={**data, name: {"odd": 1.5}}) for name in data),
    ]
    assert [record for record in wrong if validator.is_valid(record)] == []
    assert event.type in DOCUMENT["channels"][topic(event)]["messages"]


def test_a_record_needs_its_envelope() -> None:
    record = _record(example(EVENTS["order.placed"]))
    validator = _validator("order.placed")
    optional = {"trace_id", "seed"}
    for name in record.keys() - optional:
        assert not validator.is_valid({k: v for k, v in record.items() if k != name}), name


def test_the_committed_document_follows_from_the_catalog() -> None:
    assert FILE.read_text() == text()
    assert json.loads(text()) == DOCUMENT
