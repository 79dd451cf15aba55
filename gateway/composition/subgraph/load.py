"""Loads a subgraph: parses its SDL, checks that it is GraphQL, strips federation's machinery."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLError,
    SchemaDefinitionNode,
    Source,
    parse,
)

from gateway.composition.errors import ErrorCode, Report
from gateway.composition.schema import BUILT_IN_SCALARS, ROOT_TYPES, Kind, TypeDef
from gateway.composition.subgraph.linking import Linking, Problem, resolve_links, schema_nodes
from gateway.composition.subgraph.model import Subgraph
from gateway.composition.subgraph.read import SchemaReader
from gateway.composition.subgraph.validity import graphql_problems
from gateway.spec.join import graph_enum_names

_MACHINERY_TYPES = frozenset({"_Any", "_Entity", "_Service", "_FieldSet"})
_MACHINERY_FIELDS = ("_entities", "_service")


@dataclass(frozen=True, slots=True)
class SubgraphSource:
    """A subgraph to compose: where it answers, and its schema as SDL."""

    url: str
    sdl: str


@dataclass(frozen=True, slots=True)
class _Examined:
    document: DocumentNode
    linking: Linking


def load_subgraphs(sources: Mapping[str, SubgraphSource], report: Report) -> list[Subgraph]:
    """All subgraphs in the order of their names; what cannot be loaded is reported."""
    graphs = graph_enum_names(sorted(sources))
    loaded = (_load(name, source, graphs[name], report) for name, source in sorted(sources.items()))
    return [subgraph for subgraph in loaded if subgraph is not None]


def _load(name: str, source: SubgraphSource, graph: str, report: Report) -> Subgraph | None:
    if not name.strip() or name == "_":
        report.error(
            ErrorCode.INVALID_SUBGRAPH_NAME,
            name,
            None,
            f"{name!r} cannot name a subgraph: give it a name of its own",
        )
        return None
    examined = _examine(source.sdl)
    if not isinstance(examined, _Examined):
        for code, message in examined:
            report.error(code, name, None, message)
        return None
    linking = examined.linking
    reader = SchemaReader(linking.directive_names)
    subgraph = Subgraph(
        name=name,
        url=source.url,
        graph=graph,
        version=linking.version,
        links=linking.links,
        directive_names=linking.directive_names,
        directive_definitions={
            node.name.value: node
            for node in examined.document.definitions
            if isinstance(node, DirectiveDefinitionNode)
        },
        schema_directives=[
            applied
            for node in schema_nodes(examined.document)
            for applied in reader.directives(node.directives)
            if applied.name != linking.link_name
        ],
        schema_description=_schema_description(examined.document),
        types=reader.types(examined.document),
    )
    _strip_types(subgraph, linking)
    _rename_roots(subgraph, _root_types(examined.document), report)
    _strip_query_fields(subgraph)
    subgraph.interface_objects = frozenset(
        t.name for t in subgraph.types.values() if t.has("interfaceObject")
    )
    return subgraph


@lru_cache(maxsize=256)
def _examine(sdl: str) -> _Examined | tuple[Problem, ...]:
    """The costly part, kept by text: a platform recomposes when one subgraph of many changed."""
    try:
        document = parse(Source(sdl), no_location=True)
    except GraphQLError as error:
        where = "".join(f" (line {at.line}, column {at.column})" for at in error.locations or ())
        return ((ErrorCode.INVALID_GRAPHQL, f"{error.message}{where}"),)
    linking, problems = resolve_links(document)
    if not problems:
        found = graphql_problems(document, linking)
        problems = [(ErrorCode.INVALID_GRAPHQL, message) for message in found]
    return tuple(problems) if problems else _Examined(document, linking)


def _schema_description(document: DocumentNode) -> str | None:
    described = (
        node.description.value
        for node in document.definitions
        if isinstance(node, SchemaDefinitionNode) and node.description
    )
    return next(described, None)


def _root_types(document: DocumentNode) -> dict[str, str]:
    return {
        operation.operation.value: operation.type.name.value
        for node in schema_nodes(document)
        for operation in node.operation_types or ()
    }


def _strip_types(subgraph: Subgraph, linking: Linking) -> None:
    """Removes what federation adds to every subgraph and no client ever sees."""
    federation = linking.federation
    prefix = f"{federation.prefix if federation else 'federation'}__"
    imported = set(federation.imports.values()) if federation else set()
    for name in list(subgraph.types):
        if (
            name in _MACHINERY_TYPES
            or name in BUILT_IN_SCALARS
            or name in imported
            or name.startswith((prefix, f"{linking.link_name}__"))
            or (federation is None and _is_field_set_scalar(subgraph.types[name]))
        ):
            del subgraph.types[name]


def _strip_query_fields(subgraph: Subgraph) -> None:
    query = subgraph.types.get("Query")
    if query is not None:
        for field in _MACHINERY_FIELDS:
            query.fields.pop(field, None)
        if not query.fields:
            del subgraph.types["Query"]


def _is_field_set_scalar(found: TypeDef) -> bool:
    return found.name == "FieldSet" and found.kind is Kind.SCALAR


def _rename_roots(subgraph: Subgraph, roots: Mapping[str, str], report: Report) -> None:
    """Root types get their standard names, under which subgraphs are merged."""
    for operation, standard in ROOT_TYPES.items():
        actual = roots.get(operation, standard)
        if actual == standard or actual not in subgraph.types:
            continue
        if standard in subgraph.types:
            report.error(
                ErrorCode[f"ROOT_{operation.upper()}_USED"],
                subgraph.name,
                standard,
                f"the root type of {operation} is {actual}, so no other type can be called "
                f"{standard}: rename one of them",
            )
            continue
        _rename_type(subgraph, actual, standard)


def _rename_type(subgraph: Subgraph, old: str, new: str) -> None:
    renamed = subgraph.types.pop(old)
    renamed.name = new
    subgraph.types[new] = renamed
    for found in subgraph.types.values():
        found.members = [new if member == old else member for member in found.members]
        for field in found.fields.values():
            field.type = field.type.renamed(old, new)
