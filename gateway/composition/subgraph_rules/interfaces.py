"""What may stand on interfaces, their fields and interface objects."""

from gateway.composition.errors import ErrorCode, Report
from gateway.composition.schema import Kind, OutputField, TypeDef
from gateway.composition.subgraph.model import Subgraph
from gateway.spec.directives import AUTHORIZATION_DIRECTIVES
from gateway.spec.field_set import (
    FieldSet,
    InvalidFieldSet,
    normalise_field_set,
    parse_field_set,
)

INTERFACE_KEYS_SINCE = (2, 3)

_REFUSED_ON_FIELDS = (
    ("external", ErrorCode.EXTERNAL_ON_INTERFACE, "put it on the implementations"),
    ("requires", ErrorCode.REQUIRES_UNSUPPORTED_ON_INTERFACE, "put it on the implementations"),
    ("provides", ErrorCode.PROVIDES_UNSUPPORTED_ON_INTERFACE, "put it on the implementations"),
    ("shareable", ErrorCode.INVALID_SHAREABLE_USAGE, "only object fields resolve; remove it"),
    ("override", ErrorCode.OVERRIDE_ON_INTERFACE, "put it on the implementations"),
    ("cost", ErrorCode.COST_APPLIED_TO_INTERFACE_FIELD, "put it on the implementations"),
)


def check_interfaces(subgraph: Subgraph, report: Report) -> None:
    """The codes *_ON_INTERFACE, INTERFACE_KEY_NOT_ON_IMPLEMENTATION and their like."""
    for found in subgraph.types.values():
        if found.has("interfaceObject") and not found.keys:
            report.error(
                ErrorCode.INTERFACE_OBJECT_USAGE_ERROR,
                subgraph.name,
                found.name,
                "@interfaceObject needs a @key of the interface: add it",
            )
        if found.kind is Kind.INTERFACE:
            _check_keys(subgraph, found, report)
            for field in found.fields.values():
                _check_field(subgraph, found, field, report)
        if found.kind is Kind.INTERFACE or found.has("interfaceObject"):
            _check_authorization(subgraph, found, report)


def _check_field(subgraph: Subgraph, owner: TypeDef, field: OutputField, report: Report) -> None:
    coordinate = f"{owner.name}.{field.name}"
    for directive, code, advice in _REFUSED_ON_FIELDS:
        if field.has(directive):
            name = subgraph.local_directive(directive)
            report.error(
                code,
                subgraph.name,
                coordinate,
                f"@{name} cannot stand on a field of an interface: {advice}",
            )
    for directive in AUTHORIZATION_DIRECTIVES:
        if field.has(directive):
            _report_authorization(subgraph, coordinate, directive, report)


def _check_authorization(subgraph: Subgraph, found: TypeDef, report: Report) -> None:
    for directive in AUTHORIZATION_DIRECTIVES:
        if found.has(directive):
            _report_authorization(subgraph, found.name, directive, report)


def _report_authorization(
    subgraph: Subgraph, coordinate: str, directive: str, report: Report
) -> None:
    report.error(
        ErrorCode.AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE,
        subgraph.name,
        coordinate,
        f"@{subgraph.local_directive(directive)} cannot stand on an interface, which takes its "
        "requirements from its implementations: put it on them",
    )


def _check_keys(subgraph: Subgraph, interface: TypeDef, report: Report) -> None:
    if not interface.keys:
        return
    if subgraph.version < INTERFACE_KEYS_SINCE:
        report.error(
            ErrorCode.KEY_UNSUPPORTED_ON_INTERFACE,
            subgraph.name,
            interface.name,
            "@key on an interface needs federation v2.3: link it, or remove the key",
        )
        return
    for name in subgraph.possible_types(interface.name):
        known = {_normal(k.fields_text): k.resolvable for k in subgraph.types[name].keys}
        for key in interface.keys:
            resolvable = known.get(_normal(key.fields_text))
            if resolvable is None:
                advice = f'add @key(fields: "{key.fields_text}") to {name} too'
            elif key.resolvable and not resolvable:
                advice = f'make @key(fields: "{key.fields_text}") of {name} resolvable too'
            else:
                continue
            report.error(
                ErrorCode.INTERFACE_KEY_NOT_ON_IMPLEMENTATION,
                subgraph.name,
                interface.name,
                f"{advice}: every implementation needs the keys of the interface",
            )


def _normal(text: str) -> FieldSet | str:
    try:
        return normalise_field_set(parse_field_set(text))
    except InvalidFieldSet:
        return text
