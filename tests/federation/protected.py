"""Random schemas with authorization directives, random callers, and the plainest reference."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType
from hypothesis import strategies as st

from gateway.context import RequestContext
from tests.gateway.subgraphs import Subgraph, executable

OBJECTS = ("Ant", "Bee", "Cat")
MEMBERS = {"Any": OBJECTS[:2], "Named": OBJECTS[1:], "Wide": OBJECTS}
INTERFACES = ("Named", "Wide")
GRAPHS = ("a", "b")
LEAVES = ("String", "Code", "Mood")


@dataclass(frozen=True)
class Rule:
    """A directive as text, and whether a caller with these scopes and policies passes."""

    text: str
    passes: Callable[["Caller"], bool]


@dataclass(frozen=True)
class Caller:
    """`scopes` None: nobody is logged in."""

    scopes: frozenset[str] | None
    policies: frozenset[str]
    as_list: bool

    @property
    def context(self) -> RequestContext:
        claims: dict[str, Any] | None = None
        if self.scopes is not None and self.as_list:
            claims = {"scopes": sorted(self.scopes)}
        elif self.scopes is not None:
            claims = {"scope": " ".join(sorted(self.scopes))}
        return RequestContext("test", claims)


RULES = (
    Rule("@authenticated", lambda c: c.scopes is not None),
    Rule('@requiresScopes(scopes: [["s"]])', lambda c: "s" in (c.scopes or ())),
    Rule(
        '@requiresScopes(scopes: [["s", "t"], ["u"]])',
        lambda c: {"s", "t"} <= (c.scopes or set()) or "u" in (c.scopes or ()),
    ),
    Rule('@policy(policies: [["p"], ["q"]])', lambda c: bool(c.policies & {"p", "q"})),
    Rule('@policy(policies: [["p", "q"]])', lambda c: {"p", "q"} <= c.policies),
)
rules = st.none() | st.none() | st.sampled_from(RULES)
callers = st.builds(
    Caller,
    st.none() | st.frozensets(st.sampled_from("stu")),
    st.frozensets(st.sampled_from("pq")),
    st.booleans(),
)


@dataclass(frozen=True)
class Field:
    """`inputs`: the fields of its own type that it requires, of which its value consists."""

    name: str
    type: str
    wrap: str
    graph: str
    rules: tuple[Rule, ...]
    inputs: tuple[str, ...] = ()

    @property
    def printed(self) -> str:
        return f"{self.name}: {self.wrap.format(self.type)}"


# A field of both subgraphs that may be a key, and may be protected.
TAG = "tag"
KEYS = ((TAG,), ("id",), ("id", TAG), (TAG, "id"), (TAG,))


@dataclass
class Schema:
    """What was drawn. `keys`: of each object type, in both subgraphs; `id` is open to everybody.

    `read` collects the fields that subgraphs were made to resolve.
    """

    types: dict[str, Rule | None]
    fields: dict[str, dict[str, Field]]
    keys: dict[str, tuple[str, ...]]
    read: set[tuple[str, str]] = field(default_factory=set)

    # -- the reference: who may read what

    def may_have(self, caller: Caller, name: str) -> bool:
        rule = self.types.get(name)
        return rule is None or rule.passes(caller)

    def may_read(self, caller: Caller, owner: str, item: Field) -> bool:
        if not self.may_have(caller, owner) or not all(r.passes(caller) for r in item.rules):
            return False
        if item.type in INTERFACES:
            return all(self.may_have(caller, name) for name in MEMBERS[item.type])
        if item.type in MEMBERS:
            return any(self.may_have(caller, name) for name in MEMBERS[item.type])
        return self.may_have(caller, item.type)

    def may_complete(self, caller: Caller, owner: str, item: Field, source: Any) -> bool:
        """Whether the field is where its object is, or a key leads there that may be read."""
        if owner == "Query" or (item.graph in ("", source["graph"]) and not item.inputs):
            return True
        return any(
            key == "id" or self.may_read(caller, owner, self.fields[owner][key])
            for key in self.keys[owner]
        )

    # -- data

    def value(self, owner: str, item: Field, number: int) -> Any:
        """A secret for a leaf, different for each object; an object for the rest."""
        if item.type == "Mood":
            one: Any = f"{owner}_{item.name}".upper()
        elif item.type in LEAVES:
            one = f"secret {owner}.{item.name} {number}"
        else:
            choices = MEMBERS.get(item.type, (item.type,))
            one = [
                {"__typename": choices[n % len(choices)], "id": str(n), "graph": item.graph}
                for n in (number + 1, number + 2)
            ]
            return one if item.wrap.startswith("[") else one[0]
        return [one, one] if item.wrap.startswith("[") else one

    # -- as SDL

    def moods(self) -> str:
        values = (f"{owner}_{name}".upper() for owner in self.fields for name in self.fields[owner])
        return " ".join(values)

    def sdl(self, graph: str | None) -> str:
        """Of one subgraph, or without directives of the whole."""
        parts = [f"scalar Code {self._rule('Code', graph)}"]
        parts.append(f"enum Mood {self._rule('Mood', graph)} {{ {self.moods()} }}")
        shared = "shared: String"
        if graph in (None, "a"):
            parts += [f"interface {name} {{ id: ID! {shared} }}" for name in INTERFACES]
            parts.append(f"union Any = {' | '.join(MEMBERS['Any'])}")
        for name in OBJECTS:
            head = f"type {name}"
            if graph in (None, "a"):
                implemented = [i for i in INTERFACES if name in MEMBERS[i]]
                head += f" implements {' & '.join(implemented)}"
            if graph is not None:
                head += "".join(f' @key(fields: "{key}")' for key in self.keys[name])
                head += f" {self._rule(name, graph)}"
            shareable = "" if graph is None else "@shareable"
            parts.append(f"{head} {{ id: ID! {shareable} {self._fields(name, graph)} }}")
        parts.append(f"type Query {{ {self._fields('Query', graph)} {self._filler(graph)} }}")
        return "\n".join(parts)

    def _filler(self, graph: str | None) -> str:
        return "" if graph is None else f"none_{graph}: Int"

    def _rule(self, name: str, graph: str | None) -> str:
        rule = self.types.get(name)
        # One subgraph is enough to protect what several share.
        return "" if rule is None or graph != "a" else rule.text

    def _fields(self, owner: str, graph: str | None) -> str:
        parts = []
        external: set[str] = set()
        for item in self.fields[owner].values():
            if graph is None:
                parts.append(item.printed)
            elif item.graph in ("", graph):
                text = f"{item.printed} {' '.join(rule.text for rule in item.rules)}"
                text += "" if item.graph else " @shareable"
                if item.inputs:
                    external |= set(item.inputs)
                    text += f' @requires(fields: "{" ".join(item.inputs)}")'
                parts.append(text)
        parts += [f"{self.fields[owner][name].printed} @external" for name in sorted(external)]
        return " ".join(parts)

    # -- as something to run

    def subgraph(self, graph: str) -> Subgraph:
        resolvers: dict[str, Any] = {}
        for owner, items in self.fields.items():
            for item in items.values():
                if item.graph in ("", graph):
                    resolvers[f"{owner}.{item.name}"] = self._resolver(owner, item)
        entities = dict.fromkeys(OBJECTS, _identified)
        return Subgraph(self.sdl(graph), resolvers, entities)

    def _resolver(self, owner: str, item: Field) -> Callable[..., Any]:
        def resolve(source: Any, _info: Any) -> Any:
            self.read.add((owner, item.name))
            if item.inputs:
                return " and ".join(str(source[name]) for name in item.inputs)
            return self.value(owner, item, int((source or {}).get("id", 0)))

        return resolve

    def monolith(self, caller: Caller) -> Any:
        """One schema whose resolvers refuse: what the gateway must answer."""
        resolvers = {
            f"{owner}.{item.name}": self._guarded(caller, owner, item)
            for owner, items in self.fields.items()
            for item in items.values()
        }
        schema = executable(self.sdl(None), resolvers, {})
        for kind in schema.type_map.values():
            if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
                kind.resolve_type = lambda value, _info, _type: self._typed(caller, value)
        assert isinstance(schema.query_type, GraphQLObjectType)
        return schema

    def _typed(self, caller: Caller, value: Mapping[str, Any]) -> str:
        name: str = value["__typename"]
        if not self.may_have(caller, name):
            raise GraphQLError("refused")
        return name

    def _guarded(self, caller: Caller, owner: str, item: Field) -> Callable[..., Any]:
        def resolve(source: Any, _info: Any) -> Any:
            if not self.may_read(caller, owner, item) or not self.may_complete(
                caller, owner, item, source
            ):
                raise GraphQLError("refused")
            number = int((source or {}).get("id", 0))
            if item.inputs:
                needed = (self.fields[owner][name] for name in item.inputs)
                return " and ".join(str(self.value(owner, other, number)) for other in needed)
            return self.value(owner, item, number)

        return resolve

    def secrets(self, caller: Caller) -> set[str]:
        """The values that must appear nowhere."""
        return {
            f"secret {owner}.{item.name} "
            for owner, items in self.fields.items()
            for item in items.values()
            if not self.may_read(caller, owner, item)
        }


def _identified(representation: dict[str, Any]) -> dict[str, Any]:
    """The object of an `id`, or of a `tag`, in which its number stands last."""
    number = representation.get("id") or representation[TAG].split()[-1]
    return {**representation, "id": number}


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    types = {name: draw(rules) for name in (*OBJECTS, "Code", "Mood")}
    fields: dict[str, dict[str, Field]] = {}
    for owner in ("Query", *OBJECTS):
        found: dict[str, Field] = {}
        if owner != "Query":
            found["shared"] = Field("shared", "String", "{}", "a", _rules(draw))
            found[TAG] = Field(TAG, "String", "{}", "", (draw(st.sampled_from(RULES)),))
        for number in range(draw(st.integers(2, 5))):
            kind = draw(st.sampled_from((*LEAVES, *OBJECTS, *MEMBERS)))
            graph = "a" if kind in MEMBERS else draw(st.sampled_from(GRAPHS))
            wrap = draw(st.sampled_from(("{}", "{}", "{}!", "[{}]", "[{}!]!")))
            name = f"{owner[0].lower()}{number}"
            found[name] = Field(name, kind, wrap, graph, _rules(draw))
        if owner != "Query":
            _add_requiring(draw, owner, found)
        fields[owner] = found
    keys = {name: draw(st.sampled_from(KEYS)) for name in OBJECTS}
    return Schema(types, fields, keys)


def _rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    rule = draw(rules)
    return () if rule is None else (rule,)


def _add_requiring(draw: st.DrawFn, owner: str, found: dict[str, Field]) -> None:
    """A field computed from leaves of the other subgraph; it must be as protected as they are."""
    graph = draw(st.sampled_from(GRAPHS))
    there = [
        item
        for item in found.values()
        if item.graph not in ("", graph) and item.type == "String" and item.wrap == "{}"
    ]
    chosen = draw(st.integers(0, 9))
    if chosen < len(there):
        item = there[chosen]
        name = f"{owner[0].lower()}made"
        found[name] = Field(name, "String", "{}", graph, item.rules, (item.name,))


@st.composite
def operations(draw: st.DrawFn, schema: Schema) -> str:
    return _selection(draw, schema, "Query", 4)


def _selection(draw: st.DrawFn, schema: Schema, scope: str, depth: int) -> str:
    parts: list[str] = []
    if scope in schema.fields:
        items = list(schema.fields[scope].values())
        for item in draw(st.lists(st.sampled_from(items), max_size=4, unique=True)):
            text = item.name
            if draw(st.integers(0, 5)) == 0:
                text = f"z{item.name}_{scope}: {text}"
            if item.type not in LEAVES:
                if depth == 0:
                    continue
                text += " " + _selection(draw, schema, item.type, depth - 1)
            parts.append(text)
    if scope in INTERFACES and draw(st.booleans()):
        parts.append("shared")
    if scope in MEMBERS or draw(st.integers(0, 4)) == 0:
        inside = MEMBERS.get(scope, (scope,))
        around = [name for name in MEMBERS if set(MEMBERS[name]) & set(inside)]
        targets = [*inside, *(around if scope != "Query" else ())]
        for name in draw(st.lists(st.sampled_from(targets), max_size=2, unique=True)):
            if depth > 0:
                parts.append(f"... on {name} {_selection(draw, schema, name, depth - 1)}")
    if not parts or draw(st.booleans()):
        parts.append("__typename")
    return f"{{ {' '.join(parts)} }}"
