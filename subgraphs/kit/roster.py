"""Which agents there are: what `supergraph.yaml` says, whoever happens to answer at the moment."""

from dataclasses import dataclass

from subgraphs.kit.context import Info


@dataclass(frozen=True, slots=True)
class Roster:
    """The names of all agents of the installation."""

    agents: frozenset[str] = frozenset()


def everybody(info: Info) -> list[str]:
    """All agents that have a say, whether they answer at the moment or not."""
    agents = info.settings(Roster).agents
    if not agents:
        raise LookupError("this installation does not say which agents it has")
    return sorted(agents)
