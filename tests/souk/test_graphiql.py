"""A running shop in a real Chromium: GraphiQL shows what happens in it, as it happens."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.async_api import Page, Response, expect

from souk.seed import catalogue, stock
from tests.graphiql import type_header
from tests.souk.installation import Installation

SHELF = stock.shelves()[0]
PRODUCT = catalogue.products()[0]
SUBSCRIPTION = """subscription { stockChanged(id: "%s") { type stockLevel {
    available variant { sku product { name } } } } }"""
ADJUST = """mutation { adjustStock(input: {
    stockLevelId: "%s" delta: 5 reason: "found" idempotencyKey: "found" }) {
  stockLevel { available } errors { message } } }"""


@pytest.fixture
def shop(built: None, tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data")
    try:
        installation.start()
        yield installation
    finally:
        installation.close()


def streams(response: Response) -> bool:
    return response.headers.get("content-type", "").startswith("text/event-stream")


@pytest.mark.browser
async def test_an_event_is_shown_completed_by_another_agent(shop: Installation, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    await page.goto(f"{shop.url}/graphiql?{urlencode({'query': SUBSCRIPTION % SHELF.id})}")
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("stockChanged")
    await type_header(page, json.dumps({"authorization": f"Bearer {shop.token('admin')}"}))
    async with page.expect_response(streams):
        await page.get_by_role("button", name="Execute query").click()
    adjusted = await asyncio.to_thread(shop.graphql, ADJUST % SHELF.id, "admin")
    assert adjusted.json["data"] == {
        "adjustStock": {"stockLevel": {"available": SHELF.available + 5}, "errors": []}
    }
    shown = page.locator(".result-window")
    await expect(shown).to_contain_text("cursor", timeout=30_000)
    event = json.loads((await shown.inner_text()).replace("\N{NO-BREAK SPACE}", " "))
    assert event.pop("extensions").keys() == {"cursor"}
    variant = {"sku": PRODUCT.variants[0].sku, "product": {"name": PRODUCT.name}}
    assert event == {
        "data": {
            "stockChanged": {
                "type": "stock.changed",
                "stockLevel": {"available": SHELF.available + 5, "variant": variant},
            }
        }
    }
    assert said == []
