"""Which database is used, and what an unreachable one is told."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from souk.database import driver_url, open_database
from souk.embedded.throwaway import ThrowAwayPostgres
from souk.problems import Problem
from souk.settings import Settings
from tests.souk.embedded.queries import query


@pytest.fixture(scope="module")
def other() -> Iterator[ThrowAwayPostgres]:
    with ThrowAwayPostgres() as server:
        yield server


async def test_database_url_wins(other: ThrowAwayPostgres, tmp_path: Path) -> None:
    given = make_url(other.url("postgres")).set(drivername="postgres")
    settings = Settings(data_dir=tmp_path, database_url=given.render_as_string(hide_password=False))
    async with open_database(settings) as server:
        assert not server.embedded
        assert server.version.startswith("18.")
        assert server.place == f"{other.folder}/postgres"
        assert await query(server.url, "SELECT current_user::text") == [("postgres",)]
    assert os.listdir(tmp_path) == []


async def test_otherwise_the_embedded_one_runs_as_long_as_the_block(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    async with open_database(settings) as server:
        assert (server.embedded, server.version) == (True, "18")
        assert server.place == str(tmp_path / "data" / "postgres")
        assert await query(server.url, "SELECT current_user::text") == [("souk",)]
        async with open_database(settings, share=True) as shared:
            assert await query(shared.url, "SELECT 1") == [(1,)]
        with pytest.raises(Problem, match="is in use by process"):
            async with open_database(settings):
                pytest.fail("a second owner")
        assert await query(server.url, "SELECT 1") == [(1,)]
    assert not (tmp_path / "data" / "postgres" / "data" / "postmaster.pid").exists()


async def test_production_has_no_embedded_database_unless_set(tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        async with open_database(Settings(env="production", data_dir=tmp_path / "data")):
            pytest.fail("no database")
    assert problem.value.what == "production has no database"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("url", "what"),
    [
        (
            "postgresql://me:secret@127.0.0.1:1/shop",
            "the database at 127.0.0.1:1/shop cannot be reached "
            "([Errno 111] Connect call failed ('127.0.0.1', 1))",
        ),
        ("mysql://me@db/shop", "DATABASE_URL is for mysql, not for PostgreSQL"),
        ("shop", "DATABASE_URL is not a URL"),
        (
            "postgres://me@db/shop?channel_binding=require",
            "DATABASE_URL has the option channel_binding, which asyncpg lacks",
        ),
    ],
)
async def test_a_bad_url_is_one_line(url: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        async with open_database(Settings(data_dir=tmp_path, database_url=url)):
            pytest.fail("no database")
    assert problem.value.what == what
    assert "secret" not in str(problem.value)


async def test_an_unknown_database_is_one_line(other: ThrowAwayPostgres, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=other.url("nothing"))
    with pytest.raises(Problem) as problem:
        async with open_database(settings):
            pytest.fail("no database")
    assert str(problem.value) == (
        f"the database at {other.folder}/nothing cannot be reached "
        '(database "nothing" does not exist). '
        "Start it or correct DATABASE_URL, or unset it to use the embedded PostgreSQL."
    )


def test_a_url_of_libpqs_is_put_in_the_drivers_words() -> None:
    url = driver_url("postgres://me:p%40ss@db:6000/shop?sslmode=require")
    assert url.render_as_string(hide_password=False) == (
        "postgresql+asyncpg://me:p%40ss@db:6000/shop?ssl=require"
    )
