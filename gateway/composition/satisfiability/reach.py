"""Which nodes each node reaches by keys, and which selections it can obtain.

Both depend on each other: a key leads on once its fields can be had, and a field can be had
once a node that resolves it is reached. One work list grows both sets; a goal that fails waits
for the goals or sets that could change it, so cycles need no special care.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from gateway.composition.satisfiability.graph import Edge, Graph
from gateway.composition.satisfiability.nodes import EMPTY, Item, Node, SelectionId
from gateway.composition.schema import Kind


class _Obtain(NamedTuple):
    """The selection can be obtained from the node."""

    node: Node
    selection: SelectionId


class _Jump(NamedTuple):
    """The node can make an entity call with this key, and so reaches the targets."""

    node: Node
    key: SelectionId
    targets: tuple[Node, ...]


_Goal = _Obtain | _Jump


class Reach:
    """Answers on demand; what was found once holds for good."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._reached: dict[Node, dict[Node, None]] = {}
        self._expanded: set[tuple[Node, str]] = set()
        self._known: set[_Goal] = set()
        self._true: set[_Goal] = set()
        self._queue: deque[_Goal] = deque()
        self._waiting: dict[_Goal, dict[_Goal, None]] = {}
        self._watching: dict[Node, dict[_Goal, None]] = {}

    def closure(self, node: Node) -> Iterable[Node]:
        """The node and all that it reaches by keys."""
        self._nodes(node, None)
        self._run()
        return self._reached[node]

    def can_obtain(self, node: Node, selection: SelectionId) -> bool:
        """Whether a selection can be obtained starting from the node."""
        if selection == EMPTY:
            return True
        goal = _Obtain(node, selection)
        self._pose(goal)
        self._run()
        return goal in self._true

    def can_use(self, node: Node, edge: Edge) -> bool:
        """Whether what a field requires can be brought to its subgraph, starting from its node."""
        if edge.requires == EMPTY:
            return True
        return self.can_obtain(node, edge.requires) and any(
            self.can_obtain(node, key) for key in edge.keys
        )

    def _pose(self, goal: _Goal) -> None:
        if goal not in self._known:
            self._known.add(goal)
            self._queue.append(goal)

    def _run(self) -> None:
        while self._queue:
            goal = self._queue.popleft()
            if goal in self._true:
                continue
            if isinstance(goal, _Jump):
                self._try_jump(goal)
            elif all(self._has(goal.node, item, goal) for item in self._items(goal.selection)):
                self._true.add(goal)
                self._queue.extend(self._waiting.pop(goal, ()))

    def _items(self, selection: SelectionId) -> tuple[Item, ...]:
        return self._graph.selections.items(selection)

    def _try_jump(self, jump: _Jump) -> None:
        if not self._holds(jump.node, jump.key, jump):
            return
        self._true.add(jump)
        reached = self._reached[jump.node]
        fresh = [target for target in jump.targets if target not in reached]
        for target in fresh:
            reached[target] = None
            self._expand(jump.node, target.type)
        if fresh:
            self._queue.extend(self._watching.pop(jump.node, ()))

    def _holds(self, node: Node, selection: SelectionId, asking: _Goal) -> bool:
        """Whether the selection is known to be obtainable; if not, `asking` is tried again."""
        if selection == EMPTY:
            return True
        goal = _Obtain(node, selection)
        if goal in self._true:
            return True
        self._waiting.setdefault(goal, {})[asking] = None
        self._pose(goal)
        return False

    def _nodes(self, node: Node, asking: _Goal | None) -> Iterable[Node]:
        """What the node reaches so far; `asking` is tried again when it becomes more."""
        reached = self._reached.get(node)
        if reached is None:
            reached = self._reached[node] = {node: None}
            if node.type == "Query":
                for index in self._graph.hosts["Query"]:
                    reached[Node("Query", index)] = None
            self._expand(node, node.type)
        if asking is not None:
            self._watching.setdefault(node, {})[asking] = None
        return reached

    def _expand(self, node: Node, type_name: str) -> None:
        """Poses the entity calls of a type; keys are read from the node, which sees the most."""
        if (node, type_name) in self._expanded:
            return
        self._expanded.add((node, type_name))
        for key, targets in self._graph.jumps(type_name):
            self._pose(_Jump(node, key, targets))

    def _has(self, node: Node, item: Item, asking: _Goal) -> bool:
        if item.field is not None:
            return self._has_field(node, item, item.field, asking)
        return self._has_fragment(node, item, item.condition or "", asking)

    def _has_field(self, node: Node, item: Item, field: str, asking: _Goal) -> bool:
        if field == "__typename":
            return True
        reached = self._nodes(node, asking)
        for at in reached:
            edge = self._graph.edge(at, field)
            if (
                edge is not None
                and (edge.target is None or self._holds(edge.target, item.below, asking))
                and self._meets_requirements(at, edge, asking)
            ):
                return True
        return self._graph.types[node.type].kind is Kind.INTERFACE and any(
            self._all_hold(self._graph.casts(at).values(), item.alone, asking) for at in reached
        )

    def _meets_requirements(self, node: Node, edge: Edge, asking: _Goal) -> bool:
        if edge.requires == EMPTY:
            return True
        return self._holds(node, edge.requires, asking) and any(
            self._holds(node, key, asking) for key in edge.keys
        )

    def _has_fragment(self, node: Node, item: Item, condition: str, asking: _Goal) -> bool:
        graph = self._graph
        if condition == node.type or condition in graph.interfaces(node.type):
            return self._holds(node, item.below, asking)
        wanted = set(graph.possible.get(condition) or (condition,))
        if graph.types[node.type].kind is Kind.OBJECT:
            return node.type not in wanted or self._holds(node, item.below, asking)
        if not graph.is_interface_object(node) and wanted.isdisjoint(graph.casts(node)):
            return True
        for at in self._nodes(node, asking):
            hit = [cast for name, cast in graph.casts(at).items() if name in wanted]
            if self._all_hold(hit, item.below, asking):
                return True
        return False

    def _all_hold(self, nodes: Iterable[Node], selection: SelectionId, asking: _Goal) -> bool:
        """True if there are such nodes, and the selection can be obtained from each."""
        found = list(nodes)
        return bool(found) and all(self._holds(node, selection, asking) for node in found)
