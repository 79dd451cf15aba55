"""Our gateway: its edge, engine and HTTP transport as they are, without Souk."""

import sys
from pathlib import Path

from gateway.gateway import Gateway
from gateway.server.app import create_app
from gateway.server.listen import listen
from gateway.server.memory import settle
from gateway.server.serve import run, serve
from gateway.server.settings import ServerSettings
from gateway.standalone.subgraphs import describe
from gateway.transport.http import HttpTransport
from gateway.transport.protocol import Transport
from gateway.transport.verify import VerifyingTransport


def urls(sdl: str) -> dict[str, str]:
    """Where each subgraph of a supergraph answers, by its name."""
    return {name: each.url for name, each in describe(sdl).items()}


async def main(sdl: str, port: int, verify_entities: bool) -> None:
    transports: dict[str, Transport] = {n: HttpTransport(url) for n, url in urls(sdl).items()}
    if verify_entities:
        for name, each in describe(sdl).items():
            transports[name] = VerifyingTransport(transports[name], each.identities)
    gateway = Gateway(sdl, transports)
    try:
        app = create_app(ServerSettings(executor=gateway))
        await serve(app, listen("127.0.0.1", port), on_ready=settle)
    finally:
        await gateway.close()


if __name__ == "__main__":
    run(main(Path(sys.argv[1]).read_text(), int(sys.argv[2]), "--verify-entities" in sys.argv[3:]))
