"""What an installation decides for the customer agent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path


def _unsigned(export: str, until: datetime) -> str:
    raise LookupError("this installation signs no links to exports")


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """Exports lie in `folder`, one file each, for `life`; `link` gives a signed reference to one,
    relative to the graph's own address.
    """

    folder: Path = Path(".souk") / "exports"
    life: timedelta = timedelta(hours=24)
    link: Callable[[str, datetime], str] = _unsigned

    def file(self, export: str) -> Path:
        return self.folder / f"{export}.json"
