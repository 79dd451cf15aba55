"""The consumers that there are, by the names that commands take."""

from souk.problems import Problem
from souk.supergraph import subgraphs


def names() -> list[str]:
    """Of the agents that have handlers."""
    return sorted(name for name, each in subgraphs().items() if each.handlers)


def known(consumer: str) -> str:
    """The name itself; Problem where no agent of this name has handlers."""
    if consumer not in names():
        raise Problem(f"there is no consumer {consumer}", f"There are {', '.join(names())}")
    return consumer
