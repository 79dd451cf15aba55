"""The process that subscribes through the gateway, over WebSockets, and notes when each event came.

Says `connected`; when its input ends it waits for what is still under way, then prints the times.
"""

import argparse
import asyncio
import json
import re
import sys
import time
from typing import Any

import uvloop

from bench.fanout.load import Subscriber, subscribed
from bench.latency import CORRELATION

QUERY = (
    'subscription { platformEvents(where: { types: ["customer.updated"] }) '
    "{ cursor type subjectId correlationId } }"
)
NUMBER = re.compile(rf'"{CORRELATION}(\d+)"'.encode())
REFUSED = re.compile(rb'"type":"(error|complete)"|"errors":')
STILL = 3.0
"""Seconds without any event after which nothing more is expected."""


class Listener(Subscriber):
    """Notes every frame with its time; it is read when all is over."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.frames: list[tuple[float, bytes]] = []

    def _message(self, text: bytes) -> None:
        self.frames.append((time.time(), text))
        super()._message(text)

    def times(self) -> dict[str, float]:
        """Unix times by the number of the event; an event that comes twice is an error."""
        found: dict[str, float] = {}
        for at, text in self.frames:
            if REFUSED.search(text):
                raise RuntimeError(f"the subscription has ended: {text.decode()}")
            if number := NUMBER.search(text):
                name = number[1].decode()
                if name in found:
                    raise RuntimeError(f"event {name} came twice")
                found[name] = at
        return found


async def main(arguments: argparse.Namespace) -> None:
    token = sys.stdin.readline().strip()
    listeners = await subscribed(
        arguments.url, QUERY, [token], arguments.count, lambda: None, kind=Listener
    )
    await asyncio.sleep(1)  # until the subscriptions have begun
    sys.stdout.write("connected\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    before = -1
    while before != (now := sum(each.received for each in listeners)):
        before = now
        await asyncio.sleep(STILL)
    sys.stdout.write(json.dumps([each.times() for each in listeners]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--count", type=int, required=True)
    uvloop.run(main(parser.parse_args()))
