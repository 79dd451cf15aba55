"""A projection for data in which everything is as declared, as it nearly always is.

It keeps no positions and explains nothing: whatever is out of the ordinary makes it give up, and
the exact projection (project.py) begins again. Where it does not give up, both answer the same.
Client text reaches the source only as the values of numbered constants.
"""

from collections.abc import Callable, Collection, Sequence
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
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    SelectionSetNode,
)

from gateway.execution.collect import Collector, Composite

Expect = Callable[[dict[str, Any]], dict[str, Any]]

_CLASSES: dict[str, tuple[str, ...]] = {
    GraphQLString.name: ("str",),
    GraphQLID.name: ("str",),
    GraphQLInt.name: ("int",),
    GraphQLFloat.name: ("float", "int"),
    GraphQLBoolean.name: ("bool",),
}
_SELF_MADE = frozenset({"__schema", "__type"})


class Unexpected(Exception):
    """Something is out of the ordinary."""


GIVES_UP = (Unexpected, KeyError, TypeError, AttributeError)
"""What an expecting projection raises: a field is missing, an object is none, and so on."""


Path = tuple[str, ...] | None
"""A position, as long as there may be shared objects at or below it."""


def compile_expectation(
    schema: GraphQLSchema,
    collector: Collector,
    root: GraphQLObjectType,
    selection: SelectionSetNode,
    shared: Collection[tuple[str, ...]] = (),
) -> Expect:
    """The function that makes the answer from the data, or raises one of GIVES_UP.

    `shared`: positions where one object often is in many places (see levels.py): it is shaped
    once, and so the answer has one object in many places, too.
    """
    compiler = _Compiler(schema, collector, shared)
    return compiler.load(compiler.composite(root, (selection,), ()))


class _Compiler:
    def __init__(
        self, schema: GraphQLSchema, collector: Collector, shared: Collection[tuple[str, ...]]
    ) -> None:
        self._schema = schema
        self._collector = collector
        self._shared = frozenset(shared)
        self._above_shared = {path[:end] for path in shared for end in range(len(path) + 1)}
        self._memos: dict[str, int] = {}  # by the function of which results are kept
        self._memo_of: dict[str | None, int] = {}  # and by the one that keeps them
        self._functions: list[str] = []
        self._by_body: dict[str, str] = {}
        self._known: dict[tuple[str, tuple[int, ...], Path], str] = {}
        self._constants: dict[Any, str] = {}
        self._environment: dict[str, Any] = {"Unexpected": Unexpected}

    def load(self, name: str) -> Expect:
        code = compile("\n".join(self._functions), "<expectation>", "exec")
        exec(code, self._environment)  # noqa: S102  generated names only, see the module's rule
        function: Callable[[dict[str, Any], list[dict[int, Any]]], dict[str, Any]]
        function = self._environment[name]
        memos = range(len(self._memos))
        return lambda data: function(data, [{} for _ in memos])

    def _constant(self, value: str | frozenset[str]) -> str:
        name = self._constants.get(value)
        if name is None:
            name = self._constants[value] = f"k{len(self._constants)}"
            self._environment[name] = value
        return name

    def _define(self, body: Sequence[str]) -> str:
        """Equal bodies share one function."""
        text = "\n    ".join(body)
        name = self._by_body.get(text)
        if name is None:
            name = self._by_body[text] = f"f{len(self._by_body)}"
            self._functions.append(f"def {name}(o, m):\n    {text}")
        return name

    def _below(self, path: Path, key: str) -> Path:
        if path is None:
            return None
        path = (*path, key)
        return path if path in self._above_shared else None

    def _once(self, function: str, path: Path) -> str:
        """The same function, where the objects are shared: once for each."""
        if path not in self._shared:
            return function
        memo = self._memos.setdefault(function, len(self._memos))
        name = self._define(
            [
                f"w = m[{memo}].get(id(o))",
                f"if w is None: w = m[{memo}][id(o)] = {function}(o, m)",
                "return w",
            ]
        )
        self._memo_of[name] = memo
        return name

    # -- values

    def _value(
        self, kind: GraphQLOutputType, sets: tuple[SelectionSetNode, ...], path: Path
    ) -> str | None:
        """The function for a value that is not null; None: it passes as it is."""
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, sets, path)
        if isinstance(kind, GraphQLList):
            return self._list(kind, sets, path)
        if isinstance(kind, GraphQLEnumType | GraphQLScalarType):
            test = self._leaf(kind)
            if test is None:
                return None
            return self._define([f"if {test.format('o')}: return o", "raise Unexpected"])
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            return self._once(self._abstract(kind, sets, path), path)
        return self._once(self.composite(kind, sets, path), path)

    def _leaf(self, kind: GraphQLEnumType | GraphQLScalarType) -> str | None:
        """A test that holds for values as they should be; None: all are."""
        if isinstance(kind, GraphQLEnumType):
            values = self._constant(frozenset(kind.values))
            return f"({{0}}.__class__ is str and {{0}} in {values})"
        classes = _CLASSES.get(kind.name)
        if classes is None:
            return None
        return f"({' or '.join(f'{{0}}.__class__ is {name}' for name in classes)})"

    def _list(self, kind: GraphQLList[Any], sets: tuple[SelectionSetNode, ...], path: Path) -> str:
        item = kind.of_type
        required = isinstance(item, GraphQLNonNull)
        inner = item.of_type if isinstance(item, GraphQLNonNull) else item
        body = ["if o.__class__ is not list: raise Unexpected"]
        if isinstance(inner, GraphQLEnumType | GraphQLScalarType):
            test = self._accepts(inner, required)
            if test is not None:
                body += ["for x in o:", f"    if not {test.format('x')}: raise Unexpected"]
            return self._define([*body, "return o"])
        function = self._value(inner, sets, path)
        made = f"{function}(x, m)" if required else f"None if x is None else {function}(x, m)"
        return self._define([*body, f"return [{made} for x in o]"])

    def _accepts(self, kind: GraphQLEnumType | GraphQLScalarType, required: bool) -> str | None:
        test = self._leaf(kind)
        if test is None:
            return "{0} is not None" if required else None
        return test if required else f"({test} or {{0}} is None)"

    # -- composite types

    def _abstract(
        self,
        kind: GraphQLUnionType | GraphQLInterfaceType,
        sets: tuple[SelectionSetNode, ...],
        path: Path,
    ) -> str:
        identity = (f"|{kind.name}", tuple(map(id, sets)), path)
        known = self._known.get(identity)
        if known is not None:
            return known
        functions = {
            self._constant(possible.name): self.composite(possible, sets, path)
            for possible in self._schema.get_possible_types(kind)
        }
        if isinstance(kind, GraphQLInterfaceType):
            # No fetch had to ask for the type.
            functions["None"] = functions[self._constant(kind.name)] = self.composite(
                kind, sets, path
            )
        table = f"d{len(self._known)}"
        items = ", ".join(f"{key}: {function}" for key, function in functions.items())
        self._functions.append(f"{table} = {{{items}}}")
        name = self._define([f"return {table}[o.get('__typename')](o, m)"])
        self._known[identity] = name
        return name

    def composite(self, kind: Composite, sets: tuple[SelectionSetNode, ...], path: Path) -> str:
        """The function for objects of one type; an interface stands for an unknown type of it."""
        identity = (kind.name, tuple(map(id, sets)), path)
        known = self._known.get(identity)
        if known is not None:
            return known
        body = ["if o.__class__ is not dict: raise Unexpected"]
        items = []
        for number, (key, nodes) in enumerate(self._collector.collect(kind, sets).items()):
            lines, value = self._field(kind, key, nodes, f"v{number}", path)
            body += lines
            items.append(f"{self._constant(key)}: {value}")
        name = self._known[identity] = self._define([*body, f"return {{{', '.join(items)}}}"])
        return name

    def _field(
        self, kind: Composite, key: str, nodes: list[FieldNode], v: str, path: Path
    ) -> tuple[list[str], str]:
        """Statements, and the expression for the value."""
        name = nodes[0].name.value
        k = self._constant(key)
        if name == "__typename" and isinstance(kind, GraphQLObjectType):
            return [], self._constant(kind.name)
        if name == "__typename" or name in _SELF_MADE:
            return [], f"o.get({k})"
        declared = kind.fields[name].type
        required = isinstance(declared, GraphQLNonNull)
        inner = declared.of_type if isinstance(declared, GraphQLNonNull) else declared
        lines = [f"{v} = o[{k}]"]
        if isinstance(inner, GraphQLEnumType | GraphQLScalarType):
            test = self._accepts(inner, required)
            if test is not None:
                lines.append(f"if not {test.format(v)}: raise Unexpected")
            return lines, v
        sets = tuple(node.selection_set for node in nodes if node.selection_set is not None)
        here = self._below(path, key)
        function = self._value(inner, sets, here)
        made = f"{function}({v}, m)"
        memo = self._memo_of.get(function)
        if memo is not None:
            # The commonest case, without a call.
            made = f"w if (w := m[{memo}].get(id({v}))) is not None else {made}"
        guard = "" if required else f"if {v} is not None: "
        return [*lines, f"{guard}{v} = {made}"], v
