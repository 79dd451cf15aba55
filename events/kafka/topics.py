"""The topics: made by us, for what a broker makes by itself has the wrong number of partitions."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from events.topics import PARTITIONS, topic_of

# A broker that is away costs ten lines a second otherwise; we tell of it ourselves, once.
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)

REPLICAS = 3
PATIENCE_MS = 30_000


class WrongTopic(Exception):
    """A topic of our name that we cannot use."""


async def create(servers: str, agents: Iterable[str], keep: timedelta) -> None:
    """Those that are missing, on as many brokers as there are, up to three.

    Raises WrongTopic where one has another number of partitions: its keys would lie elsewhere.
    """
    wanted = sorted(topic_of(agent) for agent in agents)
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=PATIENCE_MS)
    await admin.start()
    try:
        cluster = await admin.describe_cluster()
        replicas = min(REPLICAS, len(cluster["brokers"]))
        known = set(await admin.list_topics())
        missing = [name for name in wanted if name not in known]
        if missing:
            await _create(admin, missing, replicas, keep)
        for found in await admin.describe_topics(wanted):
            partitions = len(found["partitions"])
            if found["error_code"] == 0 and partitions != PARTITIONS:
                said = f"the topic {found['topic']} has {partitions} partitions, not {PARTITIONS}"
                raise WrongTopic(said)
    finally:
        await admin.close()


async def _create(
    admin: AIOKafkaAdminClient, names: list[str], replicas: int, keep: timedelta
) -> None:
    """All at once; another process may be doing the same."""
    retention = {"retention.ms": str(int(keep.total_seconds() * 1000))}
    new = [NewTopic(name, PARTITIONS, replicas, topic_configs=retention) for name in names]
    try:
        answer = await admin.create_topics(new)
    except TopicAlreadyExistsError:
        return
    for name, code, *said in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise KafkaError(f"the topic {name} cannot be made: {' '.join(map(str, said))}")
