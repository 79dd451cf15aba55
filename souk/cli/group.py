"""A group of commands whose modules are loaded one by one, so that each starts quickly."""

from collections.abc import Mapping
from importlib import import_module

import click


def load(module: str) -> click.Command:
    """The ``command`` of a module."""
    command = import_module(module).command
    if not isinstance(command, click.Command):
        raise TypeError(f"{module} holds no command")
    return command


class Commands(click.Group):
    """``commands_by_name`` gives each command's module, which holds it as ``command``, and its
    line in the help text."""

    def __init__(
        self,
        name: str | None = None,
        *,
        commands_by_name: Mapping[str, tuple[str, str]],
        aliases: Mapping[str, str],
        **attributes: object,
    ) -> None:
        super().__init__(name, **attributes)  # type: ignore[arg-type]  # click's own attributes
        self._modules = commands_by_name
        self._aliases = aliases

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        known = self._modules.get(self._aliases.get(cmd_name, cmd_name))
        return None if known is None else load(known[0])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._modules.items()])
