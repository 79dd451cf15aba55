"""What it looks like when a broker is away, or not ready yet."""

from aiokafka.errors import KafkaError

from models.transience import Unreachable


class BrokerAway(Unreachable):
    """Kafka does not answer, or not as it should; it is asked again."""


def as_away(error: Exception) -> Exception:
    """The error as the rest of the bus knows it."""
    if isinstance(error, KafkaError | TimeoutError):
        said = f"{type(error).__name__} {error}".strip()
        return BrokerAway(f"Kafka: {said}")
    return error
