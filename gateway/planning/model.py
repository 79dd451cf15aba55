"""The supergraph as tables: which subgraph declares which type and field, and how."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

from graphql import (
    BooleanValueNode,
    ConstDirectiveNode,
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

from gateway.composition.api_schema import api_schema
from gateway.policy.cost import Costs
from gateway.policy.requirements import Requirements

Kind = Literal["object", "interface", "union"]
RootKind = Literal["query", "mutation", "subscription"]
_ROOT_KINDS: tuple[RootKind, ...] = get_args(RootKind)


@dataclass(frozen=True, slots=True)
class JoinType:
    """`@join__type`: the subgraph declares the type, perhaps with a key."""

    graph: str
    key: str | None
    resolvable: bool
    is_interface_object: bool


@dataclass(frozen=True, slots=True)
class JoinField:
    """`@join__field`. `graph` None: no subgraph resolves it (copied from an interface object)."""

    graph: str | None
    type: str | None
    requires: str | None
    provides: str | None
    external: bool
    override: str | None
    override_label: str | None


@dataclass(frozen=True, slots=True)
class FieldTable:
    """A field. Without joins, every subgraph that declares the type resolves it."""

    name: str
    type: str
    joins: tuple[JoinField, ...]

    def join(self, graph: str) -> JoinField | None:
        return next((join for join in self.joins if join.graph == graph), None)


@dataclass(frozen=True, slots=True)
class TypeTable:
    """A composite type. `members` and `implements` hold pairs of subgraph and type name."""

    name: str
    kind: Kind
    joins: tuple[JoinType, ...]
    implements: tuple[tuple[str, str], ...]
    members: tuple[tuple[str, str], ...]
    fields: Mapping[str, FieldTable] = field(default_factory=dict)

    @property
    def graphs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(join.graph for join in self.joins))


class Supergraph:
    """Reads supergraph SDL (join v0.3 to v0.5). Subgraphs are named as in `join__graph(name:)`.

    Raises GraphQLError where the text is no SDL, ValueError where it is no supergraph.
    """

    def __init__(self, sdl: str) -> None:
        document = parse(sdl, no_location=True)
        self.graphs: dict[str, str] = _graph_names(document)
        self.roots: dict[RootKind, str] = {}
        self.types: dict[str, TypeTable] = {}
        for definition in document.definitions:
            self._read(definition)
        if not self.graphs or "query" not in self.roots:
            raise ValueError("not a supergraph: it has no join__Graph values or no query type")
        self.schema: GraphQLSchema = api_schema(document)
        self.requirements = Requirements(document)
        self.costs = Costs(document)
        self._possible: dict[str, tuple[str, ...]] = {}
        self._possible_in: dict[tuple[str, str], tuple[str, ...]] = {}
        self.hidden_values: frozenset[tuple[str, str]] = frozenset(_hidden_values(document))

    def _read(self, definition: DefinitionNode) -> None:
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode):
            for operation in definition.operation_types or ():
                kind = next(kind for kind in _ROOT_KINDS if kind == operation.operation.value)
                self.roots[kind] = operation.type.name.value
        elif isinstance(
            definition,
            ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode,
        ):
            self.types[definition.name.value] = self._table(definition)

    def _table(
        self,
        node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode,
    ) -> TypeTable:
        kind: Kind = "object"
        fields: dict[str, FieldTable] = {}
        if isinstance(node, UnionTypeDefinitionNode):
            kind = "union"
        else:
            kind = "interface" if isinstance(node, InterfaceTypeDefinitionNode) else "object"
            fields = {item.name.value: self._field(item) for item in node.fields or ()}
        return TypeTable(
            name=node.name.value,
            kind=kind,
            joins=tuple(
                JoinType(
                    graph=self.graphs[arguments["graph"]],
                    key=arguments.get("key"),
                    resolvable=arguments.get("resolvable", True),
                    is_interface_object=arguments.get("isInterfaceObject", False),
                )
                for arguments in _applications(node.directives, "join__type")
            ),
            implements=tuple(
                (self.graphs[arguments["graph"]], arguments["interface"])
                for arguments in _applications(node.directives, "join__implements")
            ),
            members=tuple(
                (self.graphs[arguments["graph"]], arguments["member"])
                for arguments in _applications(node.directives, "join__unionMember")
            ),
            fields=fields,
        )

    def _field(self, node: FieldDefinitionNode) -> FieldTable:
        joins = tuple(
            JoinField(
                graph=self.graphs[arguments["graph"]] if "graph" in arguments else None,
                type=arguments.get("type"),
                requires=arguments.get("requires"),
                provides=arguments.get("provides"),
                external=arguments.get("external", False),
                override=arguments.get("override"),
                override_label=arguments.get("overrideLabel"),
            )
            for arguments in _applications(node.directives, "join__field")
        )
        return FieldTable(node.name.value, print_ast(node.type), joins)

    @cached_property
    def labels(self) -> frozenset[str]:
        """Of all labelled overrides."""
        return frozenset(
            join.override_label
            for table in self.types.values()
            for item in table.fields.values()
            for join in item.joins
            if join.override_label is not None
        )

    @cached_property
    def objects(self) -> tuple[TypeTable, ...]:
        return tuple(table for table in self.types.values() if table.kind == "object")

    def possible(self, name: str) -> tuple[str, ...]:
        """The object types that a value of this type may have, in any subgraph."""
        known = self._possible.get(name)
        if known is None:
            graphs = tuple(self.graphs.values())
            known = tuple(dict.fromkeys(o for g in graphs for o in self.possible_in(name, g)))
            self._possible[name] = known
        return known

    def possible_in(self, name: str, graph: str) -> tuple[str, ...]:
        """The object types that a value of this type may have in one subgraph."""
        known = self._possible_in.get((name, graph))
        if known is None:
            known = self._possible_in[name, graph] = tuple(self._members(name, graph))
        return known

    def _members(self, name: str, graph: str) -> Iterator[str]:
        table = self.types[name]
        if table.kind == "object":
            yield name
        elif table.kind == "union":
            yield from (member for owner, member in table.members if owner == graph)
        else:
            yield from (o.name for o in self.objects if (graph, name) in o.implements)

    def is_interface_object(self, name: str, graph: str) -> bool:
        table = self.types.get(name)
        return table is not None and any(
            join.graph == graph and join.is_interface_object for join in table.joins
        )

    def local_type(self, type_name: str, field_name: str, graph: str) -> str:
        """The type of a field as this subgraph declares it, printed."""
        if field_name == "__typename":
            return "String!"
        table = self.types[type_name].fields[field_name]
        join = table.join(graph)
        return join.type if join is not None and join.type is not None else table.type

    def kind(self, name: str) -> Kind | None:
        """None for scalars, enums and input types."""
        table = self.types.get(name)
        return None if table is None else table.kind


def base_name(printed_type: str) -> str:
    """`[Book!]!` -> `Book`."""
    return printed_type.strip("[]!")


def _graph_names(document: DocumentNode) -> dict[str, str]:
    for definition in document.definitions:
        if (
            isinstance(definition, EnumTypeDefinitionNode)
            and definition.name.value == "join__Graph"
        ):
            return {
                value.name.value: str(arguments["name"])
                for value in definition.values or ()
                for arguments in _applications(value.directives, "join__graph")
            }
    return {}


def _hidden_values(document: DocumentNode) -> Iterator[tuple[str, str]]:
    for definition in document.definitions:
        if isinstance(definition, EnumTypeDefinitionNode):
            for value in definition.values or ():
                if any(True for _ in _applications(value.directives, "inaccessible")):
                    yield definition.name.value, value.name.value


def _applications(
    directives: tuple[ConstDirectiveNode, ...] | None, name: str
) -> Iterator[dict[str, Any]]:
    for directive in directives or ():
        if directive.name.value == name:
            yield {
                argument.name.value: argument.value.value
                for argument in directive.arguments or ()
                if isinstance(argument.value, StringValueNode | EnumValueNode | BooleanValueNode)
            }
