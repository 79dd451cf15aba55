"""A process that is ready stops walking what stays."""

import gc
from collections.abc import Iterator

import pytest

from gateway.server.memory import settle


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_lives_at_the_start_is_not_looked_at_again() -> None:
    gc.unfreeze()
    gc.collect()
    alive = len(gc.get_objects())
    before = gc.get_threshold()
    settle()
    assert gc.get_freeze_count() > 0.9 * alive
    assert len(gc.get_objects()) < 0.1 * alive
    assert gc.get_threshold()[0] > before[0]
    assert gc.isenabled()
