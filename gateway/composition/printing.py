"""Prints the supergraph as SDL, in the style of the published supergraphs."""

from collections.abc import Iterable, Iterator, Mapping

from graphql import StringValueNode, print_ast
from graphql.language.block_string import is_printable_as_block_string

from gateway.composition.join import (
    join_enum_value_directives,
    join_field_directives,
    join_input_field_directives,
    join_type_directives,
)
from gateway.composition.merge.supergraph import ExecutableDirective, Supergraph
from gateway.composition.printing_links import definitions_of_links, link_directives
from gateway.composition.schema import (
    ROOT_TYPES,
    Applied,
    Element,
    InputValue,
    Kind,
    TypeDef,
    print_value,
    quoted,
)
from gateway.spec.join import LINK_PURPOSE, join_directive_definitions


def print_supergraph(supergraph: Supergraph) -> str:
    """The whole SDL; the same subgraphs always give the same text."""
    directives, scalars = definitions_of_links(supergraph)
    definitions = [
        *join_directive_definitions(with_labels=bool(supergraph.labels)),
        *directives,
        *(_print_executable(supergraph, found) for found in supergraph.executable),
    ]
    types = {
        "join__FieldSet": "scalar join__FieldSet",
        "join__Graph": _print_graphs(supergraph),
        "link__Import": "scalar link__Import",
        "link__Purpose": LINK_PURPOSE,
        **{name: f"scalar {name}" for name in scalars},
        **{name: _print_type(supergraph, t) for name, t in supergraph.types.items()},
    }
    parts = [
        _print_schema(supergraph),
        *sorted(definitions, key=lambda text: _alphabetical(text.split("(")[0])),
        *(types[name] for name in sorted(types, key=_alphabetical)),
    ]
    return "\n\n".join(parts) + "\n"


def _alphabetical(name: str) -> tuple[str, str]:
    return name.casefold(), name


def _print_schema(supergraph: Supergraph) -> str:
    lines = [
        *link_directives(supergraph),
        *_print_applied(supergraph, supergraph.schema_directives),
    ]
    roots = [f"{op}: {name}" for op, name in ROOT_TYPES.items() if name in supergraph.types]
    description = _print_description(supergraph.schema_description, "")
    return f"{description}schema" + "".join(f"\n  {line}" for line in lines) + "\n" + _block(roots)


def _print_graphs(supergraph: Supergraph) -> str:
    return "enum join__Graph " + _block(
        f"{s.graph} @join__graph(name: {quoted(s.name)}, url: {quoted(s.url)})"
        for s in supergraph.subgraphs
    )


def _print_executable(supergraph: Supergraph, found: ExecutableDirective) -> str:
    arguments = _print_arguments(supergraph, found.arguments)
    repeatable = " repeatable" if found.repeatable else ""
    return f"directive @{found.name}{arguments}{repeatable} on {' | '.join(found.locations)}"


def _print_type(supergraph: Supergraph, found: TypeDef) -> str:
    implements = f" implements {' & '.join(found.interfaces)}" if found.interfaces else ""
    directives = (
        *join_type_directives(supergraph, found),
        *_print_applied(supergraph, found.directives),
    )
    head = (
        _print_description(found.description, "")
        + f"{found.kind.value} {found.name}{implements}"
        + "".join(f"\n  {directive}" for directive in directives)
    )
    if found.kind is Kind.UNION:
        return f"{head}\n = {' | '.join(found.members)}"
    return head if found.kind is Kind.SCALAR else f"{head}\n{_block(_rows(supergraph, found))}"


def _rows(supergraph: Supergraph, owner: TypeDef) -> Iterator[str]:
    for field in owner.fields.values():
        line = f"{field.name}{_print_arguments(supergraph, field.arguments)}: {field.type}"
        yield _row(supergraph, field, line, join_field_directives(supergraph, owner, field))
    for value in owner.input_fields.values():
        joins = join_input_field_directives(supergraph, owner, value)
        yield _row(supergraph, value, _print_input(value), joins)
    for enum_value in owner.values.values():
        joins = join_enum_value_directives(supergraph, owner, enum_value.name)
        yield _row(supergraph, enum_value, enum_value.name, joins)


def _row(supergraph: Supergraph, element: Element, line: str, joins: list[str]) -> str:
    directives = _print_applied(supergraph, element.directives)
    return _print_description(element.description, "  ") + " ".join([line, *directives, *joins])


def _print_input(value: InputValue) -> str:
    default = "" if value.default is None else f" = {print_value(value.default)}"
    return f"{value.name}: {value.type}{default}"


def _print_arguments(supergraph: Supergraph, arguments: Mapping[str, InputValue]) -> str:
    if not arguments:
        return ""
    printed = (
        " ".join(
            [
                *([quoted(argument.description)] if argument.description else []),
                _print_input(argument),
                *_print_applied(supergraph, argument.directives),
            ]
        )
        for argument in arguments.values()
    )
    return f"({', '.join(printed)})"


def _print_applied(supergraph: Supergraph, directives: Iterable[Applied]) -> list[str]:
    return [
        d.print(supergraph.directive_names[d.name] if d.federation else None) for d in directives
    ]


def _print_description(text: str | None, indent: str) -> str:
    """A block string before the element, with the element's indentation after its first line."""
    if not text:
        return ""
    block = is_printable_as_block_string(text)
    printed = print_ast(StringValueNode(value=text, block=block))
    return printed.replace("\n", f"\n{indent}") + f"\n{indent}"


def _block(rows: Iterable[str]) -> str:
    return "{\n" + "".join(f"  {row}\n" for row in rows) + "}"
