"""The process that subscribes through the gateway, over WebSockets, and notes when each event came.

Says `connected`; when its input ends it waits for what is still under way, then writes the times.
"""

import argparse
import asyncio
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from bench.fanout.load import Subscriber, masked, subscribed
from bench.latency import CORRELATION

QUERY = (
    'subscription ($after: String) { platformEvents(where: { types: ["customer.updated"] }, '
    "after: $after) { cursor type subjectId correlationId } }"
)
NUMBER = re.compile(rf'"{CORRELATION}(\d+)"'.encode())
ENDED = re.compile(rb'^{[^{]*"type":"error"')
LAGGED = "SUBSCRIPTION_LAGGED"
STILL = 3.0
"""Seconds without any event after which nothing more is expected."""


class Listener(Subscriber):
    """Notes every frame with its time; where it was too slow, it resumes from the cursor."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.frames: list[tuple[float, bytes]] = []
        self.lags = 0

    def _message(self, text: bytes) -> None:
        self.frames.append((time.time(), text))
        if ENDED.search(text):
            self._resume(json.loads(text)["payload"][0])
        super()._message(text)

    def _resume(self, error: dict[str, Any]) -> None:
        if error["extensions"]["code"] != LAGGED:
            raise RuntimeError(f"the subscription has ended: {error}")
        self.lags += 1
        payload = {"query": QUERY, "variables": {"after": error["extensions"]["cursor"]}}
        id = f"{self.number}.{self.lags}"
        self.transport.write(masked({"id": id, "type": "subscribe", "payload": payload}))

    def heard(self) -> dict[str, Any]:
        """Unix times by the number of the event, which must not come twice; how often it lagged."""
        times: dict[str, float] = {}
        for at, text in self.frames:
            if number := NUMBER.search(text):
                name = number[1].decode()
                if name in times:
                    raise RuntimeError(f"event {name} came twice")
                times[name] = at
        return {"times": times, "lags": self.lags}


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
    arguments.file.write_text(json.dumps([each.heard() for each in listeners]))
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    uvloop.run(main(parser.parse_args()))
