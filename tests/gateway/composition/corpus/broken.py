"""Sets of subgraphs that do not compose: each a base with one line changed, and its codes.

`python -m tests.gateway.composition.corpus.rules` writes the lines of `broken.jsonl`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.gateway.composition.corpus.bases import BASES
from tests.gateway.composition.sdl import compose_sdl

FILE: Final = Path(__file__).with_name("broken.jsonl")


@dataclass(frozen=True, slots=True)
class Broken:
    """`line` counts from 0 in the subgraph's text; `codes` are sorted, each once."""

    base: str
    subgraph: str
    line: int
    was: str
    now: str
    codes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.base}/{self.subgraph}:{self.line} {self.now.strip() or 'without it'}"

    def subgraphs(self) -> dict[str, str]:
        """Raises ValueError where the base is no longer what this was made for."""
        lines = BASES[self.base][self.subgraph].split("\n")
        if lines[self.line] != self.was:
            raise ValueError(f"{self.base}/{self.subgraph}:{self.line} is not {self.was!r}")
        lines[self.line] = self.now
        return {**BASES[self.base], self.subgraph: "\n".join(lines)}

    def written(self) -> str:
        return json.dumps(asdict(self))


def corpus() -> list[Broken]:
    found = []
    for line in FILE.read_text().splitlines():
        values = json.loads(line)
        found.append(Broken(**{**values, "codes": tuple(values["codes"])}))
    return found


def codes_of(subgraphs: Mapping[str, str]) -> tuple[str, ...]:
    """What our composer says to them: nothing, where they compose."""
    return tuple(sorted({error.code.value for error in compose_sdl(dict(subgraphs)).errors}))
