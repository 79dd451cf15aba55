"""Several answers together may be kept no longer, and by no more caches, than each of them."""

import pytest

from gateway.cache_control import most_restrictive


@pytest.mark.parametrize(
    ("values", "merged"),
    [
        ([], "no-store"),
        (["public, max-age=60"], "public, max-age=60"),
        (["public, max-age=60", "public, max-age=10"], "public, max-age=10"),
        (["public, max-age=60", "private, max-age=90"], "private, max-age=60"),
        (["public, max-age=60", "max-age=90"], "max-age=60"),
        (["public, max-age=60", None], "no-store"),
        (["public, max-age=60", "no-store"], "no-store"),
        (["public, max-age=60", ""], "no-store"),
        (["max-age=60", "no-cache"], "no-cache, max-age=60"),
        (["max-age=60, must-revalidate", "max-age=70"], "must-revalidate, max-age=60"),
        (["max-age=60, s-maxage=600", "max-age=70"], "max-age=60, s-maxage=70"),
        (["max-age=60, s-maxage=5", "private, max-age=70"], "private, max-age=60"),
        (["Public, Max-Age=60"], "public, max-age=60"),
        (["max-age=soon"], "no-store"),
        (["max-age=-1"], "no-store"),
        (["max-age=60, max-age=70"], "no-store"),
        (["immutable"], "no-store"),
        (["max-age=60, immutable"], "max-age=60"),
        (['private="x-secret", max-age=5'], "private, max-age=5"),
    ],
)
def test_merge(values: list[str | None], merged: str) -> None:
    assert most_restrictive(values) == merged
    assert most_restrictive(list(reversed(values))) == merged
