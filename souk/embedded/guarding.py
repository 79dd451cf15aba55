"""The owner's end of the guard: start it beside a server, dismiss it at a regular stop."""

import json
import os
import subprocess
import sys
from pathlib import Path

from souk.embedded import guard, programs
from souk.embedded.cluster import Cluster
from souk.embedded.programs import Account


class Guard:
    """Stops ``cluster`` when this process has died and nobody took the lock within ``patience``.

    Without it a server whose owner was killed would run until the machine stops.
    """

    def __init__(
        self,
        cluster: Cluster,
        account: Account,
        lock: Path,
        patience: float,
        mode: str = "fast",
        remove: tuple[Path, ...] = (),
    ) -> None:
        program, *arguments = cluster.stop_arguments(mode)
        order = {
            "lock": str(lock),
            "patience": patience,
            "command": programs.command(account, program, arguments),
            "data": str(cluster.data),
            "user": account.user,
            "remove": [str(folder) for folder in remove],
        }
        reader, self._writer = os.pipe()
        with (cluster.root / "guard.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 our own file
                [sys.executable, "-I", "-S", guard.__file__, json.dumps(order)],
                cwd="/",
                env=programs.environment(),
                start_new_session=True,
                stdin=reader,
                stdout=log,
                stderr=log,
            )
        os.close(reader)

    def dismiss(self) -> None:
        os.write(self._writer, b"q")
        os.close(self._writer)
        self._process.wait()
