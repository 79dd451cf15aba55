"""What an installation may set of monitoring."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class MonitoringSettings:
    """`replay_patience`: how long `replayDeadLetters` waits for the end of what it asked for."""

    replay_patience: timedelta = timedelta(seconds=5)
