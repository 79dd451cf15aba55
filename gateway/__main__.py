"""`python -m gateway`: the command line."""

import argparse
import os
import sys
from pathlib import Path

from gateway.configuration.load import InvalidSettings, json_schema, load_settings
from gateway.configuration.settings import Settings
from gateway.server.listen import CannotListen
from gateway.server.serve import run
from gateway.standalone.problems import ExitCode, Problem
from gateway.standalone.program import Program


def main(arguments: list[str] | None = None) -> int:
    """Runs until it is told to stop; the exit code, see `ExitCode`."""
    given = _parser().parse_args(arguments)
    if given.print_schema:
        sys.stdout.write(json_schema())
        return ExitCode.STOPPED
    if given.supergraph is None:
        _parser().error("--supergraph is missing: give the file of your supergraph")
    try:
        program = _program(given)
        if given.check:
            program.check()
        else:
            run(program.serve())
    except (InvalidSettings, Problem) as error:
        return _failed(str(error), ExitCode.UNUSABLE_FILE)
    except CannotListen as error:
        return _failed(str(error), ExitCode.CANNOT_LISTEN)
    except KeyboardInterrupt:  # while files are read; later it stops the server in good order
        return ExitCode.INTERRUPTED
    return ExitCode.STOPPED


def _program(given: argparse.Namespace) -> Program:
    config: Path | None = given.config
    settings = Settings() if config is None else load_settings(config, os.environ)
    host, port = settings.supergraph.listen
    return Program(
        supergraph=given.supergraph,
        settings=settings,
        folder=config.parent if config is not None else Path(),
        host=given.host or host,
        port=port if given.port is None else given.port,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gateway", description="A GraphQL federation gateway.", allow_abbrev=False
    )
    parser.add_argument("--supergraph", type=Path, metavar="FILE", help="supergraph SDL to serve")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings (YAML or JSON)")
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, metavar="N", help="port to listen on (4000; 0: a free)")
    parser.add_argument("--check", action="store_true", help="read all files, serve nothing")
    parser.add_argument("--print-schema", action="store_true", help="JSON Schema of the settings")
    return parser


def _failed(message: str, code: ExitCode) -> int:
    for line in message.splitlines():
        sys.stderr.write(f"gateway: {line}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
