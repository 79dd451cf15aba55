"""GraphiQL in a browser: its files, and a Chromium that reaches nothing but this machine."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page, async_playwright

from gateway.server.pages.build import build, is_current
from gateway.server.pages.node import NodeMissing, RegistryAway
from tests.gateway.server.node_programs import missing

CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
async def built() -> None:
    """GraphiQL's files are where the app looks for them."""
    if is_current():
        return
    try:
        await asyncio.to_thread(build)
    except (NodeMissing, RegistryAway) as error:
        missing(f"GraphiQL cannot be built: {error!r}"[:300])


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """An empty one."""
    if not CHROMIUM.exists():
        missing(f"there is no {CHROMIUM}: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        try:
            yield await browser.new_page(viewport={"width": 1280, "height": 800})
        finally:
            await browser.close()


async def type_header(page: Page, text: str) -> None:
    """What goes with each request, as JSON."""
    await page.get_by_role("button", name="Headers").click()
    await page.locator(".graphiql-editor-tool .graphiql-editor:visible").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(text)
