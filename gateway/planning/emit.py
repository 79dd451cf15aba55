"""Prints fetches as GraphQL for their subgraphs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from gateway.planning.fetch import Fetch
from gateway.planning.model import Supergraph, base_name
from gateway.planning.optimise import Group, group
from gateway.planning.plan import Call, Operation, PlanStep, Rename, Renames, Request, Shape
from gateway.planning.selection import InternalKeys, SelectedField, Selection


class _Field(NamedTuple):
    """A field of a selection with the type it is selected on."""

    parent: str
    key: str
    selected: SelectedField


class Emitter:
    """For one operation: the client's variable definitions and the planner's own keys."""

    def __init__(
        self,
        supergraph: Supergraph,
        keys: InternalKeys,
        variable_definitions: Mapping[str, str],
        by_wave: bool,
    ) -> None:
        self._by_wave = by_wave
        self._supergraph = supergraph
        self._keys = keys
        self._variable_definitions = variable_definitions

    def step(self, fetches: Sequence[Fetch], operation: Operation) -> PlanStep:
        groups = group(fetches, self._by_wave)
        index = {id(item): number for number, item in enumerate(groups)}
        requests = tuple(
            self._request(item, operation, tuple(index[id(other)] for other in item.after))
            for item in groups
        )
        top = _positions(fetches)
        return PlanStep(requests, _shape(top), dict(_sole(top, ())))

    def _request(self, item: Group, operation: Operation, after: tuple[int, ...]) -> Request:
        calls = _numbered(_folded([self._call(fetch) for fetch in item.members]))
        used = frozenset[str]().union(*(call.variables for call in calls))
        first = item.members[0]
        reentry = first.kind == "root" and bool(first.path)
        return Request(
            graph=first.graph,
            kind=first.kind,
            operation="query" if reentry else operation,
            calls=tuple(calls),
            after=after,
            variable_definitions={
                name: text for name, text in self._variable_definitions.items() if name in used
            },
        )

    def _call(self, fetch: Fetch) -> "_Calls":
        entity = fetch.kind == "entity"
        is_object = self._supergraph.kind(fetch.type) == "object"
        made = self._selecting(
            Call(
                alias="_entities" if entity else "",
                paths=(fetch.path,),
                selection="",
                variables=frozenset(),
                renames={},
                condition=fetch.type,
                representation_type=fetch.representation_type
                or (fetch.type if is_object else None),
                keys=tuple(fetch.keys),
                inputs=tuple(fetch.inputs),
                root_keys=() if entity else tuple(fetch.selection.fields),
            ),
            fetch,
            fetch.selection,
        )
        if fetch.spare is None:
            return _Calls(made, None)
        return _Calls(made, self._selecting(replace(made, paths=(), inputs=()), fetch, fetch.spare))

    def _selecting(self, call: Call, fetch: Fetch, selection: Selection) -> Call:
        renames: Renames = {}
        variables: set[str] = set()
        printer = _Printer(self._supergraph, self._keys, fetch.graph, variables)
        text = printer.print(selection, fetch.type, renames)
        return replace(call, selection=text, variables=frozenset(variables), renames=renames)


class _Calls(NamedTuple):
    """A call, and the one for objects whose inputs are missing."""

    call: Call
    spare: Call | None


def _folded(made: Sequence[_Calls]) -> list[_Calls]:
    """Calls that ask the same of one type become one: an entity at two paths is sent once."""
    folded: list[_Calls] = []
    for call, spare in made:
        for index, (known, known_spare) in enumerate(folded):
            if replace(known, paths=call.paths) == call and known_spare == spare:
                both = replace(known, paths=known.paths + call.paths)
                folded[index] = _Calls(both, spare)
                break
        else:
            folded.append(_Calls(call, spare))
    return folded


def _numbered(made: Sequence[_Calls]) -> list[Call]:
    calls = [call for call, _ in made]
    if len(calls) > 1:
        calls = [replace(call, alias=f"_e{number}") for number, call in enumerate(calls)]
    spares = [
        replace(spare, alias=f"_s{number}", leftovers_of=number)
        for number, (_, spare) in enumerate(made)
        if spare is not None
    ]
    return calls + spares


class _Printer:
    def __init__(
        self, supergraph: Supergraph, keys: InternalKeys, graph: str, variables: set[str]
    ) -> None:
        self._supergraph = supergraph
        self._keys = keys
        self._graph = graph
        self._variables = variables

    def print(self, selection: Selection, parent: str, renames: Renames) -> str:
        conflicts = self._conflicts(selection, parent)
        parts = self._fields(selection, parent, conflicts, renames)
        for name, inner in selection.on.items():
            fields = self._fields(inner, name, conflicts, renames)
            if fields:
                parts.append(f"... on {name} {{ {' '.join(fields)} }}")
        if not parts:
            hidden = self._supergraph.is_interface_object(parent, self._graph)
            parts = [f"{self._keys.placeholder}: __typename" if hidden else "__typename"]
        return f"{{ {' '.join(parts)} }}"

    def _fields(
        self, selection: Selection, parent: str, conflicts: set[str], renames: Renames
    ) -> list[str]:
        parts: list[str] = []
        for key, selected in selection.fields.items():
            asked = f"{self._keys.prefix}c_{parent}_{key}" if key in conflicts else key
            below: Renames = {}
            body = ""
            base = base_name(self._local_type(parent, selected.name))
            if self._supergraph.kind(base) is not None:
                body = " " + self.print(selected.below, base, below)
            if asked != key or below:
                renames.setdefault(asked, Rename(key)).below.update(below)
            self._variables.update(selected.variables)
            alias = "" if asked == selected.name else f"{asked}: "
            parts.append(f"{alias}{selected.name}{selected.arguments}{body}")
        return parts

    # -- one key, two shapes

    def _conflicts(self, selection: Selection, parent: str) -> set[str]:
        """Keys that a subgraph would refuse: the same under two types, of different shape."""
        if not selection.on:
            return set()
        first: dict[str, _Field] = {}
        conflicts: set[str] = set()
        for found in _flat(selection, parent):
            known = first.setdefault(found.key, found)
            if known is not found and self._conflict(known, found):
                conflicts.add(found.key)
        return conflicts

    def _conflict(self, one: _Field, other: _Field) -> bool:
        same = (one.selected.name, one.selected.arguments) == (
            other.selected.name,
            other.selected.arguments,
        )
        if not same and "object" not in (
            self._supergraph.kind(one.parent),
            self._supergraph.kind(other.parent),
        ):
            return True
        types = [self._local_type(found.parent, found.selected.name) for found in (one, other)]
        bases = [base_name(printed) for printed in types]
        wrappers = [printed.replace(base, "") for printed, base in zip(types, bases, strict=True)]
        if wrappers[0] != wrappers[1]:
            return True
        if any(self._supergraph.kind(base) is None for base in bases):
            return bases[0] != bases[1]
        below = {found.key: found for found in _flat(one.selected.below, bases[0])}
        return any(
            found.key in below and self._conflict(below[found.key], found)
            for found in _flat(other.selected.below, bases[1])
        )

    def _local_type(self, parent: str, name: str) -> str:
        return self._supergraph.local_type(parent, name, self._graph)


def _flat(selection: Selection, parent: str) -> Iterator[_Field]:
    for key, selected in selection.fields.items():
        yield _Field(parent, key, selected)
    for name, inner in selection.on.items():
        yield from _flat(inner, name)


class _Position:
    """A place in the data: how many fetches write objects there, and what lies below.

    `leaves`: the keys that they write, as far as those are leaves and no type's own.
    """

    __slots__ = ("below", "entered", "leaves", "only_leaves", "writers")

    def __init__(self) -> None:
        self.below: dict[str, _Position] = {}
        self.writers = 0
        self.entered = False
        self.leaves: set[str] = set()
        self.only_leaves = True

    def child(self, key: str) -> "_Position":
        return self.below.setdefault(key, _Position())


def _positions(fetches: Sequence[Fetch]) -> _Position:
    top = _Position()
    for fetch in fetches:
        position = top
        for element in fetch.path:
            if isinstance(element, str):
                position = position.child(element)
                position.entered = True
        _mark(fetch.selection, position)
    return top


def _mark(selection: Selection, position: _Position) -> None:
    merged: dict[str, list[Selection]] = {}
    for found in _flat(selection, ""):
        below = found.selected.below
        if below.fields or below.on:
            merged.setdefault(found.key, []).append(below)
    for key, parts in merged.items():
        child = position.child(key)
        child.writers += 1
        for part in parts:
            _note(part, child)
            _mark(part, child)


def _note(selection: Selection, position: _Position) -> None:
    for key, selected in selection.fields.items():
        if selected.below.fields or selected.below.on:
            position.only_leaves = False
        position.leaves.add(key)
    if selection.on:
        position.only_leaves = False


def _shape(position: _Position) -> Shape:
    """Where an answer is merged into what another has already brought: there, data is copied."""
    shape: Shape = {}
    for key, child in position.below.items():
        below = _shape(child)
        if below or child.entered or child.writers > 1:
            shape[key] = below
    return shape


def _sole(
    position: _Position, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
    for key, child in position.below.items():
        if child.entered and child.writers == 1:
            here = (*path, key)
            yield here, frozenset(child.leaves if child.only_leaves else ())
            yield from _sole(child, here)
