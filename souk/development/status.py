"""How the platform of a data folder is: not running, starting, or ready, and what it answers."""

import http.client
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from souk import running
from souk.configuration import masked
from souk.settings import Settings

READINESS = "/health/ready"
SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Status:
    """``state`` is stopped, starting, ready or unready; the rest is None where it does not hold."""

    state: str
    pid: int | None
    uptime_seconds: float | None
    url: str | None
    graphiql: str | None
    database: str
    health: str | None

    @property
    def running(self) -> bool:
        return self.state != "stopped"


def status(settings: Settings) -> Status:
    """Ask the lock, the announcement and the platform itself."""
    pid = running.process(settings.run_dir)
    found = running.ready(settings.run_dir)
    database = _database(settings)
    if pid is None:
        return Status("stopped", None, None, None, None, database, None)
    if found is None:
        return Status("starting", pid, None, None, None, database, None)
    code, health = _health(found.url)
    return Status(
        state="ready" if code == http.HTTPStatus.OK else "unready",
        pid=pid,
        uptime_seconds=(datetime.now(UTC) - found.started_at).total_seconds(),
        url=found.url,
        graphiql=found.graphiql,
        database=found.database or database,
        health=health,
    )


def _database(settings: Settings) -> str:
    if settings.database_url is not None:
        return str(masked(settings.database_url))
    version = settings.postgres_dir / "data" / "PG_VERSION"
    if not version.is_file():
        return "embedded PostgreSQL, not made yet"
    return f"embedded PostgreSQL {version.read_text().strip()} in {settings.postgres_dir}"


def _health(url: str) -> tuple[int | None, str]:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=SECONDS)
    try:
        connection.request("GET", READINESS)
        answer = connection.getresponse()
        return answer.status, f"{answer.status} {answer.reason}"
    except (OSError, http.client.HTTPException) as error:
        return None, f"no answer ({error})"
    finally:
        connection.close()
