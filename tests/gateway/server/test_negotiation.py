"""Which media type an Accept header gets."""

import pytest

from gateway.server.answers import Refused
from gateway.server.negotiation import response_media_type

MODERN = "application/graphql-response+json"
LEGACY = "application/json"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, LEGACY),
        ("", LEGACY),
        (" ", LEGACY),
        ("*/*", LEGACY),
        ("application/*", LEGACY),
        (LEGACY, LEGACY),
        (MODERN, MODERN),
        (f"{MODERN}; charset=utf-8", MODERN),
        (MODERN.upper(), MODERN),
        (f"{LEGACY}, {MODERN}", MODERN),
        (f"{MODERN}, {LEGACY};q=0.9", MODERN),
        (f"{MODERN};q=0.5, {LEGACY}", LEGACY),
        (f"{MODERN};q=0.5, */*", LEGACY),
        (f"{MODERN}, */*", MODERN),
        (f"{MODERN};q=0, */*", LEGACY),
        (f"{LEGACY};q=0, */*", MODERN),
        (f"{MODERN};q=two, {LEGACY}", LEGACY),
        (f"{MODERN};q=2, {LEGACY}", LEGACY),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", LEGACY),
        (f"multipart/mixed, {MODERN}", MODERN),
        (f",,{LEGACY},", LEGACY),
    ],
)
def test_media_type(accept: str | None, expected: str) -> None:
    assert response_media_type(accept) == expected


@pytest.mark.parametrize(
    "accept", ["text/html", "*/*;q=0", f"{MODERN};q=0", "nonsense", "text/*", f"{LEGACY};q=nan"]
)
def test_nothing_acceptable(accept: str) -> None:
    with pytest.raises(Refused) as caught:
        response_media_type(accept)
    assert caught.value.status == 406
