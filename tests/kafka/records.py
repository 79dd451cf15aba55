"""All that lies on a broker under our names, from the beginning."""

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from events.topics import topic_of


async def everything(servers: str) -> list[bytes]:
    """Key, value and headers of each record of each of the platform's topics."""
    places = await _places(servers)
    reader = AIOKafkaConsumer(bootstrap_servers=servers)
    await reader.start()
    try:
        reader.assign(places)
        await reader.seek_to_beginning(*places)
        ends = await reader.end_offsets(places)
        found: list[bytes] = []
        while any([await reader.position(place) < end for place, end in ends.items()]):
            for messages in (await reader.getmany(timeout_ms=500)).values():
                for each in messages:
                    headers = [value for _, value in each.headers]
                    found.append(b"\n".join([each.key or b"", each.value or b"", *headers]))
        return found
    finally:
        await reader.stop()


async def _places(servers: str) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        ours = [name for name in await admin.list_topics() if name.startswith(topic_of(""))]
        return [
            TopicPartition(topic["topic"], each["partition"])
            for topic in await admin.describe_topics(ours)
            for each in topic["partitions"]
        ]
    finally:
        await admin.close()
