"""Cursors: a place in the log that a client keeps, and the ways in which it can be lost."""

import re
from dataclasses import dataclass

_PRINTED = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(0|[1-9][0-9]{0,17})")


class MalformedCursor(ValueError):
    """The text is no cursor of this platform."""

    def __init__(self) -> None:
        super().__init__("This is no cursor: take one as it came.")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything up to `position` of this `incarnation` of the log has been seen.

    Printed as `incarnation:position`.
    """

    incarnation: str
    position: int

    def __str__(self) -> str:
        return f"{self.incarnation}:{self.position}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises MalformedCursor."""
        found = _PRINTED.fullmatch(text)
        if found is None:
            raise MalformedCursor
        return cls(found[1], int(found[2]))


class CursorExpired(Exception):
    """What follows the cursor is no longer in the log, or the log is another one."""

    def __init__(self) -> None:
        super().__init__("What happened since then is no longer known here: begin anew.")


class LogLost(Exception):
    """The reader's own place is not in the log: it was replaced, or cut behind the reader."""


class Lagged(Exception):
    """The subscriber was too slow and has been detached: it may resume from `cursor`."""

    def __init__(self, cursor: Cursor) -> None:
        super().__init__("Too slow: events were waiting. Resume from the cursor.")
        self.cursor = cursor
