"""A link to an export is good for its file, for its time, and for nothing else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from starlette.applications import Starlette

from models.ids import ulid
from souk.exports import ExportLinks
from souk.keys import signing_key
from tests.gateway.server.running import running

EXPORT, OTHER = ulid("exp", 1, 1), ulid("exp", 2, 2)
SOON = timedelta(minutes=5)


@pytest.fixture
def links(tmp_path: Path) -> ExportLinks:
    folder = tmp_path / "exports"
    folder.mkdir()
    for name in (EXPORT, OTHER):
        (folder / f"{name}.json").write_text(f'{{"export": "{name}"}}')
    return ExportLinks(signing_key(tmp_path / "keys"), folder)


@pytest.fixture
async def edge(links: ExportLinks) -> AsyncIterator[str]:
    async with running(Starlette(routes=[links.route()])) as url:
        yield url


async def _get(url: str) -> tuple[int, str, dict[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, await answer.text(), headers


async def test_a_good_link_brings_the_file(links: ExportLinks, edge: str) -> None:
    status, body, headers = await _get(edge + links.link(EXPORT, datetime.now(UTC) + SOON))
    assert (status, body) == (200, f'{{"export": "{EXPORT}"}}')
    assert headers["content-type"] == "application/json"
    assert headers["content-disposition"] == f'attachment; filename="{EXPORT}.json"'
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")


async def test_every_other_link_brings_nothing(
    links: ExportLinks, edge: str, tmp_path: Path
) -> None:
    until = datetime.now(UTC) + SOON
    good = links.link(EXPORT, until)
    later = str(int((until + SOON).timestamp()))
    elsewhere = ExportLinks(signing_key(tmp_path / "other"), tmp_path)
    for bad in (
        links.link(EXPORT, datetime.now(UTC) - SOON),
        good.replace(EXPORT, OTHER),
        good.replace(str(int(until.timestamp())), later),
        good[:-1],
        good.partition("?")[0],
        elsewhere.link(EXPORT, until),
        links.link(ulid("exp", 3, 3), until),
        links.link("signing", until),
    ):
        status, body, headers = await _get(edge + bad)
        assert (status, body, headers["cache-control"]) == (404, "Not found.\n", "no-store")


async def test_no_link_leads_out_of_the_folder(links: ExportLinks, edge: str) -> None:
    until = datetime.now(UTC) + SOON
    for way in ("..%2fkeys%2fsigning", "%2e%2e%2fkeys%2fsigning.pem"):
        status, body, _ = await _get(edge + links.link(way, until))
        assert status == 404
        assert "PRIVATE" not in body
