"""The end of Kafka's clients, also while no broker answers: nothing of them goes on running."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

FAREWELL = 3.0
"""Seconds for what a broker has to hear of."""


async def end_producer(producer: AIOKafkaProducer) -> None:
    """What it still holds is sent again by the next: the relay has not marked it."""
    if await _within(producer.flush()):
        await _within(producer.stop())
    else:
        producer._closed = True  # to stop it would be to wait for its batches, without an end
    if producer._sender is not None:
        await _within(producer._sender.close())
    await _within(producer.client.close())


async def end_consumer(consumer: AIOKafkaConsumer) -> None:
    """Leaves its group, if that can be told to anybody."""
    await _within(consumer.stop())
    if consumer._fetcher is not None:
        await _within(consumer._fetcher.close())
    await _within(consumer._client.close())


async def _within(ending: Coroutine[Any, Any, Any]) -> bool:
    """Whether it came to its end; if not, it is given up. (A timeout would be lost in a task that
    is being canceled.)
    """
    task = asyncio.create_task(ending)
    await asyncio.wait({task}, timeout=FAREWELL)
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=FAREWELL)
        return False
    return not task.cancelled() and task.exception() is None
