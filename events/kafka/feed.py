"""What feeds a process's hub from Kafka: everything from now on, in whatever order it comes."""

import asyncio
from contextlib import suppress

from aiokafka import AIOKafkaConsumer

from events.catalog import AGENT_OF
from events.defects import Defects
from events.hub.ordered import OrderedSource
from events.kafka.away import as_away
from events.kafka.ending import end_consumer
from events.kafka.records import decode
from events.stamped import NotAnEvent
from events.topics import topic_of

POLL_MS = 250
PATIENCE = 10.0
PAUSE = 0.5


class Feed:
    """Without a group: every process reads everything. What it misses, the source has from the
    log.
    """

    def __init__(self, source: OrderedSource, servers: str, defects: Defects) -> None:
        self._source = source
        self._servers = servers
        self._defects = defects

    async def run(self) -> None:
        """Until cancelled, through any loss of the broker."""
        while True:
            try:
                await self._read()
            except Exception as error:  # noqa: BLE001 boundary: the loop outlives what fails
                await self._defects.failed("Kafka feed", as_away(error))
            await asyncio.sleep(PAUSE)

    async def _read(self) -> None:
        reader = AIOKafkaConsumer(
            *sorted(topic_of(agent) for agent in set(AGENT_OF.values())),
            bootstrap_servers=self._servers,
            auto_offset_reset="latest",
            request_timeout_ms=10_000,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await reader.start()
            self._defects.recovered("Kafka feed")
            while True:
                for messages in (await reader.getmany(timeout_ms=POLL_MS)).values():
                    for message in messages:
                        self._put(message.value)
        finally:
            await end_consumer(reader)

    def _put(self, value: bytes | None) -> None:
        with suppress(NotAnEvent):  # the consumers keep it for people
            record = decode(value)
            self._source.put(record.incarnation, record.stamped)
