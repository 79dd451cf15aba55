"""Rules of `@external`: what excludes it, and that something uses the field."""

from collections.abc import Iterator

from gateway.composition.errors import ErrorCode, Report
from gateway.composition.schema import Kind, OutputField, TypeDef
from gateway.composition.subgraph.model import Subgraph
from gateway.spec.directives import AUTHORIZATION_DIRECTIVES

_WITHOUT_EFFECT = ("tag", "inaccessible", *AUTHORIZATION_DIRECTIVES)


def check_externals(subgraph: Subgraph, report: Report) -> None:
    """EXTERNAL_UNUSED, EXTERNAL_COLLISION_* and MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL."""
    for found, field in _external_fields(subgraph):
        _check_collision(subgraph, found, field, report)
        if subgraph.is_external(found.name, field.name):
            _check_carried(subgraph, found, field, report)
            _check_use(subgraph, found, field, report)


def _external_fields(subgraph: Subgraph) -> Iterator[tuple[TypeDef, OutputField]]:
    for found in subgraph.types.values():
        if found.kind is not Kind.OBJECT:
            continue
        for field in found.fields.values():
            if field.has("external") or field.name in found.external_fields:
                yield found, field


def _check_collision(
    subgraph: Subgraph, owner: TypeDef, field: OutputField, report: Report
) -> None:
    if field.has("provides"):
        report.error(
            ErrorCode.EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE,
            subgraph.name,
            f"{owner.name}.{field.name}",
            "@external says that the field is not resolved here, @provides that it is: "
            "remove one of them",
        )


def _check_carried(subgraph: Subgraph, owner: TypeDef, field: OutputField, report: Report) -> None:
    for directive in _WITHOUT_EFFECT:
        if field.has(directive):
            report.error(
                ErrorCode.MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL,
                subgraph.name,
                f"{owner.name}.{field.name}",
                f"@{subgraph.local_directive(directive)} has no effect on an @external field: "
                "put it where the field is resolved",
            )


def _check_use(subgraph: Subgraph, owner: TypeDef, field: OutputField, report: Report) -> None:
    if (
        (owner.name, field.name) in subgraph.usage.used
        or field.has("provides")
        or subgraph.implements_interface_field(owner, field.name)
    ):
        return
    report.error(
        ErrorCode.EXTERNAL_UNUSED,
        subgraph.name,
        f"{owner.name}.{field.name}",
        "the field is @external, but no @key, @requires, @provides or interface of this "
        "subgraph uses it: remove the field",
    )
