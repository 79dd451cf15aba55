"""Durations, sizes and addresses, as people write them."""

import re
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZE: Final = re.compile(r"(\d+)(b|kb|mb|gb)?", re.IGNORECASE)
_BYTES: Final = {"b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}


class Section(BaseModel):
    """A part of the file: unknown keys are refused, nothing is guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def written(value: str) -> Any:
    """A default as one would write it in the file, and as the JSON Schema shows it."""
    return Field(default=value)


def seconds(value: Any) -> float:
    """`250ms`, `30s`, `5m`, `1h`, and what is put together of them, as seconds."""
    if isinstance(value, str):
        parts = list(_DURATION.finditer(value))
        if parts and "".join(part[0] for part in parts) == value:
            return sum(float(part[1]) * _SECONDS[part[2]] for part in parts)
    raise ValueError("write a duration with its unit, such as 250ms, 30s or 5m")


def size(value: Any) -> int:
    """`500kb`, `2mb` (of 1,024) or a plain number, as bytes."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a size in bytes or with its unit, such as 500kb or 2mb")
    return int(match[1]) * _BYTES[(match[2] or "b").lower()]


def _path(path: str) -> str:
    if not path.startswith("/") or path.endswith("/") or set(path) & set("{}?# "):
        raise ValueError("write a path, such as /graphql")
    return path


def _address(value: Any) -> tuple[str, int]:
    host, colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    if not colon or not host or not port.isdecimal() or int(port) > 65_535:
        raise ValueError("write an address with its port, such as 127.0.0.1:4000")
    return host.removeprefix("[").removesuffix("]"), int(port)


Duration = Annotated[
    float,
    Field(gt=0),
    BeforeValidator(seconds),
    WithJsonSchema({"type": "string", "pattern": r"^(\d+(\.\d+)?(ms|s|m|h))+$"}),
]
Size = Annotated[
    int,
    Field(gt=0),
    BeforeValidator(size),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": r"^\d+([bB]|[kKmMgG][bB])?$"},
            ]
        }
    ),
]
Address = Annotated[tuple[str, int], BeforeValidator(_address), WithJsonSchema({"type": "string"})]
UrlPath = Annotated[str, AfterValidator(_path)]
SectionT = TypeVar("SectionT", bound=Section)


def overlaid(base: SectionT, over: SectionT) -> SectionT:
    """`base` with whatever the file says in `over`."""
    changes: dict[str, object] = {}
    for name in over.model_fields_set:
        value = getattr(over, name)
        below = getattr(base, name)
        changes[name] = overlaid(below, value) if isinstance(value, Section) else value
    return base.model_copy(update=changes)
