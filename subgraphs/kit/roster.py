"""Which agents there are: what `supergraph.yaml` says, whoever happens to answer at the moment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Roster:
    """The names of all agents of the installation."""

    agents: frozenset[str] = frozenset()
