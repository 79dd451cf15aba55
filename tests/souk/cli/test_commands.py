"""What each command prints, where, and with which exit code."""

import json
import subprocess
import sys
from pathlib import Path

import jwt
import pytest
from click.testing import CliRunner

from souk.cli import cli
from souk.keys import jwks, signing_key
from tests.souk.programs import environment


def souk(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "souk", *arguments],
        check=False,
        capture_output=True,
        cwd=folder,
        env=environment(**variables),
        text=True,
    )


def test_a_token_stands_alone_on_standard_output(tmp_path: Path) -> None:
    done = souk(tmp_path, "token", "--role", "staff", "--scope", "order:read", "--expires", "15m")
    assert (done.returncode, done.stderr) == (0, "")
    token = done.stdout.removesuffix("\n")
    (jwk,) = jwks(signing_key(tmp_path / ".souk" / "keys"))["keys"]
    claims = jwt.decode(token, jwt.PyJWK(jwk), ["ES256"], audience="souk", issuer="souk")
    assert (claims["kind"], claims["scopes"]) == ("staff", ["order:read"])
    assert claims["exp"] - claims["iat"] == 15 * 60


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (
            ("token", "--role", "service"),
            1,
            "souk: a service gets no token from the command line. "
            "An agent mints its own for five minutes; use --role admin or staff.\n",
        ),
        (
            ("token", "--role", "customer"),
            1,
            "souk: a customer's token needs the customer's id. "
            "Add --subject cus_... (26 letters and digits after the underscore).\n",
        ),
        (
            ("token", "--role", "staff", "--scope", "order"),
            1,
            "souk: 'order' is not a scope. "
            "Write it as AGENT:read, AGENT:write or AGENT:approve, such as order:write.\n",
        ),
        (
            ("token", "--role", "admin", "--expires", "never"),
            2,
            "Usage: souk token [OPTIONS]\nTry 'souk token --help' for help.\n\n"
            "Error: Invalid value for '--expires': "
            "'never' is not a duration such as 30s, 15m, 12h or 7d\n",
        ),
        (
            ("tokne",),
            2,
            "Usage: souk [OPTIONS] COMMAND [ARGS]...\nTry 'souk --help' for help.\n\n"
            "Error: No such command 'tokne'.\n",
        ),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_made(
    tmp_path: Path, arguments: tuple[str, ...], code: int, error: str
) -> None:
    done = souk(tmp_path, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", error)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_setting_is_one_line(tmp_path: Path) -> None:
    done = souk(tmp_path, "status", SOUK_PROT="1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "souk: SOUK_PROT is not a setting. Did you mean SOUK_PORT.\n"


def test_a_data_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".souk").write_text("")
    done = souk(tmp_path, "token", "--role", "admin")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"souk: the data folder {tmp_path}/.souk/keys cannot be written (a file is in its way). "
        "Give this user the right to write it, or set SOUK_DATA_DIR to another folder.\n"
    )


def test_status_of_nothing_is_3(tmp_path: Path) -> None:
    done = souk(tmp_path, "status", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout) == {
        "state": "stopped",
        "pid": None,
        "uptime_seconds": None,
        "url": None,
        "graphiql": None,
        "database": "embedded PostgreSQL, not made yet",
        "health": None,
    }
    assert souk(tmp_path, "status").returncode == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["down", "stop"])
def test_stopping_nothing_is_fine(tmp_path: Path, name: str) -> None:
    done = souk(tmp_path, name)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Souk was not running.\n", "")
    assert list(tmp_path.iterdir()) == []


def test_config_says_what_holds_and_why_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / "souk.toml").write_text("port = 5000\n")
    done = souk(tmp_path, "config", "--json", OPENAI_API_KEY="sk-1", SOUK_ENV="production")
    assert done.returncode == 0
    shown = json.loads(done.stdout)
    assert shown["port"] == {"value": 5000, "source": "souk.toml", "variable": "SOUK_PORT"}
    assert shown["env"] == {"value": "production", "source": "SOUK_ENV", "variable": "SOUK_ENV"}
    assert shown["openai_api_key"] == {
        "value": "********",
        "source": "OPENAI_API_KEY",
        "variable": "OPENAI_API_KEY",
    }
    table = souk(tmp_path, "config", OPENAI_API_KEY="sk-1").stdout
    assert "sk-1" not in table
    assert ["port", "5000", "souk.toml", "SOUK_PORT"] in [row.split() for row in table.splitlines()]


def test_compose_lists_changes_since_an_earlier_supergraph(tmp_path: Path) -> None:
    now = (Path(__file__).parents[3] / "supergraph.graphql").read_text()
    old = tmp_path / "old.graphql"
    runner = CliRunner()

    old.write_text(now)
    same = runner.invoke(cli, ["compose", "--diff", str(old)])
    assert (same.exit_code, same.stdout) == (0, "Nothing changes.\n")

    old.write_text(now + "\ntype Gone @join__type(graph: ORDER) { id: ID! }\n")
    broken = runner.invoke(cli, ["compose", "--diff", str(old), "--json"])
    assert broken.exit_code == 1
    assert json.loads(broken.stdout) == {
        "counts": {"breaking": 1, "dangerous": 0, "safe": 0},
        "changes": [
            {"severity": "breaking", "code": "TYPE_REMOVED", "message": "Gone was removed"}
        ],
    }
    table = runner.invoke(cli, ["compose", "--diff", str(old)])
    assert table.exit_code == 1
    assert [line.split() for line in table.stdout.splitlines()] == [
        ["Severity", "Kind", "Change"],
        ["breaking", "TYPE_REMOVED", "Gone", "was", "removed"],
        ["1", "breaking,", "0", "dangerous,", "0", "safe"],
    ]


def test_every_command_explains_itself() -> None:
    runner = CliRunner()
    _, _, commands = runner.invoke(cli, ["--help"], prog_name="souk").stdout.partition(
        "Commands:\n"
    )
    names = [line.split()[0] for line in commands.splitlines()]
    assert names == [
        "up", "down", "status", "token", "config", "migrate", "revise", "seed", "compose", "events",
        "plan", "serve",
    ]  # fmt: skip
    for name in names:
        explained = runner.invoke(cli, [name, "--help"], prog_name="souk")
        assert (explained.exit_code, explained.stderr) == (0, "")
        assert explained.stdout.startswith(f"Usage: souk {name} [OPTIONS]")


def test_a_python_that_is_too_old_is_one_line(tmp_path: Path) -> None:
    older = "import sys; sys.version_info = (3, 10, 2); import souk"
    done = subprocess.run(
        [sys.executable, "-c", older],
        check=False,
        capture_output=True,
        cwd=tmp_path,
        env=environment(),
        text=True,
    )
    assert (done.returncode, done.stderr) == (
        1,
        "souk: Souk needs Python 3.11 or later, and this is 3.10. Run it with a later one.\n",
    )
