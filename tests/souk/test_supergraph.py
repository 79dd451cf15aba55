"""What `souk compose` says of agents whose schemas do not fit together."""

from gateway.composition.errors import CompositionError, ErrorCode
from souk.supergraph import NotComposed


def test_each_error_is_a_paragraph() -> None:
    errors = [
        CompositionError(ErrorCode.NO_QUERIES, "[a, b] no query: add one", ("a", "b"), None),
        CompositionError(ErrorCode.KEY_INVALID_FIELDS, "[b] T: no x: add it", ("b",), "T"),
    ]
    assert str(NotComposed(errors)) == (
        "the agents' schemas do not compose:\n\n"
        "NO_QUERIES, in a and b\n  no query: add one\n\n"
        "KEY_INVALID_FIELDS at T, in b\n  no x: add it\n\n"
        "Correct what is said above."
    )
