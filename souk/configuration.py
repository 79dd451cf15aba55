"""Where settings come from: defaults < souk.toml < environment < flags, and which one won."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource, SettingsError

from souk.problems import Problem
from souk.settings import DELIMITER, PREFIX, Settings

FILE = "souk.toml"
NOT_OURS = frozenset({"SOUK_REQUIRE_ALL"})  # read by the tests, not by Souk
DEFAULT = "default"
PASSWORD = re.compile(r"([?&]password=)[^&]*")

Tree = dict[str, object]


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings that hold, and for each dotted name where its value comes from."""

    settings: Settings
    origins: Mapping[str, str]


def load(flags: Mapping[str, object] | None = None, folder: Path | None = None) -> Configuration:
    """Read every source; ``flags`` are by field name, None where not given.

    ``folder`` is where ``souk.toml`` is looked for, the working folder by default. Raises Problem
    for an unknown name (with the closest known one) and for a value that a setting cannot have.
    """
    _refuse_unknown_variables()
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    sources = {FILE: _file(folder or Path.cwd()), "environment": _environment(), "flag": given}
    merged: Tree = {}
    origins = dict.fromkeys(names(), DEFAULT)
    for source, tree in sources.items():
        _merge(merged, tree)
        origins |= {name: _origin(source, name) for name, _ in leaves(tree)}
    try:
        return Configuration(Settings.model_validate(merged), origins)
    except ValidationError as error:
        raise _problem(error.errors()[0], origins) from error


def names() -> list[str]:
    """Every setting's dotted name, in the order of their declaration."""
    return list(_names(Settings))


def variable(name: str) -> str:
    """The environment variable of a setting."""
    field = Settings.model_fields.get(name)
    prefix = PREFIX if field is None or field.validation_alias is None else ""
    return prefix + name.replace(".", DELIMITER).upper()


def leaves(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Dotted names and values of a nested mapping."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def shown(settings: Settings) -> dict[str, object]:
    """Every value by its dotted name, fit to be printed: no secret in it."""
    return {name: masked(value) for name, value in leaves(settings.model_dump())}


def _names(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _names(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name


def _file(folder: Path) -> Tree:
    file = folder / FILE
    try:
        return tomllib.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Problem(f"{file} cannot be read ({error})", "Correct it or remove it") from error


def _environment() -> Tree:
    try:
        return dict(EnvSettingsSource(Settings)())
    except SettingsError as error:
        raise Problem(f"the environment cannot be read ({error})", "Correct it") from error


def _merge(into: Tree, tree: Mapping[str, object]) -> None:
    for key, value in tree.items():
        below = into.get(key)
        if isinstance(value, Mapping) and isinstance(below, dict):
            _merge(below, value)
        elif isinstance(value, Mapping):
            into[key] = below = {}
            _merge(below, value)
        else:
            into[key] = value


def _origin(source: str, name: str) -> str:
    if source == "environment":
        return variable(name)
    return f"--{name.replace('_', '-')}" if source == "flag" else source


def _refuse_unknown_variables() -> None:
    known = [variable(name) for name in names()]
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in NOT_OURS and name not in known:
            raise Problem(f"{name} is not a setting", _suggestion(name, known, "Unset it"))


def _problem(error: ErrorDetails, origins: Mapping[str, str]) -> Problem:
    name = ".".join(str(part) for part in error["loc"])
    origin = origins.get(name, FILE)
    if error["type"] == "extra_forbidden":
        mend = _suggestion(name, names(), f"Remove it from {origin}")
        return Problem(f"{origin} has {name}, which is not a setting", mend)
    message = error["msg"][0].lower() + error["msg"][1:]
    return Problem(
        f"{name} is {masked(error['input'])!r} in {origin}: {message}",
        "Correct it there; `souk config` lists every setting",
    )


def _suggestion(name: str, known: list[str], otherwise: str) -> str:
    closest = get_close_matches(name, known, n=1, cutoff=0.75)
    return f"Did you mean {closest[0]}" if closest else otherwise


def masked(value: object) -> object:
    """A value without the secret in it: neither a key nor a URL's password."""
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, str) and "://" in value and "@" in value:
        scheme, _, rest = value.partition("://")
        account, _, place = rest.rpartition("@")
        user, colon, _ = account.partition(":")
        value = f"{scheme}://{user}{colon}{'********' if colon else ''}@{place}"
    return PASSWORD.sub(r"\1********", value) if isinstance(value, str) else value
