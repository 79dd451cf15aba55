"""A service in the foreground: a signal while it starts leaves nothing running."""

import signal
from pathlib import Path

import pytest

from souk.embedded.cluster import Cluster
from souk.embedded.programs import Account
from tests.souk.programs import program

SERVICE = """
import asyncio, sys
from pathlib import Path
from souk import foreground
from souk.database import open_database
from souk.problems import Problem
from souk.settings import Settings

async def service():
    async with open_database(Settings(data_dir=Path(sys.argv[1]))):
        print("ready", flush=True)
        await asyncio.Event().wait()

try:
    foreground.run(service())
except Problem as problem:
    print(problem)
    sys.exit(1)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_database_too(tmp_path: Path, number: signal.Signals) -> None:
    cluster = Cluster(tmp_path / "postgres", Account())
    with program(SERVICE, str(tmp_path)) as service:
        assert cluster.postmaster() is not None
        service.send_signal(number)
        assert service.wait() == 1
        # The guard would take ten seconds: it was the service that stopped the server.
        assert cluster.postmaster() is None
        assert service.stdout is not None
        assert service.stdout.read() == (
            "stopped before it was ready. Start it again when you like.\n"
        )
