"""Tokens that are good, and everything that only looks like one."""

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from gateway.policy.authentication import Authenticator, Unauthenticated
from tests.gateway.policy.tokens import AUDIENCE, ISSUER, NOW, Clock, Signer, jwks

SIGNER = Signer()


def authenticator(clock: Clock | None = None, keys: Any = None, **options: Any) -> Authenticator:
    return Authenticator(
        keys or jwks(SIGNER), issuer=ISSUER, audience=AUDIENCE, clock=clock or Clock(), **options
    )


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_no_header_is_anonymous() -> None:
    assert authenticator().authenticate(None) is None


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_good_token(scheme: str) -> None:
    token = SIGNER.token(roles=["admin"])
    claims = authenticator().authenticate(f"{scheme} {token}")
    assert claims == {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "cus_1",
        "exp": NOW + 300,
        "roles": ["admin"],
    }


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "must read: Bearer TOKEN"),
        ("Bearer", "must read: Bearer TOKEN"),
        ("Bearer ", "must read: Bearer TOKEN"),
        ("Basic dXNlcjpwYXNz", "must read: Bearer TOKEN"),
        (f"Basic {SIGNER.token()}", "must read: Bearer TOKEN"),
        ("Bearer x", "not valid"),
        ("Bearer a.b.c", "not valid"),
        ("Bearer ä.ö.ü", "not valid"),
        ("Bearer \ud800.b.c", "not valid"),
        (f"Bearer {SIGNER.token()}x", "not valid"),
        (f"Bearer {SIGNER.token()[:-10]}", "not valid"),
        (f"Bearer {SIGNER.token()} {SIGNER.token()}", "not valid"),
        ("Bearer " + "x" * 8_193, "too long"),
    ],
)
def test_broken_header(header: str, message: str) -> None:
    with pytest.raises(Unauthenticated, match=message):
        authenticator().authenticate(header)


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"exp": NOW}, "expired"),
        ({"exp": NOW - 1}, "expired"),
        ({"exp": "tomorrow"}, "not valid"),
        ({"exp": float("nan")}, "expired"),
        ({"nbf": float("nan")}, "not valid yet"),
        ({"nbf": NOW + 1}, "not valid yet"),
        ({"nbf": "now"}, "not valid"),
        ({"iss": "https://other.test"}, "another issuer"),
        ({"aud": "other"}, "another audience"),
        ({"sub": 1}, "not valid"),
        ({"without": "exp"}, "not valid"),
        ({"without": "iss"}, "not valid"),
        ({"without": "aud"}, "not valid"),
        ({"without": "sub"}, "not valid"),
        ({"kid": "key-2"}, "not valid"),
    ],
)
def test_claims_that_are_refused(claims: dict[str, Any], message: str) -> None:
    with pytest.raises(Unauthenticated, match=message):
        authenticator().authenticate(f"Bearer {SIGNER.token(**claims)}")


def test_another_key_under_the_same_id() -> None:
    with pytest.raises(Unauthenticated, match="not valid"):
        authenticator().authenticate(f"Bearer {Signer().token()}")


def test_no_algorithm() -> None:
    payload = {"iss": ISSUER, "aud": AUDIENCE, "sub": "cus_1", "exp": NOW + 300}
    for algorithm in ("none", "None", "NONE"):
        token = f"{part({'alg': algorithm, 'typ': 'JWT', 'kid': SIGNER.kid})}.{part(payload)}."
        with pytest.raises(Unauthenticated, match="not valid"):
            authenticator().authenticate(f"Bearer {token}")


def test_public_key_as_a_shared_secret() -> None:
    """The classic confusion: HS256, with what everybody can read as its secret."""
    public = SIGNER.private.public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    payload = {"iss": ISSUER, "aud": AUDIENCE, "sub": "cus_1", "exp": NOW + 300}
    signing = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': SIGNER.kid})}.{part(payload)}"
    for secret in (pem, json.dumps(SIGNER.jwk).encode()):
        signature = jwt.get_algorithm_by_name("HS256").sign(signing.encode(), secret)
        encoded = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
        with pytest.raises(Unauthenticated, match="not valid"):
            authenticator().authenticate(f"Bearer {signing}.{encoded}")


def test_key_is_chosen_by_its_id() -> None:
    second = Signer("key-2")
    verifier = authenticator(keys=jwks(SIGNER, second))
    for signer in (SIGNER, second):
        claims = verifier.authenticate(f"Bearer {signer.token(sub=signer.kid)}")
        assert claims is not None
        assert claims["sub"] == signer.kid
    with pytest.raises(Unauthenticated):
        verifier.authenticate(f"Bearer {SIGNER.token(kid=None)}")


def test_only_key_needs_no_id() -> None:
    assert authenticator().authenticate(f"Bearer {SIGNER.token(kid=None)}") is not None


def test_remembered_token_ends_with_its_expiry() -> None:
    clock = Clock()
    verifier, header = authenticator(clock), f"Bearer {SIGNER.token(exp=NOW + 30)}"
    assert verifier.authenticate(header) is not None
    clock.now = NOW + 29.9
    assert verifier.authenticate(header) is not None
    clock.now = NOW + 30
    with pytest.raises(Unauthenticated, match="expired"):
        verifier.authenticate(header)


def test_token_is_verified_once_in_sixty_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[float] = []
    decode = jwt.decode
    clock = Clock()

    def counting(*arguments: Any, **options: Any) -> Any:
        verified.append(clock.now)
        return decode(*arguments, **options)

    monkeypatch.setattr(jwt, "decode", counting)
    verifier, header = authenticator(clock), f"Bearer {SIGNER.token()}"
    for seconds in (0, 1, 59.9, 60, 61):
        clock.now = NOW + seconds
        assert verifier.authenticate(header) is not None
    assert verified == [NOW, NOW + 60]


def test_memory_is_bounded_and_forgets_the_least_used(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    decode = jwt.decode

    def counting(token: str, *arguments: Any, **options: Any) -> Any:
        claims = decode(token, *arguments, **options)
        verified.append(claims["sub"])
        return claims

    monkeypatch.setattr(jwt, "decode", counting)
    verifier = authenticator(remember_tokens=2)
    headers = {name: f"Bearer {SIGNER.token(sub=name)}" for name in "abc"}
    for name in "abacab":
        verifier.authenticate(headers[name])
    assert verified == ["a", "b", "c", "b"]


def test_refused_token_is_not_remembered() -> None:
    clock = Clock()
    verifier, header = authenticator(clock), f"Bearer {SIGNER.token(nbf=NOW + 5)}"
    with pytest.raises(Unauthenticated):
        verifier.authenticate(header)
    clock.now = NOW + 5
    assert verifier.authenticate(header) is not None
