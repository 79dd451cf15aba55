"""Each kind of change that breaks consumers is found, and no other; a risen version allows it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from events.compatibility import breaks
from events.published import document

Document = dict[str, Any]
NULL = {"type": "null"}


@pytest.fixture
def new() -> Document:
    return deepcopy(document())


def _schema(doc: Document, type: str) -> Any:
    return doc["components"]["schemas"][type]


def _message(doc: Document, type: str) -> Any:
    return doc["components"]["messages"][type]


def _rename(doc: Document) -> None:
    schema = _schema(doc, "order.placed")
    schema["properties"]["sum"] = schema["properties"].pop("total")
    schema["required"] = ["customer_id", "reservation_id", "sum", "currency"]


def _remove(doc: Document) -> None:
    schema = _schema(doc, "order.placed")
    del schema["properties"]["currency"]
    schema["required"].remove("currency")


def _retype(doc: Document) -> None:
    _schema(doc, "order.placed")["properties"]["total"] = {"type": "string"}


def _reformat(doc: Document) -> None:
    del _schema(doc, "reservation.created")["properties"]["expires_at"]["format"]


def _nullable(doc: Document) -> None:
    properties = _schema(doc, "order.placed")["properties"]
    properties["reservation_id"] = {"anyOf": [properties["reservation_id"], NULL]}


def _never_null(doc: Document) -> None:
    _schema(doc, "order.canceled")["properties"]["reservation_id"] = {"type": "string"}


def _fewer_names(doc: Document) -> None:
    _schema(doc, "order.canceled")["properties"]["reason"]["enum"].remove("DUPLICATE")


def _any_name(doc: Document) -> None:
    del _schema(doc, "order.canceled")["properties"]["reason"]["enum"]


def _add_required(doc: Document) -> None:
    schema = _schema(doc, "order.held")
    schema["properties"]["until"] = {"type": "string"}
    schema["required"].append("until")


def _require(doc: Document) -> None:
    _schema(doc, "Objection")["required"].append("entity_id")


def _within_a_group(doc: Document) -> None:
    del _schema(doc, "OrderedUnits")["properties"]["variant_id"]


def _list_of_others(doc: Document) -> None:
    _schema(doc, "order.held")["properties"]["reasons"]["items"] = {"type": "integer"}


def _widen(doc: Document) -> None:
    _message(doc, "fraud.rejected")["x-audience"] = "customer"


def _widen_to_staff(doc: Document) -> None:
    _message(doc, "error.captured")["x-audience"] = "staff"


def _drop(doc: Document) -> None:
    del doc["components"]["messages"]["stock.low"]


def _move(doc: Document) -> None:
    reference = doc["channels"]["souk.inventory"]["messages"].pop("stock.low")
    doc["channels"]["souk.warehouse"]["messages"]["stock.low"] = reference


def _envelope(doc: Document) -> None:
    del _schema(doc, "Envelope")["properties"]["actor"]


BREAKS: list[tuple[Callable[[Document], None], list[str]]] = [
    (
        _rename,
        [
            "order.placed.total is gone",
            "order.placed.sum is required, and was not always there",
        ],
    ),
    (_remove, ["order.placed.currency is gone"]),
    (_retype, ["order.placed.total is of another type"]),
    (_reformat, ["reservation.created.expires_at is of another type"]),
    (_nullable, ["order.placed.reservation_id may be null"]),
    (_never_null, ["order.canceled.reservation_id is never null, and was"]),
    (_fewer_names, ["order.canceled.reason is never DUPLICATE"]),
    (_any_name, ["order.canceled.reason is of another type"]),
    (_add_required, ["order.held.until is required, and was not always there"]),
    (
        _require,
        ["customer.erasure_answered.objections[].entity_id is required, and was not always there"],
    ),
    (
        _within_a_group,
        [
            f"{type}[].variant_id is gone"
            for type in (
                "order.delivered.lines",
                "package.handed_over.lines",
                "package.packed.lines",
                "pick.completed.lines",
                "pick.short.missing",
                "return.received.lines",
            )
        ],
    ),
    (_list_of_others, ["order.held.reasons[] is of another type"]),
    (_widen, ["fraud.rejected was for staff and is for customer"]),
    (_widen_to_staff, ["error.captured was for admin and is for staff"]),
]
"""Each with the types whose version could have risen."""

ALWAYS: list[tuple[Callable[[Document], None], list[str]]] = [
    (_drop, ["stock.low is gone"]),
    (_move, ["stock.low has another topic"]),
    (_envelope, ["the envelope.actor is gone"]),
]
"""What no version of a single event makes good."""


@pytest.mark.parametrize(
    ("change", "reasons"), BREAKS + ALWAYS, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_change_that_breaks_consumers_is_found(
    new: Document, change: Callable[[Document], None], reasons: list[str]
) -> None:
    change(new)
    assert breaks(document(), new) == reasons


@pytest.mark.parametrize(
    ("change", "reasons"), BREAKS, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_risen_version_allows_it(
    new: Document, change: Callable[[Document], None], reasons: list[str]
) -> None:
    change(new)
    for message in new["components"]["messages"].values():
        message["x-version"] += 1
    assert breaks(document(), new) == []


def test_a_version_never_falls(new: Document) -> None:
    old = deepcopy(document())
    _message(old, "order.placed")["x-version"] = 2
    assert breaks(old, new) == ["order.placed has a lower version"]


def _add_optional(doc: Document) -> None:
    _schema(doc, "order.held")["properties"]["until"] = {"type": "string", "default": "later"}


def _more_names(doc: Document) -> None:
    _schema(doc, "order.canceled")["properties"]["reason"]["enum"].append("SPITE")


def _narrow(doc: Document) -> None:
    _message(doc, "order.placed")["x-audience"] = "admin"


def _new_event(doc: Document) -> None:
    doc["components"]["messages"]["order.eaten"] = _message(doc, "order.placed")


def _say_it_better(doc: Document) -> None:
    _message(doc, "order.placed")["summary"] = "It was bought."


@pytest.mark.parametrize(
    "change", [_add_optional, _more_names, _narrow, _new_event, _say_it_better]
)
def test_what_consumers_can_bear_passes(new: Document, change: Callable[[Document], None]) -> None:
    change(new)
    assert breaks(document(), new) == []
