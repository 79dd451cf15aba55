"""Rules of `@shareable`, `@override` and of where `@provides` may stand."""

import re

from gateway.composition.errors import ErrorCode, Report
from gateway.composition.schema import Kind, OutputField, TypeDef
from gateway.composition.subgraph.model import Subgraph

_PERCENT = re.compile(r"^percent\((\d{1,3}(?:\.\d{1,8})?)\)$")
_LABEL = re.compile(r"^[a-zA-Z][a-zA-Z0-9_\-:./]*$")


def check_fields(subgraph: Subgraph, report: Report) -> None:
    """INVALID_SHAREABLE_USAGE, INVALID_FIELD_SHARING, OVERRIDE_LABEL_INVALID, PROVIDES_ON_*."""
    for found in subgraph.types.values():
        if sum(not d.on_extension for d in found.applied("shareable")) > 1:
            _report_duplicate(subgraph, found.name, report)
        for field in found.fields.values():
            if found.kind is Kind.OBJECT:
                _check_shareable(subgraph, found, field, report)
            _check_provides(subgraph, found, field, report)
            _check_override(subgraph, found, field, report)


def _check_shareable(
    subgraph: Subgraph, owner: TypeDef, field: OutputField, report: Report
) -> None:
    coordinate = f"{owner.name}.{field.name}"
    applications = field.applied("shareable")
    if owner.name == "Subscription" and applications:
        report.error(
            ErrorCode.INVALID_FIELD_SHARING,
            subgraph.name,
            coordinate,
            "a subscription comes from one subgraph: remove @shareable",
        )
    if len(applications) > 1:
        _report_duplicate(subgraph, coordinate, report)


def _report_duplicate(subgraph: Subgraph, coordinate: str, report: Report) -> None:
    report.error(
        ErrorCode.INVALID_SHAREABLE_USAGE,
        subgraph.name,
        coordinate,
        "@shareable is written twice: keep one",
    )


def _check_provides(subgraph: Subgraph, owner: TypeDef, field: OutputField, report: Report) -> None:
    kind = subgraph.kind(field.type.named)
    if field.has("provides") and (kind is None or not kind.composite):
        report.error(
            ErrorCode.PROVIDES_ON_NON_OBJECT_FIELD,
            subgraph.name,
            f"{owner.name}.{field.name}",
            f"{field.type} has no fields that could be provided: remove @provides",
        )


def _check_override(subgraph: Subgraph, owner: TypeDef, field: OutputField, report: Report) -> None:
    coordinate = f"{owner.name}.{field.name}"
    for override in field.applied("override"):
        label = override.value("label")
        if isinstance(label, str) and not _valid_label(label):
            report.error(
                ErrorCode.OVERRIDE_LABEL_INVALID,
                subgraph.name,
                coordinate,
                f'the label "{label}" is neither percent(0-100) nor a name that begins with a '
                "letter: write one of these",
            )


def _valid_label(label: str) -> bool:
    percent = _PERCENT.match(label)
    return float(percent[1]) <= 100 if percent else bool(_LABEL.match(label))
