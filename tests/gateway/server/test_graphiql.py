"""The GraphiQL page and its files, and how they are built."""

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from aiohttp import ClientSession

from gateway.server.app import create_app
from gateway.server.ide import GraphiQL
from gateway.server.pages import build
from gateway.server.settings import ServerSettings
from tests.gateway.server.running import running
from tests.gateway.server.standin import StandIn

ENTRIES = [
    "graphiql.js",
    "graphiql.css",
    "editor.worker.js",
    "json.worker.js",
    "graphql.worker.js",
    "boot.js",
    "start.js",
]


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """Files as the build leaves them, with contents of our own."""
    files = {}
    for entry in ENTRIES:
        (tmp_path / f"{entry}.gz").write_bytes(gzip.compress(f"content of {entry}".encode()))
        files[entry] = "text/css" if entry.endswith("css") else "text/javascript"
    manifest = {"stamp": "x", "entries": {entry: entry for entry in ENTRIES}, "files": files}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


@pytest.fixture
async def client(assets: Path) -> AsyncIterator[ClientSession]:
    page = GraphiQL(default_query="# </script><b>\n{ hello }", title="A & B", assets=assets)
    app = create_app(ServerSettings(StandIn(), graphiql=page))
    async with (
        running(app) as url,
        ClientSession(url, auto_decompress=False) as session,
    ):
        yield session


async def test_page(client: ClientSession) -> None:
    async with client.get("/graphiql") as response:
        page = await response.text()
        assert response.status == 200
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers["cache-control"] == "no-cache"
        policy = response.headers.getall("content-security-policy")
    assert len(policy) == 1
    assert "default-src 'none'" in policy[0]
    assert "script-src 'self';" in policy[0]
    assert "frame-ancestors 'none'" in policy[0]
    assert "<title>A &amp; B</title>" in page
    assert "://" not in page
    # The only script without a source is data, and the query cannot end it.
    assert re.findall(r"<script(?! src=)[^>]*>", page) == [
        '<script type="application/json" id="graphiql-config">'
    ]
    assert page.count("</script>") == 4
    config = re.search(r'id="graphiql-config">(.*?)</script>', page)
    assert config is not None
    assert json.loads(config[1]) == {
        "workers": {
            "editor": "graphiql/editor.worker.js",
            "json": "graphiql/json.worker.js",
            "graphql": "graphiql/graphql.worker.js",
        },
        "options": {
            "endpoint": "/graphql",
            "title": "A & B",
            "defaultQuery": "# </script><b>\n{ hello }",
            "shouldPersistHeaders": False,
        },
    }


async def test_files_are_sent_as_they_were_compressed(client: ClientSession) -> None:
    headers = {"accept-encoding": "gzip, br"}
    async with client.get("/graphiql/graphiql.css", headers=headers) as response:
        assert response.headers["content-encoding"] == "gzip"
        assert response.headers["content-type"] == "text/css"
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["vary"] == "accept-encoding"
        assert gzip.decompress(await response.read()) == b"content of graphiql.css"


async def test_files_for_a_client_without_gzip(client: ClientSession) -> None:
    headers = {"accept-encoding": "identity"}
    async with client.get("/graphiql/boot.js", headers=headers) as response:
        assert "content-encoding" not in response.headers
        assert await response.read() == b"content of boot.js"


@pytest.mark.parametrize("name", ["nothing.js", "manifest.json", "..%2Fmanifest.json", "LICENSE"])
async def test_nothing_else_is_there(client: ClientSession, name: str) -> None:
    async with client.get(f"/graphiql/{name}") as response:
        assert response.status == 404


async def test_page_without_its_files_says_how_to_build_them(tmp_path: Path) -> None:
    settings = ServerSettings(StandIn(), graphiql=GraphiQL(assets=tmp_path))
    async with (
        running(create_app(settings)) as url,
        ClientSession(url) as client,
        client.get("/graphiql") as response,
    ):
        assert response.status == 503
        assert "make pages" in await response.text()


async def test_no_page_unless_it_is_wanted() -> None:
    async with (
        running(create_app(ServerSettings(StandIn()))) as url,
        ClientSession(url) as client,
        client.get("/graphiql") as response,
    ):
        assert response.status == 404


def test_lock_file_names_no_host() -> None:
    for folder in (build.SOURCES, Path(__file__).parent / "node"):
        lock = (folder / "package-lock.json").read_text()
        assert "://" not in lock
        assert '"integrity": "sha512-' in lock


def test_output_is_current_only_with_the_present_stamp(tmp_path: Path) -> None:
    assert not build.is_current(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    assert not build.is_current(tmp_path)
    (tmp_path / "manifest.json").write_text('{"stamp": "of other sources"}')
    assert not build.is_current(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"stamp": build.source_stamp()}))
    assert build.is_current(tmp_path)


def run_build(output: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own."""
    program = (
        "import pathlib, sys; from gateway.server.pages import build;"
        f"sys.exit(build.main(pathlib.Path({str(output)!r})))"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


@pytest.mark.node
def test_registry_that_is_away_is_one_line_and_code_3(tmp_path: Path) -> None:
    """Nobody listens at the port that npm is pointed to."""
    output = tmp_path / "output"
    done = run_build(
        output, npm_config_registry="http://127.0.0.1:9/", npm_config_cache=str(tmp_path / "cache")
    )
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout == (
        "pages: GraphiQL is not built, npm's registry is away: make pages, later.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


@pytest.mark.node
@pytest.mark.usefixtures("built")
def test_build_replaces_what_was_there(tmp_path: Path) -> None:
    """`built` has shown that the registry is there, or skipped."""
    output = tmp_path / "output"
    output.mkdir()
    (output / "left-over.js.gz").write_bytes(b"old")
    done = run_build(output, HOME=os.environ["HOME"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "pages: GraphiQL is built.\n", "")
    manifest = json.loads((output / "manifest.json").read_text())
    assert sorted(manifest["entries"]) == sorted(ENTRIES)
    expected = {f"{name}.gz" for name in manifest["files"]} | {"manifest.json", "LICENSE"}
    assert {path.name for path in output.iterdir()} == expected
    for name in manifest["files"]:
        content = gzip.decompress((output / f"{name}.gz").read_bytes())
        assert sha256(content).hexdigest()[:16] == name.split(".")[-2]
    again = run_build(output)
    assert (again.returncode, again.stdout) == (0, "pages: GraphiQL is up to date.\n")
