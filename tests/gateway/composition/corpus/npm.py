"""npm's @apollo/composition as a second opinion: only run, never read."""

import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.server.pages.node import run_node
from tests.gateway.server.node_programs import installed


@dataclass(frozen=True, slots=True)
class Opinion:
    """`codes` are sorted, each once; `sdl` is None where there are any."""

    codes: tuple[str, ...]
    messages: tuple[str, ...]
    sdl: str | None


def compose_with_npm(sets: Iterable[Mapping[str, str]]) -> list[Opinion]:
    """What it says to each of these sets of SDL texts by subgraph name, in their order."""
    folder = installed(Path(__file__).parent / "node")
    with tempfile.TemporaryDirectory() as name:
        given, answered = Path(name) / "given", Path(name) / "answered"
        given.write_text("".join(f"{json.dumps(dict(each))}\n" for each in sets))
        run_node(folder / "compose.mjs", [str(given), str(answered)], folder=folder, timeout=1_800)
        return [_opinion(json.loads(line)) for line in answered.read_text().splitlines()]


def _opinion(said: Mapping[str, object]) -> Opinion:
    codes, messages, sdl = said["codes"], said["messages"], said["sdl"]
    assert isinstance(codes, list)
    assert isinstance(messages, list)
    assert sdl is None or isinstance(sdl, str)
    return Opinion(tuple(sorted(set(codes))), tuple(messages), sdl)
