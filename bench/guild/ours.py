"""Our gateway: its edge, engine and HTTP transport as they are, without Souk."""

import sys
from pathlib import Path

from graphql import DirectiveNode, parse

from gateway.gateway import Gateway
from gateway.server.app import create_app
from gateway.server.listen import listen
from gateway.server.memory import settle
from gateway.server.serve import run, serve
from gateway.server.settings import ServerSettings
from gateway.transport.http import HttpTransport


def urls(sdl: str) -> dict[str, str]:
    """Where each subgraph of a supergraph answers, by its name."""
    found = {}
    for definition in parse(sdl).definitions:
        if getattr(getattr(definition, "name", None), "value", None) == "join__Graph":
            for value in getattr(definition, "values", ()):
                [graph] = [each for each in value.directives if each.name.value == "join__graph"]
                given = _arguments(graph)
                found[given["name"]] = given["url"]
    return found


def _arguments(directive: DirectiveNode) -> dict[str, str]:
    return {each.name.value: getattr(each.value, "value", "") for each in directive.arguments or ()}


async def main(sdl: str, port: int) -> None:
    gateway = Gateway(sdl, {name: HttpTransport(url) for name, url in urls(sdl).items()})
    try:
        app = create_app(ServerSettings(executor=gateway))
        await serve(app, listen("127.0.0.1", port), on_ready=settle)
    finally:
        await gateway.close()


if __name__ == "__main__":
    run(main(Path(sys.argv[1]).read_text(), int(sys.argv[2])))
