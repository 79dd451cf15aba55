"""GraphiQL in a real Chromium that can reach nothing but this machine."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page, expect

from gateway.server.app import create_app
from gateway.server.ide import GraphiQL
from gateway.server.settings import ServerSettings
from tests.gateway.server.running import running
from tests.gateway.server.standin import StandIn
from tests.graphiql import type_header

QUERY: Final = """# The shop's </script> window.
{
  products {
    name
    price { amount currency }
    availability
  }
}
"""


@pytest.fixture
def standin() -> StandIn:
    return StandIn()


@pytest.fixture
async def url(built: None, standin: StandIn) -> AsyncIterator[str]:
    settings = ServerSettings(standin, graphiql=GraphiQL(default_query=QUERY))
    async with running(create_app(settings)) as url:
        yield url


@pytest.mark.browser
async def test_a_query_is_run_and_its_answer_seen(
    url: str, page: Page, standin: StandIn, tmp_path: Path
) -> None:
    said: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    await page.goto(f"{url}/graphiql")
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("availability")
    await type_header(page, '{"authorization": "Bearer of-the-editor"}')
    await page.get_by_role("button", name="Execute query").click()
    answer = page.locator(".result-window")
    await expect(answer).to_contain_text("Copper kettle", timeout=30_000)
    await expect(answer).to_contain_text("24.90")
    # The schema was read as well: its documentation can be opened.
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await expect(page.locator(".graphiql-doc-explorer")).to_contain_text("Root Types")
    await page.screenshot(path=tmp_path / "graphiql.png")
    assert (tmp_path / "graphiql.png").stat().st_size > 10_000
    assert asked == {url.removeprefix("http://")}
    assert said == []
    assert standin.contexts[-1].headers["authorization"] == "Bearer of-the-editor"
