"""External fields take no part in the merge, but must agree with what their owners say."""

from collections.abc import Iterator, Sequence

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.defaults import default_text
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.schema import OutputField
from gateway.composition.subgraph.model import Subgraph
from gateway.composition.type_ref import is_subtype


def check_external_fields(
    supergraph: Supergraph,
    merged: OutputField,
    externals: Sequence[tuple[Subgraph, OutputField]],
    owners_agree: bool,
    coordinate: str,
) -> None:
    """The codes EXTERNAL_TYPE_MISMATCH and EXTERNAL_ARGUMENT_*."""
    for subgraph, field in externals:
        if field.type != merged.type and (
            owners_agree or not is_subtype(field.type, merged.type, supergraph.is_named_subtype)
        ):
            supergraph.report.error(
                ErrorCode.EXTERNAL_TYPE_MISMATCH,
                subgraph.name,
                coordinate,
                f"the @external field is {field.type}, but {merged.type} where it is resolved: "
                "make it the same",
            )
        for code, argument, message in _argument_problems(supergraph, merged, field):
            supergraph.report.error(code, subgraph.name, f"{coordinate}({argument}:)", message)


def _argument_problems(
    supergraph: Supergraph, merged: OutputField, field: OutputField
) -> Iterator[tuple[ErrorCode, str, str]]:
    for name, expected in merged.arguments.items():
        argument = field.arguments.get(name)
        if argument is None:
            yield (
                ErrorCode.EXTERNAL_ARGUMENT_MISSING,
                name,
                "the @external field lacks the argument: add it",
            )
        elif not is_subtype(expected.type, argument.type, supergraph.is_named_subtype):
            yield (
                ErrorCode.EXTERNAL_ARGUMENT_TYPE_MISMATCH,
                name,
                f"the argument of the @external field is {argument.type}, but {expected.type} "
                "where it is resolved: make it the same",
            )
        elif default_text(argument) != default_text(expected):
            yield (
                ErrorCode.EXTERNAL_ARGUMENT_DEFAULT_MISMATCH,
                name,
                "the argument of the @external field has another default value than where it "
                "is resolved: give the same one",
            )
