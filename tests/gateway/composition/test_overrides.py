"""`@override`, for good and by label."""

from tests.gateway.composition.sdl import definition_of, supergraph_of

_TARGET = 'type T @key(fields: "id") {{ id: ID a: Int @override(from: "old"{label}) }}'


def overridden(label: str = "") -> str:
    new = _TARGET.format(label=f', label: "{label}"' if label else "")
    old = 'type Query { t: T } type T @key(fields: "id") { id: ID a: Int }'
    return definition_of(supergraph_of(new=new, old=old), "T")


def test_the_overridden_copy_disappears() -> None:
    assert '  a: Int @join__field(graph: NEW, override: "old")\n' in overridden()


def test_a_copy_that_the_old_subgraph_still_uses_is_marked() -> None:
    sdl = supergraph_of(
        new=_TARGET.format(label=""),
        old='type Query { t: T } type T @key(fields: "id") @key(fields: "a") { id: ID a: Int }',
    )
    assert (
        '  a: Int @join__field(graph: NEW, override: "old") '
        "@join__field(graph: OLD, usedOverridden: true)\n" in definition_of(sdl, "T")
    )


def test_a_label_keeps_both() -> None:
    assert (
        '  a: Int @join__field(graph: NEW, override: "old", overrideLabel: "percent(12.5)") '
        '@join__field(graph: OLD, overrideLabel: "percent(12.5)")\n' in overridden("percent(12.5)")
    )


def test_only_labels_ask_for_join_v04() -> None:
    old = 'type Query { t: T } type T @key(fields: "id") { id: ID a: Int }'
    plain = supergraph_of(new=_TARGET.format(label=""), old=old)
    labelled = supergraph_of(new=_TARGET.format(label=', label: "soon"'), old=old)
    assert '@link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)' in plain
    assert "usedOverridden: Boolean)" in plain
    assert '@link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION)' in labelled
    assert "usedOverridden: Boolean, overrideLabel: String)" in labelled


def test_a_label_without_effect_is_not_printed() -> None:
    sdl = supergraph_of(
        new=_TARGET.format(label=', label: "soon"'),
        old='type Query { t: T } type T @key(fields: "id") { id: ID }',
    )
    assert '  a: Int @join__field(graph: NEW, override: "old")\n' in definition_of(sdl, "T")
    assert "overrideLabel" not in sdl


def test_overriding_a_subgraph_that_is_gone_is_no_override() -> None:
    sdl = supergraph_of(new=f"type Query {{ t: T }} {_TARGET.format(label='')}")
    assert "\n  a: Int\n" in definition_of(sdl, "T")


def test_an_overriding_field_may_require_others() -> None:
    sdl = supergraph_of(
        new='type T @key(fields: "id") { id: ID p: Int @external '
        'a: Int @override(from: "old") @requires(fields: "p") }',
        old='type Query { t: T } type T @key(fields: "id") { id: ID a: Int p: Int }',
    )
    assert '  a: Int @join__field(graph: NEW, requires: "p", override: "old")\n' in definition_of(
        sdl, "T"
    )
