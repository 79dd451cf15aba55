"""`/graphiql`: the page and its files, all from this server, none from a network of others."""

import gzip
import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

DEFAULT_ASSETS: Final = Path(__file__).parent / "graphiql"

_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the editor writes its colours into the page
        "font-src 'self' data:",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)


@dataclass(frozen=True, slots=True)
class GraphiQL:
    """How the page is set up. `default_query` is what its editor holds at first."""

    default_query: str = "{ __typename }"
    title: str = "GraphiQL"
    endpoint: str = "/graphql"
    assets: Path = DEFAULT_ASSETS


@dataclass(frozen=True, slots=True)
class _Asset:
    content_type: str
    zipped: bytes


def graphiql_routes(settings: GraphiQL) -> list[Route]:
    """The page, and under it the files that `gateway.server.pages.build` has made."""
    manifest = _manifest(settings.assets)
    if manifest is None:
        return [Route("/graphiql", _missing)]
    page = _page(settings, manifest["entries"])
    assets = {
        name: _Asset(content_type, (settings.assets / f"{name}.gz").read_bytes())
        for name, content_type in manifest["files"].items()
    }

    async def show_page(_: Request) -> Response:
        return _html(page)

    async def show_asset(request: Request) -> Response:
        asset = assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        headers = {
            "content-type": asset.content_type,
            "cache-control": _IMMUTABLE,
            "vary": "accept-encoding",
        }
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.zipped, headers={**headers, "content-encoding": "gzip"})
        return Response(gzip.decompress(asset.zipped), headers=headers)

    return [Route("/graphiql", show_page), Route("/graphiql/{name}", show_asset)]


def _manifest(assets: Path) -> dict[str, Any] | None:
    try:
        manifest: dict[str, Any] = json.loads((assets / "manifest.json").read_bytes())
    except FileNotFoundError:
        return None
    return manifest


def _page(settings: GraphiQL, entries: dict[str, str]) -> str:
    urls = {entry: f"graphiql/{name}" for entry, name in entries.items()}
    config = {
        "workers": {label: urls[f"{label}.worker.js"] for label in ("editor", "json", "graphql")},
        "options": {
            "endpoint": settings.endpoint,
            "title": settings.title,
            "defaultQuery": settings.default_query,
            # A token typed into the headers is not to outlive the page.
            "shouldPersistHeaders": False,
        },
    }
    # In a script element only "<" could end it; as an escape it cannot.
    text = json.dumps(config).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{escape(settings.title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{urls["graphiql.css"]}">
<script type="application/json" id="graphiql-config">{text}</script>
<script src="{urls["boot.js"]}" defer></script>
<script src="{urls["graphiql.js"]}" defer></script>
<script src="{urls["start.js"]}" defer></script>
</head>
<body class="no-focus-outline">
<noscript>This page needs JavaScript.</noscript>
<div id="root"></div>
</body>
</html>
"""


_HOW_TO_BUILD: Final = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>GraphiQL is not built</title></head>
<body>
<h1>GraphiQL is not built yet</h1>
<p>Run <code>make pages</code> and start again. The API itself is at <code>/graphql</code>.</p>
</body>
</html>
"""


async def _missing(_: Request) -> Response:
    return _html(_HOW_TO_BUILD, status=503)


def _html(page: str, status: int = 200) -> Response:
    headers = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
        "content-security-policy": _POLICY,
    }
    return Response(page, status_code=status, headers=headers)
