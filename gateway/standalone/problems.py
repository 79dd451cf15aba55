"""What an operator can mend."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Of `python -m gateway`. 2 is argparse's, for wrong arguments."""

    STOPPED = 0
    UNUSABLE_FILE = 1
    CANNOT_LISTEN = 3
    INTERRUPTED = 130


class Problem(Exception):
    """Settings or a supergraph that cannot be used: what and why, on one line."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))
