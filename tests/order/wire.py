"""Stands on the order agent's way to the others: cuts it, or does something while a call is out."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from subgraphs.kit import Document, Principal
from subgraphs.kit.agents import Remote
from subgraphs.kit.graph import GraphUnavailable
from tests.platform import Platform

Happening = Callable[[Document], Awaitable[None]]


async def nothing(document: Document) -> None:
    """The way is as it always was."""


@dataclass
class Wire:
    """`before` and `after` each call; what they raise the caller gets."""

    remote: Remote
    before: Happening = nothing
    after: Happening = nothing

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Principal, correlation: str
    ) -> Mapping[str, Any]:
        await self.before(document)
        answer = await self.remote.send(document, variables, sender, correlation)
        await self.after(document)
        return answer


def wire(platform: Platform) -> Wire:
    """From here on the order agent's commands pass through this wire."""
    agents = platform.agent("order")
    wire = Wire(agents.remote)
    platform._agents["order"] = replace(agents, remote=wire)
    return wire


def cut(*names: str) -> Happening:
    """No way for these documents."""

    async def fail(document: Document) -> None:
        if document.name in names:
            raise GraphUnavailable(f"{document.owner} is away")

    return fail


def once(name: str, happening: Callable[[], Awaitable[Any]]) -> Happening:
    """`happening`, the first time that this document passes."""
    seen: list[str] = []

    async def happen(document: Document) -> None:
        if document.name == name and not seen:
            seen.append(name)
            await happening()

    return happen
