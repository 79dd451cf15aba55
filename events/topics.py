"""Topics: one per agent, in partitions by the key of the event, so that a key keeps its order."""

from zlib import crc32

PARTITIONS = 12
"""Of every topic, for good: with another number, keys would change their partition."""


def topic_of(agent: str) -> str:
    """The topic's name, on a broker too."""
    return f"souk.{agent}"


def partition_of(aggregate_id: str) -> int:
    """From 0 to `PARTITIONS` - 1; the same in every process and for ever."""
    return crc32(aggregate_id.encode()) % PARTITIONS
