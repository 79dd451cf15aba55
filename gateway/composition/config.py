"""`supergraph.yaml`, in the format that `rover supergraph compose` reads."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from gateway.composition.subgraph.load import SubgraphSource
from gateway.yaml_file import UnusableFile, read_yaml

_FEDERATION_2 = re.compile(r"^(?:2|latest-2|[=v]2\.\d+\.\d+)$")
_FETCHED_FORMS = ("subgraph_url", "introspection_headers", "graphref", "subgraph")


class InvalidConfig(ValueError):
    """The file cannot be used. The message names the file and every problem, one per line."""


@dataclass(frozen=True, slots=True)
class SubgraphConfig:
    """Where a subgraph answers and its SDL; `schema_file` is None where the SDL stands inline."""

    routing_url: str
    sdl: str
    schema_file: Path | None


@dataclass(frozen=True, slots=True)
class SupergraphConfig:
    """The subgraphs by name, in the order of the file."""

    subgraphs: Mapping[str, SubgraphConfig]
    federation_version: str | None

    def sources(self) -> dict[str, SubgraphSource]:
        """What `compose` takes."""
        return {
            name: SubgraphSource(url=subgraph.routing_url, sdl=subgraph.sdl)
            for name, subgraph in self.subgraphs.items()
        }


def _supported_version(value: object) -> object:
    text = str(value) if isinstance(value, int) else value
    if isinstance(text, str) and not _FEDERATION_2.match(text):
        raise ValueError(f"{text} is not supported: write 2, latest-2 or =2.Y.Z")
    return text


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    file: str | None = None
    sdl: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_locally(cls, value: object) -> object:
        if isinstance(value, dict):
            for form in _FETCHED_FORMS:
                if form in value:
                    raise ValueError(f"{form} is not supported: give file or sdl")
        return value

    @model_validator(mode="after")
    def _one_form(self) -> "_Schema":
        if (self.file is None) == (self.sdl is None):
            raise ValueError("give either file or sdl")
        return self


class _Subgraph(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    routing_url: Annotated[str, StringConstraints(min_length=1)]
    schema_: _Schema = Field(alias="schema")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    federation_version: Annotated[str | None, BeforeValidator(_supported_version)] = None
    subgraphs: Annotated[dict[str, _Subgraph], Field(min_length=1)]


def load_config(path: Path, environment: Mapping[str, str] | None = None) -> SupergraphConfig:
    """Reads the file and the schemas it names, which are relative to it.

    `${env.X}` and `${env.X:-default}` are taken from `environment`, by default that of the
    process. Raises InvalidConfig for whatever is wrong with the file or a schema file.
    """
    try:
        content = read_yaml(path, os.environ if environment is None else environment)
    except UnusableFile as error:
        raise _invalid(path, error.problems) from error
    try:
        parsed = _File.model_validate(content)
    except ValidationError as error:
        raise _invalid(path, [_problem(detail) for detail in error.errors()]) from error
    problems: list[str] = []
    subgraphs: dict[str, SubgraphConfig] = {}
    for name, subgraph in parsed.subgraphs.items():
        try:
            subgraphs[name] = _subgraph(path.parent, subgraph)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"subgraphs.{name}.schema.file: cannot be read: {error}")
    if problems:
        raise _invalid(path, problems)
    return SupergraphConfig(subgraphs, parsed.federation_version)


def _subgraph(folder: Path, subgraph: _Subgraph) -> SubgraphConfig:
    schema = subgraph.schema_
    if schema.file is None:
        return SubgraphConfig(subgraph.routing_url, schema.sdl or "", None)
    file = folder / schema.file
    return SubgraphConfig(subgraph.routing_url, file.read_text(encoding="utf-8"), file)


def _problem(detail: Any) -> str:
    place = ".".join(str(part) for part in detail["loc"])
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = "is no known key: remove it or correct its name"
    return f"{place}: {message}" if place else message


def _invalid(path: Path, problems: list[str]) -> InvalidConfig:
    return InvalidConfig("\n".join(f"{path}: {problem}" for problem in problems))
