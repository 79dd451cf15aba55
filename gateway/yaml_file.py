"""YAML files (JSON is YAML) with `${env.X}` in them, as operators write them."""

import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

_ENVIRONMENT: Final = re.compile(
    r"\$\{env\.(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}"
)
_FILE_EXPANSION: Final = re.compile(r"\$\{file\.[^}]*\}")


class UnusableFile(ValueError):
    """The file cannot be read, or what it refers to is missing: `problems`, one or more."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read_yaml(path: Path, environment: Mapping[str, str]) -> object:
    """The content, `${env.X}` and `${env.X:-default}` replaced in all strings.

    Raises UnusableFile.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableFile([f"cannot be read: {error}"]) from error
    try:
        content: object = yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 a SafeLoader
    except yaml.YAMLError as error:
        raise UnusableFile([f"is no valid YAML: {error}"]) from error
    expansion = _Expansion(environment)
    expanded = expansion.value(content)
    if expansion.problems:
        raise UnusableFile(expansion.problems)
    return expanded


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML forbids a key twice, but PyYAML silently keeps the last: an entry would vanish."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key!r} stands there twice", key_node.start_mark
                    )
                seen.add(key)
        return super().construct_mapping(node, deep)


class _Expansion:
    """Replaces variables in all strings below a value, and notes those that are not set."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[str] = []

    def value(self, value: object) -> object:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        return value

    def _text(self, text: str) -> str:
        for unsupported in _FILE_EXPANSION.findall(text):
            self.problems.append(f"{unsupported} is not supported: use ${{env.NAME}}")
        return _ENVIRONMENT.sub(self._variable, text)

    def _variable(self, match: re.Match[str]) -> str:
        value = self._environment.get(match["name"], match["default"])
        if value is None:
            self.problems.append(
                f"{match[0]}: the environment variable {match['name']} is not set: set it, or "
                f"write ${{env.{match['name']}:-default}}"
            )
            return ""
        return value
