"""`supergraph.yaml`: what is read, expanded, and refused."""

from pathlib import Path

import pytest

from gateway.composition import compose
from gateway.composition.config import InvalidConfig, SubgraphConfig, load_config


def written(folder: Path, text: str) -> Path:
    path = folder / "supergraph.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_files_are_relative_to_the_config_and_sdl_may_stand_inline(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "a.graphql").write_text("type Query { a: Int }", encoding="utf-8")
    config = load_config(
        written(
            tmp_path,
            "federation_version: =2.9.0\n"
            "subgraphs:\n"
            "  a:\n"
            "    routing_url: http://a/graphql\n"
            "    schema:\n"
            "      file: ./schemas/a.graphql\n"
            "  b:\n"
            "    routing_url: http://b/graphql\n"
            "    schema:\n"
            "      sdl: |\n"
            "        type Query { b: Int }\n",
        )
    )
    assert config.federation_version == "=2.9.0"
    assert config.subgraphs == {
        "a": SubgraphConfig(
            "http://a/graphql", "type Query { a: Int }", tmp_path / "schemas" / "a.graphql"
        ),
        "b": SubgraphConfig("http://b/graphql", "type Query { b: Int }\n", None),
    }
    composition = compose(config.sources())
    assert composition.errors == ()
    assert 'A @join__graph(name: "a", url: "http://a/graphql")' in str(composition.supergraph_sdl)


def one(
    url: str = "http://a", schema: str = "{sdl: 'type Query { a: Int }'}", more: str = ""
) -> str:
    return f"subgraphs: {{a: {{routing_url: '{url}', schema: {schema}{more}}}}}\n"


@pytest.mark.parametrize("version", ["2", "latest-2", "=2.9.0", "v2.9.1"])
def test_versions_of_federation_2_are_accepted(tmp_path: Path, version: str) -> None:
    config = load_config(written(tmp_path, f"federation_version: {version}\n{one()}"))
    assert config.federation_version == version


def test_the_environment_is_expanded(tmp_path: Path) -> None:
    path = written(tmp_path, one("${env.SCHEME:-https}://${env.HOST}/${env.PATH_:-}"))
    config = load_config(path, {"HOST": "example.org"})
    assert config.subgraphs["a"].routing_url == "https://example.org/"


def test_the_process_environment_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_HOST", "example.org")
    config = load_config(written(tmp_path, one("http://${env.SOME_HOST}")))
    assert config.subgraphs["a"].routing_url == "http://example.org"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (one(more=", url: x"), "subgraphs.a.url: is no known key"),
        ("name: x\n" + one(), "name: is no known key"),
        (one(schema="{}"), "subgraphs.a.schema: give either file or sdl"),
        (one(schema="{file: x, sdl: y}"), "subgraphs.a.schema: give either file or sdl"),
        (one(schema="{subgraph_url: x}"), "subgraph_url is not supported: give file or sdl"),
        (one(schema="{graphref: g@v, subgraph: a}"), "graphref is not supported"),
        (one(schema="{file: missing.graphql}"), "subgraphs.a.schema.file: cannot be read"),
        (one(url=""), "subgraphs.a.routing_url: String should have at least 1 character"),
        ("subgraphs: {a: {schema: {sdl: x}}}", "subgraphs.a.routing_url: Field required"),
        ("subgraphs: {}", "subgraphs: Dictionary should have at least 1 item"),
        ("subgraphs: {1: {routing_url: x, schema: {sdl: x}}}", "Input should be a valid string"),
        ("- a", "Input should be a valid dictionary"),
        ("", "Input should be a valid dictionary"),
        ("a: [", "is no valid YAML"),
        ("subgraphs: {}\nsubgraphs: {}", "the key 'subgraphs' stands there twice"),
        ("federation_version: =1.2.3\n" + one(), "federation_version: =1.2.3 is not supported"),
        (one("${env.NOWHERE}"), "the environment variable NOWHERE is not set"),
        (one("${file.url}"), "${file.url} is not supported"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InvalidConfig) as refused:
        load_config(path, {})
    assert message in str(refused.value)
    assert str(refused.value).startswith(f"{path}: ")


def test_all_problems_come_together(tmp_path: Path) -> None:
    path = written(tmp_path, "subgraphs: {a: {schema: {file: a}}, b: {routing_url: x, schema: {}}}")
    with pytest.raises(InvalidConfig) as refused:
        load_config(path, {})
    assert len(str(refused.value).splitlines()) == 2


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match="cannot be read"):
        load_config(tmp_path / "missing.yaml", {})
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidConfig, match="cannot be read"):
        load_config(binary, {})
