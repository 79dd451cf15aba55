"""What composition reports: errors that stop it, and hints that do not."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, auto


class _Code(StrEnum):
    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:
        return name


class ErrorCode(_Code):
    """The codes of https://www.apollographql.com/docs/graphos/reference/errors.

    `UNSUPPORTED_FEATURE` is our own: a directive of federation that this composer refuses.
    """

    AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE = auto()
    COST_APPLIED_TO_INTERFACE_FIELD = auto()
    DEFAULT_VALUE_USES_INACCESSIBLE = auto()
    DIRECTIVE_COMPOSITION_ERROR = auto()
    DIRECTIVE_DEFINITION_INVALID = auto()
    EMPTY_MERGED_ENUM_TYPE = auto()
    EMPTY_MERGED_INPUT_TYPE = auto()
    ENUM_VALUE_MISMATCH = auto()
    EXTENSION_WITH_NO_BASE = auto()
    EXTERNAL_ARGUMENT_DEFAULT_MISMATCH = auto()
    EXTERNAL_ARGUMENT_MISSING = auto()
    EXTERNAL_ARGUMENT_TYPE_MISMATCH = auto()
    EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE = auto()
    EXTERNAL_MISSING_ON_BASE = auto()
    EXTERNAL_ON_INTERFACE = auto()
    EXTERNAL_TYPE_MISMATCH = auto()
    EXTERNAL_UNUSED = auto()
    FIELD_ARGUMENT_DEFAULT_MISMATCH = auto()
    FIELD_ARGUMENT_TYPE_MISMATCH = auto()
    FIELD_TYPE_MISMATCH = auto()
    IMPLEMENTED_BY_INACCESSIBLE = auto()
    INPUT_FIELD_DEFAULT_MISMATCH = auto()
    INTERFACE_FIELD_NO_IMPLEM = auto()
    INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE = auto()
    INTERFACE_KEY_NOT_ON_IMPLEMENTATION = auto()
    INTERFACE_OBJECT_USAGE_ERROR = auto()
    INVALID_FIELD_SHARING = auto()
    INVALID_GRAPHQL = auto()
    INVALID_LINK_DIRECTIVE_USAGE = auto()
    INVALID_SHAREABLE_USAGE = auto()
    INVALID_SUBGRAPH_NAME = auto()
    KEY_DIRECTIVE_IN_FIELDS_ARG = auto()
    KEY_FIELDS_HAS_ARGS = auto()
    KEY_FIELDS_SELECT_INVALID_TYPE = auto()
    KEY_INVALID_FIELDS = auto()
    KEY_INVALID_FIELDS_TYPE = auto()
    KEY_UNSUPPORTED_ON_INTERFACE = auto()
    LINK_IMPORT_NAME_MISMATCH = auto()
    LIST_SIZE_APPLIED_TO_NON_LIST = auto()
    LIST_SIZE_INVALID_ASSUMED_SIZE = auto()
    LIST_SIZE_INVALID_SIZED_FIELD = auto()
    LIST_SIZE_INVALID_SLICING_ARGUMENT = auto()
    MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED = auto()
    MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL = auto()
    MISSING_TRANSITIVE_AUTH_REQUIREMENTS = auto()
    NO_QUERIES = auto()
    ONLY_INACCESSIBLE_CHILDREN = auto()
    OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE = auto()
    OVERRIDE_FROM_SELF_ERROR = auto()
    OVERRIDE_LABEL_INVALID = auto()
    OVERRIDE_ON_INTERFACE = auto()
    OVERRIDE_SOURCE_HAS_OVERRIDE = auto()
    PROVIDES_DIRECTIVE_IN_FIELDS_ARG = auto()
    PROVIDES_FIELDS_HAS_ARGS = auto()
    PROVIDES_FIELDS_MISSING_EXTERNAL = auto()
    PROVIDES_INVALID_FIELDS = auto()
    PROVIDES_INVALID_FIELDS_TYPE = auto()
    PROVIDES_ON_NON_OBJECT_FIELD = auto()
    PROVIDES_UNSUPPORTED_ON_INTERFACE = auto()
    QUERY_ROOT_TYPE_INACCESSIBLE = auto()
    REFERENCED_INACCESSIBLE = auto()
    REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH = auto()
    REQUIRED_INACCESSIBLE = auto()
    REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH = auto()
    REQUIRES_DIRECTIVE_IN_FIELDS_ARG = auto()
    REQUIRES_FIELDS_MISSING_EXTERNAL = auto()
    REQUIRES_INVALID_FIELDS = auto()
    REQUIRES_INVALID_FIELDS_TYPE = auto()
    REQUIRES_UNSUPPORTED_ON_INTERFACE = auto()
    ROOT_MUTATION_USED = auto()
    ROOT_QUERY_USED = auto()
    ROOT_SUBSCRIPTION_USED = auto()
    SATISFIABILITY_ERROR = auto()
    SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES = auto()
    TYPE_KIND_MISMATCH = auto()
    TYPE_WITH_ONLY_UNUSED_EXTERNAL = auto()
    UNKNOWN_FEDERATION_LINK_VERSION = auto()
    UNSUPPORTED_FEATURE = auto()


class HintCode(_Code):
    """What composed, but may not be what was meant."""

    FROM_SUBGRAPH_DOES_NOT_EXIST = auto()
    INCONSISTENT_ARGUMENT_PRESENCE = auto()
    INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE = auto()
    INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE = auto()
    INCONSISTENT_DEFAULT_VALUE_PRESENCE = auto()
    INCONSISTENT_DESCRIPTION = auto()
    INCONSISTENT_ENTITY = auto()
    INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM = auto()
    INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM = auto()
    INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS = auto()
    INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE = auto()
    INCONSISTENT_INPUT_OBJECT_FIELD = auto()
    INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD = auto()
    INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS = auto()
    INCONSISTENT_OBJECT_VALUE_TYPE_FIELD = auto()
    INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN = auto()
    INCONSISTENT_UNION_MEMBER = auto()
    MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS = auto()
    OVERRIDDEN_FIELD_CAN_BE_REMOVED = auto()
    OVERRIDE_DIRECTIVE_CAN_BE_REMOVED = auto()
    OVERRIDE_MIGRATION_IN_PROGRESS = auto()
    UNUSED_ENUM_TYPE = auto()


@dataclass(frozen=True, slots=True)
class CompositionError:
    """Why there is no supergraph.

    `message` names the subgraphs and the coordinate and says how to mend it; `coordinate` is a
    schema coordinate such as `Product.price(currency:)`, None where the subgraph as a whole is
    meant.
    """

    code: ErrorCode
    message: str
    subgraphs: tuple[str, ...]
    coordinate: str | None


@dataclass(frozen=True, slots=True)
class Hint:
    """What the composed supergraph leaves out or decides; fields as in CompositionError."""

    code: HintCode
    message: str
    subgraphs: tuple[str, ...]
    coordinate: str | None


class Report:
    """Collects errors and hints, each once, in the order of their discovery."""

    def __init__(self) -> None:
        self._errors: dict[CompositionError, None] = {}
        self._hints: dict[Hint, None] = {}

    def error(
        self,
        code: ErrorCode,
        subgraphs: str | Iterable[str],
        coordinate: str | None,
        message: str,
    ) -> None:
        """Notes an error; the subgraphs and the coordinate are put before the message."""
        names, text = _located(subgraphs, coordinate, message)
        self._errors[CompositionError(code, text, names, coordinate)] = None

    def hint(
        self,
        code: HintCode,
        subgraphs: str | Iterable[str],
        coordinate: str | None,
        message: str,
    ) -> None:
        """Notes a hint; arguments as for `error`."""
        names, text = _located(subgraphs, coordinate, message)
        self._hints[Hint(code, text, names, coordinate)] = None

    @property
    def failed(self) -> bool:
        return bool(self._errors)

    @property
    def errors(self) -> tuple[CompositionError, ...]:
        return tuple(self._errors)

    @property
    def hints(self) -> tuple[Hint, ...]:
        return tuple(self._hints)


def _located(
    subgraphs: str | Iterable[str], coordinate: str | None, message: str
) -> tuple[tuple[str, ...], str]:
    names = (subgraphs,) if isinstance(subgraphs, str) else tuple(dict.fromkeys(subgraphs))
    where = f"{coordinate}: " if coordinate else ""
    return names, f"[{', '.join(names)}] {where}{message}"
