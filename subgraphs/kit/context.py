"""What lives as long as one request: the caller, the loaders, and what a resolver sees of them."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from graphql import GraphQLError
from strawberry.dataloader import DataLoader

from events.hub import Hub
from models.database import Cause, Database, Reads, UnitOfWork
from subgraphs.kit.capture import Capture
from subgraphs.kit.graph import Graph, NoGraph
from subgraphs.kit.policy import EVERY_ROW, Policy, Principal, Scope, granted

S = TypeVar("S")


class Denied(GraphQLError):
    """The policy of this field never admits this role."""

    def __init__(self) -> None:
        super().__init__("This role may not do this.", extensions={"code": "FORBIDDEN"})


class NoHub(Exception):
    """This process was assembled without a hub."""


@dataclass(frozen=True, slots=True)
class Info:
    """Handed to every resolver: who asks, which rows they may see, and where to read them.

    `now` stands still for the whole request; `graph` reaches the other agents.
    """

    principal: Principal
    scope: Scope
    db: Reads
    graph: Graph
    now: datetime
    cause: Cause
    database: Database
    _settings: Mapping[type[Any], Any]
    _hub: Hub | None = None

    @property
    def hub(self) -> Hub:
        """Where subscriptions hear of events. Raises NoHub where the process has none."""
        if self._hub is None:
            raise NoHub
        return self._hub

    def within(self, work: UnitOfWork) -> "Info":
        """The same caller, reading inside the unit of work: one connection, what it wrote."""
        return replace(self, db=work, now=work.now)

    def later(self) -> "Info":
        """The same caller, as of now: for what goes on longer than a request."""
        return replace(self, now=self.database.clock())

    def settings(self, kind: type[S]) -> S:
        """The agent's settings as the installation has them, or their defaults."""
        return cast(S, self._settings.get(kind) or kind())


@dataclass(slots=True)
class Context:
    """One request to one subgraph. `settings` maps a settings class to its instance.

    `cursor` is where a client of this subscription may resume behind the present event.
    """

    agent: str
    principal: Principal
    db: Database
    capture: Capture
    correlation_id: str
    graph: Graph = field(default_factory=NoGraph)
    settings: Mapping[type[Any], Any] = field(default_factory=dict)
    lease: timedelta = timedelta(seconds=30)
    hub: Hub | None = None
    cursor: str | None = None
    _now: datetime | None = None
    _infos: dict[tuple[Policy, str], Info | None] = field(default_factory=dict)
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)

    @property
    def cause(self) -> Cause:
        principal = self.principal
        return Cause(principal.id, self.correlation_id, on_behalf_of=principal.on_behalf_of)

    def info(self, policy: Policy, name: str) -> Info:
        """Raises Denied; a policy is asked once per request and field or type `name`."""
        if (policy, name) not in self._infos:
            scope = granted(policy, self.principal, name)
            self._infos[policy, name] = None if scope is None else self._info(scope)
        info = self._infos[policy, name]
        if info is None:
            raise Denied
        return info

    def acting(self, cause: Cause) -> Info:
        """For what the agent does by itself: no policy is asked, every row is in scope."""
        return replace(self._info(EVERY_ROW), cause=cause)

    def read_from(self, now: datetime) -> None:
        """What follows a mutation is read as of its work, or it would not see what that wrote;
        and each event of a subscription as of its own time.
        """
        self._now = now
        self._infos.clear()
        self._loaders.clear()

    def load(
        self, key: Hashable, batch: Callable[[list[Any]], Awaitable[Sequence[Any]]], item: Any
    ) -> Awaitable[Any]:
        """`item`'s value from one call of `batch` for all that ask under `key` at this moment."""
        loader = self._loaders.get(key)
        if loader is None:
            loader = self._loaders[key] = DataLoader(load_fn=batch, cache=False)
        return loader.load(item)

    def _info(self, scope: Scope) -> Info:
        if self._now is None:
            self._now = self.db.clock()
        return Info(
            principal=self.principal,
            scope=scope,
            db=self.db,
            graph=self.graph,
            now=self._now,
            cause=self.cause,
            database=self.db,
            _settings=self.settings,
            _hub=self.hub,
        )
