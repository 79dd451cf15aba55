"""Compiles the client's selection to Python source that shapes merged data into the answer.

Client text reaches the source only as the values of numbered constants.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    GraphQLUnionType,
    SelectionSetNode,
)

from gateway.execution import complete
from gateway.execution.collect import Collector, Composite, Sets, below
from gateway.execution.errors import Violation
from gateway.execution.expect import GIVES_UP, compile_expectation
from gateway.planning.model import Supergraph
from gateway.policy.authorization import Denial

Project = Callable[[dict[str, Any], list[Violation]], dict[str, Any] | None]

JSON_CLASSES: dict[str, tuple[str, ...]] = {
    GraphQLString.name: ("str",),
    GraphQLID.name: ("str",),
    GraphQLInt.name: ("int",),
    GraphQLFloat.name: ("float", "int"),
    GraphQLBoolean.name: ("bool",),
}
PASSED_ON = frozenset({"__schema", "__type"})


def compile_projection(
    supergraph: Supergraph,
    collector: Collector,
    root: GraphQLObjectType,
    selection: SelectionSetNode,
    denial: Denial | None = None,
    shared: Collection[tuple[str, ...]] = (),
) -> Project:
    """The function that makes the answer from the data; None where null reaches the root.

    What `denial` denies is null with a violation, whatever the data holds. `shared`: see expect.py.
    """
    if denial is not None:
        return compile_exact(supergraph, collector, root, selection, denial)
    expect = compile_expectation(supergraph.schema, collector, root, selection, shared)
    exact: Project | None = None  # most operations never need it

    def project(data: dict[str, Any], violations: list[Violation]) -> dict[str, Any] | None:
        nonlocal exact
        try:
            return expect(data)
        except GIVES_UP:
            exact = exact or compile_exact(supergraph, collector, root, selection)
            return exact(data, violations)

    return project


def compile_exact(
    supergraph: Supergraph,
    collector: Collector,
    root: GraphQLObjectType,
    selection: SelectionSetNode,
    denial: Denial | None = None,
) -> Project:
    """The same for any data whatever: what is wrong in it is told, with its place."""
    compiler = _Compiler(supergraph, collector, denial)
    function = compiler.load(compiler.composite(root, (selection,)))

    def project(data: dict[str, Any], violations: list[Violation]) -> dict[str, Any] | None:
        answer: dict[str, Any] | None = function(data, None, violations)
        return answer

    return project


class _Compiler:
    def __init__(
        self,
        supergraph: Supergraph,
        collector: Collector,
        denial: Denial | None,
    ) -> None:
        self._supergraph = supergraph
        self._schema = supergraph.schema
        self._collector = collector
        self._denial = denial
        self._functions: list[str] = []
        self._by_body: dict[str, str] = {}
        self._known: dict[tuple[str, tuple[int, ...]], str] = {}
        self._constants: dict[Any, str] = {}
        self._environment: dict[str, Any] = {
            "required": complete.required,
            "wrong": complete.wrong,
            "leaf": complete.leaf,
            "enum": complete.enum,
            "untyped": complete.untyped,
            "denied_field": complete.denied_field,
            "denied_object": complete.denied_object,
        }

    def load(self, name: str) -> complete.Completer:
        source = "\n".join(self._functions)
        code = compile(source, "<projection>", "exec")
        exec(code, self._environment)  # noqa: S102  generated names only, see the module's rule
        function: complete.Completer = self._environment[name]
        return function

    # -- names

    def _constant(self, value: str) -> str:
        name = self._constants.get(value)
        if name is None:
            name = self._constants[value] = f"k{len(self._constants)}"
            self._environment[name] = value
        return name

    def _object(self, identity: Any, make: Callable[[], Any]) -> str:
        """A constant that is no string, one per identity."""
        name = self._constants.get(identity)
        if name is None:
            name = self._constants[identity] = f"k{len(self._constants)}"
            self._environment[name] = make()
        return name

    def _define(self, body: Sequence[str]) -> str:
        """Equal bodies share one function: the types of an interface often project alike."""
        text = "\n    ".join(body)
        name = self._by_body.get(text)
        if name is None:
            name = self._by_body[text] = f"f{len(self._by_body)}"
            self._functions.append(f"def {name}(o, p, e):\n    {text}")
        return name

    # -- values

    def _value(self, kind: GraphQLOutputType, sets: Sets) -> str | None:
        """The function that completes a value that is not null; None: it passes as it is."""
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, sets)
        if isinstance(kind, GraphQLList):
            return self._list(kind, sets)
        if isinstance(kind, GraphQLEnumType | GraphQLScalarType):
            return self._leaf(kind)
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            return self._abstract(kind, sets)
        return self.composite(kind, sets)

    def _leaf(self, kind: GraphQLEnumType | GraphQLScalarType) -> str | None:
        test, slow = self._leaf_code(kind)
        if test is None:
            return None
        return self._define([f"if {test.format('o')}: return {slow.format('o', 'p')}", "return o"])

    def _leaf_code(self, kind: GraphQLEnumType | GraphQLScalarType) -> tuple[str | None, str]:
        """A test that holds for values out of the ordinary, and the call that handles them."""
        if isinstance(kind, GraphQLEnumType):
            hidden = frozenset(
                value for owner, value in self._supergraph.hidden_values if owner == kind.name
            )
            values = self._object(("values", kind.name), lambda: frozenset(kind.values))
            known = self._object(("enum", kind.name), lambda: (kind, hidden))
            test = f"{{0}}.__class__ is not str or {{0}} not in {values}"
            return test, f"enum({{0}}, {known}, {{1}}, e)"
        classes = JSON_CLASSES.get(kind.name)
        if classes is None:
            return None, ""
        scalar = self._object(("scalar", kind.name), lambda: kind)
        test = " and ".join(f"{{0}}.__class__ is not {name}" for name in classes)
        return test, f"leaf({{0}}, {scalar}, {{1}}, e)"

    def _list(self, kind: GraphQLList[Any], sets: Sets) -> str:
        item = kind.of_type
        complete_item = self._value(item, sets)
        guard = "if o.__class__ is not list: return wrong('a list', p, e)"
        if complete_item is None and not isinstance(item, GraphQLNonNull):
            return self._define([guard, "return o"])
        body = [guard, "r = []", "for i, x in enumerate(o):"]
        if complete_item is not None:
            body.append(f"    if x is not None: x = {complete_item}(x, (p, i), e)")
        if isinstance(item, GraphQLNonNull):
            body.append("    if x is None: return required('of a list', (p, i), e)")
        return self._define([*body, "    r.append(x)", "return r"])

    # -- composite types

    def _abstract(
        self,
        kind: GraphQLUnionType | GraphQLInterfaceType,
        sets: Sets,
    ) -> str:
        identity = (f"|{kind.name}", tuple(map(id, sets)))
        known = self._known.get(identity)
        if known is not None:
            return known
        possible = {
            t.name: self._refusal() if self._denies_object(t.name) else self.composite(t, sets)
            for t in self._schema.get_possible_types(kind)
        }
        fallback = self._unknown(kind, sets) if isinstance(kind, GraphQLInterfaceType) else None
        number = len(self._known)
        types = self._lazily(f"d{number}", possible)
        abstract = self._fallback(f"a{number}", kind, fallback)
        name = self._define(
            [
                "if not isinstance(o, dict): return wrong('an object', p, e)",
                "n = o.get('__typename')",
                f"f = {types}.get(n) if n.__class__ is str else None",
                f"return untyped(o, {abstract}, p, e) if f is None else f(o, p, e)",
            ]
        )
        self._known[identity] = name
        return name

    def _unknown(self, kind: GraphQLInterfaceType, sets: Sets) -> str:
        """For objects of an unknown type: as if of all that they may have."""
        denied = self._denial is not None and self._denial.any_object(kind.name)
        return self._refusal() if denied else self.composite(kind, sets)

    def _denies_object(self, name: str) -> bool:
        return self._denial is not None and self._denial.object(name)

    def _refusal(self) -> str:
        return self._define(["return denied_object(p, e)"])

    def _lazily(self, name: str, functions: Mapping[str, str]) -> str:
        """A dictionary of functions, made when they exist."""
        items = ", ".join(f"{self._constant(key)}: {value}" for key, value in functions.items())
        self._functions.append(f"{name} = {{{items}}}")
        return name

    def _fallback(
        self, name: str, kind: GraphQLUnionType | GraphQLInterfaceType, fallback: str | None
    ) -> str:
        hidden = frozenset(
            t for t in self._supergraph.possible(kind.name) if t not in self._schema.type_map
        )
        self._environment["AbstractType"] = complete.AbstractType
        types = self._object(("hidden", kind.name), lambda: hidden)
        self._functions.append(
            f"{name} = AbstractType({self._constant(kind.name)}, {fallback}, {types})"
        )
        return name

    def composite(self, kind: Composite, sets: Sets) -> str:
        """The function for objects of one type; an interface stands for an unknown type of it."""
        identity = (kind.name, tuple(map(id, sets)))
        known = self._known.get(identity)
        if known is not None:
            return known
        body = ["if not isinstance(o, dict): return wrong('an object', p, e)", "r = {}"]
        for key, nodes in self._collector.collect(kind, sets).items():
            body.extend(self._field(kind, key, nodes))
        name = self._known[identity] = self._define([*body, "return r"])
        return name

    def _field(self, kind: Composite, key: str, nodes: list[FieldNode]) -> Iterable[str]:
        name = nodes[0].name.value
        k = self._constant(key)
        if name == "__typename":
            if isinstance(kind, GraphQLObjectType):
                return [f"r[{k}] = {self._constant(kind.name)}"]
            return [f"r[{k}] = o.get({k})"]
        if name in PASSED_ON:
            return [f"r[{k}] = o.get({k})"]
        declared = kind.fields[name].type
        required = isinstance(declared, GraphQLNonNull)
        if self._denial is not None and self._denial.field(kind.name, name):
            call = f"denied_field({self._constant(f'{kind.name}.{name}')}, (p, {k}), e)"
            return [f"return {call}"] if required else [f"r[{k}] = {call}"]
        sets = below(nodes)
        lines = [f"v = o.get({k})"]
        inner = declared.of_type if isinstance(declared, GraphQLNonNull) else declared
        if isinstance(inner, GraphQLEnumType | GraphQLScalarType):
            test, slow = self._leaf_code(inner)
            if test is not None:
                call = slow.format("v", f"(p, {k})")
                lines.append(f"if v is not None and ({test.format('v')}): v = {call}")
        else:
            function = self._value(inner, sets)
            if function is not None:
                lines.append(f"if v is not None: v = {function}(v, (p, {k}), e)")
        if required:
            lines.append(f"if v is None: return required({self._constant(name)}, (p, {k}), e)")
        return [*lines, f"r[{k}] = v"]
