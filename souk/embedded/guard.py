"""A small process that stops a server whose owner was killed; run by path, imports no Souk.

Its standard input is a pipe from the owner. A byte is a farewell, the end without one a death.
"""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time

SECONDS = 2.0


def main() -> None:
    order = json.loads(sys.argv[1])
    if os.read(0, 1):
        return
    time.sleep(order["patience"])
    descriptor = os.open(order["lock"], os.O_RDWR)
    if not locked(descriptor):
        return  # another owner has adopted the server
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()} stopping\n".encode(), 0)
    user = order["user"]
    if runs(order["data"]):
        subprocess.run(  # noqa: S603 the owner's own command
            order["command"],
            check=False,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    for folder in order["remove"]:
        shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)


def locked(descriptor: int) -> bool:
    """Take the lock. A dying owner's pipe may close a moment before its lock does."""
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return True
    return False


def runs(data: str) -> bool:
    """Whether the process that the data folder names is its server, and not a later stranger."""
    try:
        with open(f"{data}/postmaster.pid") as file:
            pid = int(file.readline())
        return os.path.samefile(f"/proc/{pid}/cwd", data)
    except (OSError, ValueError):
        return not os.path.exists("/proc/self")


if __name__ == "__main__":
    main()
