"""The time and size that one operation may cost to plan."""

import time
from dataclasses import dataclass, field

from gateway.planning.errors import PlanningBudgetExceeded, PlanningFailed

MAX_SELECTIONS = 100_000
_CHECK_EVERY = 256


@dataclass(slots=True)
class Budget:
    """Counts units of work; looks at the clock only now and then, because looking costs too.

    `seconds`: of the processor's time for this thread, so that a busy machine refuses nobody's
    operation; how long a client waits is bounded elsewhere. Made and spent in one thread.
    """

    seconds: float
    started: float = field(default_factory=time.thread_time)
    spent: int = 0
    selections: int = 0

    def spend(self) -> None:
        self.spent += 1
        if self.spent % _CHECK_EVERY == 0:
            self.check()

    def check(self) -> None:
        if time.thread_time() - self.started > self.seconds:
            raise PlanningBudgetExceeded("Planning the operation took too long.")

    def select(self, count: int) -> None:
        """Fragments multiply selections: refuse before memory goes."""
        self.selections += count
        if self.selections > MAX_SELECTIONS:
            raise PlanningFailed(
                "The operation selects too many fields once fragments are inlined."
            )
        self.check()
