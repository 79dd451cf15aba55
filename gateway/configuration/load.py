"""Reads the settings file; says what is wrong with it in words of the file."""

import difflib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from gateway.configuration.settings import Settings
from gateway.yaml_file import UnusableFile, read_yaml

SCHEMA: Final = Path(__file__).with_name("gateway.schema.json")


class InvalidSettings(ValueError):
    """The file cannot be used. Each line of the message names the file, the key and the problem."""


def load_settings(path: Path, environment: Mapping[str, str]) -> Settings:
    """The file's settings; what it does not say has its default. Raises InvalidSettings."""
    try:
        content = read_yaml(path, environment)
    except UnusableFile as error:
        raise _invalid(path, error.problems) from error
    try:
        return Settings.model_validate({} if content is None else content)
    except ValidationError as error:
        problems = [_problem(detail) for detail in error.errors(include_url=False)]
        raise _invalid(path, problems) from error


def json_schema() -> str:
    """The form of the file as JSON Schema, for editors and other checks."""
    schema = Settings.model_json_schema()
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def closest(name: str, known: Iterable[str]) -> str:
    """`; did you mean …?`, or nothing where no known name resembles this one."""
    found = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {found[0]}?" if found else ""


def _problem(detail: Any) -> str:
    location = [str(part) for part in detail["loc"]]
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        known = _keys_at(location[:-1])
        message = "unknown key" + (closest(location[-1], known) or f"; known: {', '.join(known)}")
    elif detail["type"] == "model_type":
        message = "must be a mapping of keys to values"
    elif detail["type"] == "missing":
        message = "is missing"
    place = ".".join(location)
    return f"{place}: {message}" if place else message


def _keys_at(location: list[str]) -> list[str]:
    """The keys of the section at a place in the file."""
    kind: Any = Settings
    for part in location:
        section = _section(kind)
        # Below a list or a map, a part of the place is a position or a subgraph's name.
        kind = section.model_fields[part].annotation if section else _entry(kind)
    section = _section(kind)
    return sorted(section.model_fields) if section else []


def _section(kind: Any) -> type[BaseModel] | None:
    for each in _alternatives(kind):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None


def _entry(kind: Any) -> Any:
    arguments = [each for one in _alternatives(kind) for each in get_args(one)]
    return [each for each in arguments if each is not Ellipsis][-1]


def _alternatives(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if isinstance(kind, UnionType) else (kind,)


def _invalid(path: Path, problems: list[str]) -> InvalidSettings:
    return InvalidSettings("\n".join(f"{path}: {' '.join(each.split())}" for each in problems))
