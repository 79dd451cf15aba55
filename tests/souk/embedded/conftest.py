"""A made cluster that the tests of this folder start and stop in turn."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from souk.embedded.postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="souk-embedded-", dir="/tmp") as folder:
        home = Path(folder) / "data" / "postgres"
        with EmbeddedPostgres(home):
            pass
        yield home
        EmbeddedPostgres(home).stop_orphan()
