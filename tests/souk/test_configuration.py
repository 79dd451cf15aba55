"""Settings: which source wins, and what a wrong name or value is told."""

import os
from pathlib import Path

import pytest

from souk.configuration import Configuration, load, masked, shown
from souk.problems import Problem
from souk.settings import Settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("SOUK_", "DATABASE_", "KAFKA_", "OPENAI_")):
            monkeypatch.delenv(name)


def written(folder: Path, text: str, **flags: object) -> Configuration:
    (folder / "souk.toml").write_text(text)
    return load(flags, folder)


def test_without_any_source_the_defaults_hold(tmp_path: Path) -> None:
    found = load(folder=tmp_path)
    settings = found.settings
    assert (settings.host, settings.port, settings.env) == ("127.0.0.1", 4000, "development")
    assert settings.data_dir == Path.cwd() / ".souk"
    assert set(found.origins.values()) == {"default"}
    assert set(found.origins) == set(shown(settings))


def test_a_later_source_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'host = "a"\nport = 1\npool_size = 1\n[limits]\ndepth = 1\naliases = 1\n'
    monkeypatch.setenv("SOUK_PORT", "2")
    monkeypatch.setenv("SOUK_POOL_SIZE", "2")
    monkeypatch.setenv("SOUK_LIMITS__ALIASES", "2")
    found = written(tmp_path, text, pool_size=3, host=None)
    settings = found.settings
    assert (settings.host, settings.port, settings.pool_size) == ("a", 2, 3)
    assert (settings.limits.depth, settings.limits.aliases, settings.limits.tokens) == (1, 2, 10000)
    assert {name: found.origins[name] for name in ("host", "port", "pool_size", "env")} == {
        "host": "souk.toml",
        "port": "SOUK_PORT",
        "pool_size": "--pool-size",
        "env": "default",
    }
    assert found.origins["limits.depth"] == "souk.toml"
    assert found.origins["limits.aliases"] == "SOUK_LIMITS__ALIASES"


def test_well_known_names_bear_no_prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@db/shop")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "")
    found = load(folder=tmp_path)
    assert found.settings.database_url == "postgresql://me:secret@db/shop"
    assert found.settings.kafka_bootstrap_servers is None
    assert found.origins["database_url"] == "DATABASE_URL"
    assert found.origins["kafka_bootstrap_servers"] == "default"
    values = shown(found.settings)
    assert values["database_url"] == "postgresql://me:********@db/shop"
    assert values["openai_api_key"] == "********"
    assert "secret" not in repr(found.settings)


def test_production_switches_off_what_is_not_set() -> None:
    assert Settings().graphiql_enabled
    production = Settings(env="production", introspection=True)
    assert not production.graphiql_enabled
    assert not production.embedded_allowed
    assert production.introspection_enabled


def test_settings_by_themselves_read_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOUK_PORT", "2")
    assert Settings().port == 4000


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("SOUK_PROT", "Did you mean SOUK_PORT"),
        ("SOUK_LIMITS__DEPT", "Did you mean SOUK_LIMITS__DEPTH"),
        ("SOUK_DATABASE_URL", "Did you mean DATABASE_URL"),
        ("SOUK_XYZ", "Unset it"),
    ],
)
def test_an_unknown_variable_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, mend: str
) -> None:
    monkeypatch.setenv("SOUK_REQUIRE_ALL", "1")
    load(folder=tmp_path)
    monkeypatch.setenv(name, "1")
    with pytest.raises(Problem) as problem:
        load(folder=tmp_path)
    assert str(problem.value) == f"{name} is not a setting. {mend}."


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ("prot = 1", "souk.toml has prot, which is not a setting", "Did you mean port"),
        (
            "[limits]\ndept = 1",
            "souk.toml has limits.dept, which is not a setting",
            "Did you mean limits.depth",
        ),
        ("xyz = 1", "souk.toml has xyz, which is not a setting", "Remove it from souk.toml"),
        (
            "port = 70000",
            "port is 70000 in souk.toml: input should be less than or equal to 65535",
            "Correct it there; `souk config` lists every setting",
        ),
        (
            'env = "test"',
            "env is 'test' in souk.toml: input should be 'development' or 'production'",
            "Correct it there; `souk config` lists every setting",
        ),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, what: str, mend: str) -> None:
    with pytest.raises(Problem) as problem:
        written(tmp_path, text)
    assert (problem.value.what, problem.value.mend) == (what, mend)


def test_a_wrong_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOUK_PORT", "abc")
    with pytest.raises(Problem, match="port is 'abc' in SOUK_PORT: input should be a valid int"):
        load(folder=tmp_path)


def test_a_file_that_is_no_toml_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        written(tmp_path, "port =")
    assert problem.value.what == (
        f"{tmp_path}/souk.toml cannot be read (Invalid value (at end of document))"
    )


def test_a_password_among_a_urls_options_is_masked() -> None:
    url = "postgresql://souk@/souk?host=/tmp&password=hunter2&port=1"
    assert masked(url) == "postgresql://souk@/souk?host=/tmp&password=********&port=1"
