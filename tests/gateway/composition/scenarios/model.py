"""What a scenario is."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.composition.errors import ErrorCode
from tests.gateway.composition.sdl import federated

Expected = tuple[ErrorCode, str | None, tuple[str, ...]]
"""Code, coordinate, subgraphs."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`errors` is all that must be reported, and nothing else."""

    name: str
    subgraphs: Mapping[str, str]
    errors: tuple[Expected, ...]


def broken(
    code: ErrorCode,
    coordinate: str | None,
    named: tuple[str, ...],
    /,
    *,
    also: tuple[Expected, ...] = (),
    case: str = "",
    **bodies: str,
) -> Scenario:
    """Federation 2.9 subgraphs with one defect (and those that it entails)."""
    subgraphs = {name: federated(body) for name, body in bodies.items()}
    return raw(code, coordinate, named, subgraphs, also=also, case=case)


def raw(
    code: ErrorCode,
    coordinate: str | None,
    named: tuple[str, ...],
    subgraphs: Mapping[str, str],
    *,
    also: tuple[Expected, ...] = (),
    case: str = "",
) -> Scenario:
    """The same with complete SDL texts."""
    name = f"{code}-{case}" if case else str(code)
    return Scenario(name, subgraphs, ((code, coordinate, named), *also))
