"""The floor: the query's seven calls and its answer by hand, for this query and no other.

uvicorn, aiohttp's client and orjson, every entity asked for once: what one who knows the schema
would write for one page. It parses no GraphQL and checks nothing but that the calls succeed.
"""

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import uvicorn
import uvloop

from bench.guild.data import Json
from bench.guild.ours import urls

USERS = "{users{id username name}}"
TOP = "{topProducts{upc name price weight}}"
_REVIEWS = "reviews{id body author{id username reviews{id body product{upc}}}}"
USER_REVIEWS = f"""query($representations:[_Any!]!){{_entities(representations:$representations)
{{...on User{{reviews{{id body product{{upc {_REVIEWS}}}}}}}}}}}"""
PRODUCT_REVIEWS = f"""query($representations:[_Any!]!){{_entities(representations:$representations)
{{...on Product{{{_REVIEWS}}}}}}}"""
NAMES = """query($representations:[_Any!]!){_entities(representations:$representations)
{...on User{name}}}"""
PRODUCTS = """query($representations:[_Any!]!){_entities(representations:$representations)
{...on Product{name price weight}}}"""
STOCK = """query($representations:[_Any!]!){_entities(representations:$representations)
{...on Product{inStock shippingEstimate}}}"""


class Floor:
    """An ASGI app."""

    def __init__(self, at: dict[str, str]) -> None:
        self._at = at
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message["body"]
            more = message.get("more_body", False)
        orjson.loads(body)
        headers = {"content-type": "application/json"}
        for name, value in scope["headers"]:
            if name == b"authorization":
                headers["authorization"] = value.decode()
        answer = orjson.dumps({"data": await self._page(headers)})
        head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": answer})

    async def _page(self, headers: dict[str, str]) -> Json:
        users, top = await asyncio.gather(self._users(headers), self._top(headers))
        reviews = [each for user in users for each in user["reviews"]]
        nested = [each["product"] for each in reviews] + top
        authors = [each["author"] for product in nested for each in product["reviews"]]
        leaves = [each["product"] for author in authors for each in author["reviews"]]
        names, products = await asyncio.gather(
            self._entities("accounts", NAMES, headers, _distinct("User", "id", authors)),
            self._products(headers, _distinct("Product", "upc", [*nested, *leaves])),
        )
        for author in authors:
            author["name"] = names[author["id"]]["name"]
        for product in nested:
            product.update(products[product["upc"]])
        for product in leaves:
            product.update(products[product["upc"]])
        return {"users": users, "topProducts": top}

    async def _users(self, headers: dict[str, str]) -> list[Json]:
        users: list[Json] = (await self._call("accounts", headers, USERS))["users"]
        representations = _distinct("User", "id", users)
        found = await self._entities("reviews", USER_REVIEWS, headers, representations)
        for user in users:
            user["reviews"] = found[user["id"]]["reviews"]
        return users

    async def _top(self, headers: dict[str, str]) -> list[Json]:
        top: list[Json] = (await self._call("products", headers, TOP))["topProducts"]
        representations = _distinct("Product", "upc", top)
        found = await self._entities("reviews", PRODUCT_REVIEWS, headers, representations)
        for product in top:
            product["reviews"] = found[product["upc"]]["reviews"]
        return top

    async def _products(
        self, headers: dict[str, str], representations: dict[str, Json]
    ) -> dict[str, Json]:
        products = await self._entities("products", PRODUCTS, headers, representations)
        needs = {
            upc: {**representations[upc], "price": each["price"], "weight": each["weight"]}
            for upc, each in products.items()
        }
        for upc, stock in (await self._entities("inventory", STOCK, headers, needs)).items():
            products[upc].update(stock)
        return products

    async def _entities(
        self, name: str, query: str, headers: dict[str, str], wanted: dict[str, Json]
    ) -> dict[str, Json]:
        variables = {"representations": list(wanted.values())}
        found = await self._call(name, headers, query, variables)
        return dict(zip(wanted, found["_entities"], strict=True))

    async def _call(
        self, name: str, headers: dict[str, str], query: str, variables: Json | None = None
    ) -> Json:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        body = orjson.dumps({"query": query, "variables": variables})
        async with self._session.post(self._at[name], data=body, headers=headers) as response:
            answer = orjson.loads(await response.read())
        data: Json = answer["data"]
        return data


def _distinct(kind: str, key: str, objects: Iterable[Json]) -> dict[str, Json]:
    return {each[key]: {"__typename": kind, key: each[key]} for each in objects}


def main(supergraph: Path, port: int) -> None:
    app = Floor(urls(supergraph.read_text()))
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )
    uvloop.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
