"""The child's side: a server that announces itself, counts its SQL and answers for its CPU."""

import argparse
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from starlette.types import ASGIApp

from gateway.context import REQUEST_ID
from gateway.policy.authentication import Authenticator
from gateway.server.listen import listen
from gateway.server.serve import serve
from souk import foreground, keys, running
from souk.running import Ready
from souk.settings import Settings
from souk.tokens import AUDIENCE, ISSUER


class Meter:
    """What this process has used so far; it tells whoever asks through the control socket."""

    def __init__(self, *, within_requests: bool = False) -> None:
        """`within_requests`: what the process does besides, for no request, is not counted."""
        self.statements = 0
        self._within_requests = within_requests

    def count(self, *_: object) -> None:
        """Called for each SQL statement."""
        if not self._within_requests or REQUEST_ID.get():
            self.statements += 1

    def answer(self, control: socket.socket) -> None:
        """Answer each byte with a line of JSON, and end this process with who asks."""
        while control.recv(1):
            used = {"cpu_ns": time.process_time_ns(), "statements": self.statements}
            control.sendall(json.dumps(used).encode() + b"\n")
        os.kill(os.getpid(), signal.SIGTERM)


Service = Callable[[Settings, Meter], Coroutine[Any, Any, None]]


def run(service: Service, *, within_requests: bool = False) -> None:
    """Run `service` as a measurement starts it; DATABASE_URL names the shop's database.

    `within_requests`: it also works for no request, and only its edge's requests count.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--control", type=int, required=True)
    given = parser.parse_args()
    settings = Settings(
        env="production", port=0, data_dir=given.data_dir, database_url=os.environ["DATABASE_URL"]
    )
    meter = Meter(within_requests=within_requests)
    event.listen(Engine, "before_cursor_execute", meter.count)
    control = socket.socket(fileno=given.control)
    threading.Thread(target=meter.answer, args=(control,), daemon=True).start()
    with running.held(settings.run_dir):
        foreground.run(service(settings, meter))


async def serve_announced(app: ASGIApp, settings: Settings) -> None:
    """Serve by the platform's own uvicorn settings, and announce it as the platform does."""
    listener = listen(settings.host, settings.port)
    url = f"http://{settings.host}:{listener.getsockname()[1]}"
    ready = Ready(os.getpid(), url, None, datetime.now(UTC))
    with ExitStack() as said:

        def announce() -> None:
            said.enter_context(running.announced(settings.run_dir, ready))

        await serve(app, listener, on_ready=announce)


def authenticator(settings: Settings) -> Authenticator:
    """The platform's own check of tokens, so that each server checks them and none is slower."""
    public = keys.jwks(keys.signing_key(settings.keys_dir))
    return Authenticator(public, issuer=ISSUER, audience=AUDIENCE)
