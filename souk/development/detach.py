"""Start the platform in the background; come back when it is ready, or with the reason why not."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from souk import running
from souk.development.log import Log
from souk.problems import Problem
from souk.running import Ready
from souk.settings import Settings

LOG = "souk.log"
SECONDS = 300.0
PAUSE = 0.05
FOREGROUND = (sys.executable, "-m", "souk", "up")

Progress = Callable[[str], None]

left_running: list[subprocess.Popen[bytes]] = []
"""Those that were started. Python warns of a child that is forgotten while it runs; a command ends
before its child does, and who lives on waits for them."""


def start(
    settings: Settings,
    progress: Progress,
    command: Sequence[str] = FOREGROUND,
    seconds: float = SECONDS,
) -> tuple[Ready, bool]:
    """The ready platform, and whether it ran already; Problem with its own last word otherwise.

    ``command`` is the platform in the foreground. It gets a session of its own, so that neither
    the terminal's end nor Ctrl-C reaches it, and a file for output, so that nobody waits on a pipe.
    """
    if running.process(settings.run_dir) is not None:
        return _other(settings, progress, seconds), True
    log = Log(settings.logs_dir / LOG)
    try:
        return _started(settings, progress, command, seconds, log)
    finally:
        log.close()


def _started(
    settings: Settings, progress: Progress, command: Sequence[str], seconds: float, log: Log
) -> tuple[Ready, bool]:
    child = subprocess.Popen(  # noqa: S603 our own command
        command,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=log.descriptor,
        stderr=log.descriptor,
    )
    try:
        give_up = time.monotonic() + seconds
        while child.poll() is None:
            found = running.ready(settings.run_dir)
            if found is not None and found.pid == child.pid:
                left_running.append(child)
                return found, False
            if time.monotonic() > give_up:
                raise Problem(f"Souk was not ready after {seconds:.0f} s", f"Read {log.file}")
            progress(log.progress())
            time.sleep(PAUSE)
    except BaseException:
        child.terminate()
        child.wait()
        raise
    if running.process(settings.run_dir) is not None:  # somebody else was quicker
        return _other(settings, progress, seconds), True
    raise Problem(f"Souk did not start: {log.reason()}", f"The whole log is {log.file}")


def _other(settings: Settings, progress: Progress, seconds: float) -> Ready:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if (found := running.ready(settings.run_dir)) is not None:
            return found
        if running.process(settings.run_dir) is None:
            break
        progress("Waiting for the Souk that is starting ...")
        time.sleep(PAUSE)
    raise Problem(
        "another Souk was starting here and did not become ready",
        f"Read {settings.logs_dir / LOG}, then `souk down` and start again",
    )
