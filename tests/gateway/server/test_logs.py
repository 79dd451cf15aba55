"""Log lines: whatever is in a record, there is one line of JSON for it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.server.logs import JsonFormatter


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("test.lines")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


@pytest.mark.parametrize("value", ["plain", "ä\n", "\ud800", 2**70], ids=ascii)
def test_every_record_is_a_line(lines: io.StringIO, value: Any) -> None:
    logging.getLogger("test.lines").warning("event", extra={"fields": {"principal": value}})
    [line] = lines.getvalue().splitlines()
    assert json.loads(line)["principal"] == value
