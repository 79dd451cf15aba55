"""The supergraph's files: each agent's exported SDL, and what the gateway composes of them."""

import json
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from graphql import GraphQLError

from gateway.composition import SubgraphSource, compose
from gateway.composition.config import SupergraphConfig, load_config
from gateway.composition.diff import Change, diff
from gateway.composition.errors import CompositionError
from gateway.composition.explain import explain
from gateway.gateway import Gateway
from gateway.planning.errors import PlanningFailed
from gateway.transport.http import HttpTransport
from souk.problems import Problem
from subgraphs.kit import Subgraph

ROOT = Path(__file__).parent.parent
CONFIG = ROOT / "supergraph.yaml"
SUPERGRAPH = ROOT / "supergraph.graphql"


class NotComposed(Problem):
    """All that is wrong, one paragraph for each error."""

    def __init__(self, errors: Sequence[CompositionError]) -> None:
        super().__init__("the agents' schemas do not compose", "Correct what is said above")
        self.errors = errors

    def __str__(self) -> str:
        return f"{self.what}:\n\n{explain(self.errors)}\n\n{self.mend}."


@cache
def config() -> SupergraphConfig:
    """What `supergraph.yaml` says: the agents that exist, and where each is served."""
    return load_config(CONFIG)


@cache
def subgraphs() -> dict[str, Subgraph]:
    """Every agent that exists, by name."""
    return {name: subgraph(name) for name in config().subgraphs}


def subgraph(name: str) -> Subgraph:
    """One agent. Problem where there is none of that name."""
    known = config().subgraphs
    if name not in known:
        raise Problem(f"there is no agent {name}", f"Choose one of {', '.join(sorted(known))}")
    found = import_module(f"subgraphs.{name}.schema").schema
    assert isinstance(found, Subgraph)  # noqa: S101  # a room's module attribute
    return found


def supergraph_sdl() -> str:
    """The composed supergraph, as committed."""
    if not SUPERGRAPH.exists():
        raise Problem(f"{SUPERGRAPH.name} is missing", "Run `souk compose`")
    return SUPERGRAPH.read_text()


def compose_files(check: bool) -> None:
    """Write every file that follows from the agents' code, or, with `check`, compare them."""
    wanted = {
        ROOT / "subgraphs" / name / "schema.graphql": each.sdl + "\n"
        for name, each in subgraphs().items()
    }
    wanted[SUPERGRAPH] = _composed()
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if check and stale:
        names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        raise Problem(f"not up to date: {names}", "Run `souk compose` and commit what it writes")
    for path in stale:
        path.write_text(wanted[path])


def _composed() -> str:
    sources = {
        name: SubgraphSource(url=config().subgraphs[name].routing_url, sdl=each.sdl)
        for name, each in subgraphs().items()
    }
    composition = compose(sources)
    if composition.supergraph_sdl is None:
        raise NotComposed(composition.errors)
    return composition.supergraph_sdl


def changes_since(old: Path) -> list[Change]:
    """What changes from an earlier supergraph's file to what the agents' code composes to."""
    try:
        return diff(old.read_text(), _composed())
    except (GraphQLError, UnicodeDecodeError, ValueError, TypeError) as error:
        raise Problem(f"{old} is no supergraph: {error}", "Name an earlier supergraph") from error


def plan_text(query: str, as_json: bool) -> str:
    """How the gateway would answer `query`: for people, or as JSON."""
    transports = {
        name: HttpTransport(each.routing_url) for name, each in config().subgraphs.items()
    }
    gateway = Gateway(supergraph_sdl(), transports)
    try:
        plan = gateway.plan(query)
    except (GraphQLError, PlanningFailed) as error:
        raise Problem(f"the query cannot be planned: {error}", "Correct the query") from error
    return json.dumps(plan.to_json(), indent=2) if as_json else plan.describe()
