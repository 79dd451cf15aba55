"""An agent or the platform that starts: how it names its address, and what it must find."""

from pathlib import Path

import pytest

from souk.assembly import local_url
from tests.postgres import Server
from tests.souk.installation import souk


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:4000"),
        ("localhost", "http://localhost:4000"),
        ("::1", "http://[::1]:4000"),
    ],
)
def test_an_address_as_a_url(host: str, url: str) -> None:
    assert local_url(host, 4000) == url


async def test_an_agent_on_a_database_that_was_never_migrated(
    server: Server, tmp_path: Path
) -> None:
    await server.command("CREATE DATABASE bare OWNER souk")
    try:
        ended = souk(tmp_path / "data", "serve", "product", "--port", "0",
                     DATABASE_URL=server.url("bare"))  # fmt: skip
    finally:
        await server.command("DROP DATABASE bare WITH (FORCE)")
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line == (
        "souk: the database is not ready for the product agent "
        '(relation "platform.schedule" does not exist). Run `souk migrate`.'
    )
