"""State machines as data: every edge names the mutations, events and timers that walk it."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Generic, TypeVar

from subgraphs.kit.errors import InvalidTransitionError, Refused

S = TypeVar("S", bound=Enum)


class StateMachine(Generic[S]):
    """`edges` maps each state to the states that follow it, each with who walks there.

    A walker is a mutation (`holdOrder`), an event (`package.handed_over`), a timer
    (`timer reservation_expiry`) or a saga's step (`saga confirm`); several stand in a tuple.
    """

    def __init__(self, edges: Mapping[S, Mapping[S, str | tuple[str, ...]]]) -> None:
        self.edges: dict[S, dict[S, tuple[str, ...]]] = {
            state: {to: (by,) if isinstance(by, str) else by for to, by in following.items()}
            for state, following in edges.items()
        }

    def allowed(self, state: S) -> list[S]:
        return list(self.edges.get(state, {}))

    def walks(self) -> Iterator[tuple[S, S, str]]:
        """Every (from, to, walker)."""
        for state, following in self.edges.items():
            for to, walkers in following.items():
                for by in walkers:
                    yield state, to, by

    def walk(self, state: S, to: S, by: str) -> S:
        """`to`, where `by` may walk there from `state`; otherwise INVALID_TRANSITION."""
        if by not in self.edges.get(state, {}).get(to, ()):
            raise self.refusal(state, to)
        return to

    def refusal(self, state: S, to: S) -> Refused:
        """The answer to who may not walk from `state` to `to`."""
        allowed = [target.name for target in self.allowed(state)]
        return Refused(InvalidTransitionError(from_=state.name, to=to.name, allowed=allowed))
