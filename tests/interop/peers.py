"""The other gateways, as processes of their own: npm packages that are only run, never read."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.interop.corpus import SUPERGRAPH
from tests.node_server import free_port, node_server


@asynccontextmanager
async def apollo(folder: Path, urls: Mapping[str, str], log: Path) -> AsyncIterator[str]:
    """Apollo Gateway's GraphQL endpoint; `urls` are those of the subgraphs, by name."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    async with node_server(
        ["apollo.mjs", str(SUPERGRAPH), str(port)],
        folder=folder,
        ready=f"{url}?query=%7B__typename%7D",
        log=log,
        environment=_given(urls),
    ):
        yield url


@asynccontextmanager
async def hive(folder: Path, urls: Mapping[str, str], log: Path) -> AsyncIterator[str]:
    """Hive Gateway's."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    program = folder / "node_modules" / "@graphql-hive" / "gateway" / "dist" / "bin.js"
    async with node_server(
        [
            *(str(program), "supergraph", str(SUPERGRAPH), "-c", "hive.config.mjs"),
            *("--host", "127.0.0.1", "--port", str(port)),
        ],
        folder=folder,
        ready=f"{url}/readiness",
        log=log,
        environment=_given(urls),
    ):
        yield f"{url}/graphql"


def _given(urls: Mapping[str, str]) -> dict[str, str]:
    return {"SOUK_SUBGRAPHS": json.dumps(dict(urls)), "NODE_ENV": "production"}
