"""The measurement: answers compared first, then interleaved rounds."""

import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import orjson

from bench.comparison import difference
from bench.guild.contender import Contender
from bench.guild.load import Client, Load, Series
from souk.problems import Problem


async def measure(
    contenders: Sequence[Contender],
    origin: str,
    loads: Sequence[Load],
    rounds: int,
    requests: int,
    warm_up: int,
    seconds: float,
    progress: Callable[[str], None],
) -> tuple[list[Series], int]:
    """Each contender's series, load by load, and the number of rounds done.

    No new round begins after `seconds`.
    """
    most = max(load.connections for load in loads)
    async with AsyncExitStack() as stack:
        clients = []
        for contender in contenders:
            client = Client(contender, origin, most)
            stack.push_async_callback(client.close)
            clients.append(client)
        sizes = await _compared(clients)
        for client in clients:
            progress(f"Warming up {client.contender.kind.name}")
            await client.round(Load("", most, True), warm_up, Series("", ""))
        pairs = [
            (client, load, Series(client.contender.kind.name, load.name, size))
            for load in loads
            for client, size in zip(clients, sizes, strict=True)
        ]
        give_up = time.monotonic() + seconds
        done = 0
        for number in range(rounds):
            if time.monotonic() > give_up:
                break
            progress(f"Round {number + 1} of {rounds}")
            for place in range(len(pairs)):  # nobody is always first
                client, load, series = pairs[(place + number) % len(pairs)]
                await client.round(load, requests, series)
            done += 1
        return [series for _, _, series in pairs], done


async def _compared(clients: Sequence[Client]) -> list[int]:
    """The size of each answer. They must be equal, and authorization must reach every call."""
    expected = None
    sizes = []
    for client in clients:
        name = client.contender.kind.name
        body = await client.ask()
        answer = orjson.loads(body)
        sizes.append(len(body))
        expected = expected or answer
        if found := difference(expected, answer):
            raise Problem(f"{name} answers differently at {found}", "Make them equal first")
        before = await client.calls()
        await client.ask(unique=True)
        after = await client.calls()
        if after["authorized"] - before["authorized"] != (
            sum(after["calls"].values()) - sum(before["calls"].values())
        ):
            raise Problem(f"{name} does not forward authorization", "Make it, then compare")
    return sizes
