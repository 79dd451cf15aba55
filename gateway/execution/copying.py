"""Copies of what will be written to: compiled from the shape of the writable places.

Client text reaches the source only as the values of numbered constants.
"""

from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any

from gateway.planning.plan import Shape

Copier = Callable[[Any], Any]
"""Gives a value in which the containers at and below the writable places are new."""


def compile_copiers(writable: Shape) -> dict[str, Copier]:
    """For the value under each writable key of an object, its copier."""
    if not writable:
        return {}
    compiler = _Compiler()
    names = {key: compiler.function(below) for key, below in writable.items()}
    functions = compiler.load()
    return {key: functions[name] for key, name in names.items()}


@lru_cache(maxsize=256)
def _code(source: str) -> CodeType:
    """Sources hold no names but numbered ones: there are few of them for many shapes."""
    return compile(source, "<copying>", "exec")


class _Compiler:
    def __init__(self) -> None:
        self._functions: list[str] = []
        self._by_body: dict[str, str] = {}
        self._constants: dict[str, str] = {}

    def load(self) -> dict[str, Any]:
        environment: dict[str, Any] = {name: key for key, name in self._constants.items()}
        exec(_code("\n".join(self._functions)), environment)  # noqa: S102  generated names only, see the module's rule
        return environment

    def function(self, shape: Shape) -> str:
        body = ["if isinstance(v, dict):", "    o = v.copy()"]
        for key, below in shape.items():
            k = self._constants.setdefault(key, f"k{len(self._constants)}")
            copy = self.function(below)
            body += [f"    w = o.get({k})"]
            if not below:
                # The commonest case, without a call.
                body += [f"    if w.__class__ is dict: o[{k}] = w.copy(); w = None"]
            body += [f"    if w is not None: o[{k}] = {copy}(w)"]
        body += ["    return o"]
        text = "\n    ".join(body)
        name = self._by_body.get(text)
        if name is None:
            name = self._by_body[text] = f"c{len(self._by_body)}"
            rest = f"if isinstance(v, list): return [{name}(x) for x in v]"
            self._functions.append(f"def {name}(v):\n    {text}\n    {rest}\n    return v")
        return name
