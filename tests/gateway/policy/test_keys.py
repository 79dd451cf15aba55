"""Keys of every kind that identity providers sign with, and those that must verify nothing."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from gateway.policy.authentication import Authenticator, Unauthenticated
from gateway.policy.keys import VerificationKeys
from tests.gateway.policy.tokens import AUDIENCE, ISSUER, NOW, Clock

RSA = rsa.generate_private_key(65_537, 2_048)
PRIVATE: dict[str, Any] = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), RSA),
}
CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "sub": "cus_1", "exp": NOW + 300}


def jwk(private: Any, algorithm: str, **members: Any) -> dict[str, Any]:
    """The public half, with these members besides, or without those that are None."""
    public = get_default_algorithms()[algorithm].to_jwk(private.public_key())
    found = {**json.loads(public), "use": "sig", "kid": "k", **members}
    return {name: value for name, value in found.items() if value is not None}


def token(private: Any, algorithm: str, kid: str | None = "k") -> str:
    return jwt.encode(CLAIMS, private, algorithm=algorithm, headers={"kid": kid} if kid else {})


def verifies(keys: list[dict[str, Any]], given: str) -> bool:
    authenticator = Authenticator(
        {"keys": keys}, issuer=ISSUER, audience=AUDIENCE, clock=Clock(), remember_tokens=1
    )
    try:
        return authenticator.authenticate(f"Bearer {given}") is not None
    except Unauthenticated as refused:
        return str(refused) != "The token is not valid."


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_a_key_verifies_what_was_signed_by_its_algorithm(algorithm: str) -> None:
    private = PRIVATE[algorithm]
    assert verifies([jwk(private, algorithm, alg=algorithm)], token(private, algorithm))
    body, _, signature = token(private, algorithm).rpartition(".")
    swapped = "B" if signature[0] == "A" else "A"
    assert not verifies(
        [jwk(private, algorithm, alg=algorithm)], f"{body}.{swapped}{signature[1:]}"
    )


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "EdDSA", "RS256"])
def test_the_type_of_a_key_decides_where_it_does_not_say(algorithm: str) -> None:
    private = PRIVATE[algorithm]
    assert verifies([jwk(private, algorithm, alg=None)], token(private, algorithm))


@pytest.mark.parametrize("signed", ["RS384", "RS512", "PS256", "PS384", "PS512"])
def test_one_key_has_one_algorithm(signed: str) -> None:
    """The token does not choose, not even among those that would verify."""
    assert not verifies([jwk(RSA, "RS256", alg=None)], token(RSA, signed))
    assert not verifies([jwk(RSA, "RS256", alg="RS256")], token(RSA, signed))
    assert verifies([jwk(RSA, "RS256", alg=signed)], token(RSA, signed))


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_what_everybody_can_read_is_no_secret(algorithm: str) -> None:
    """The classic confusion: a shared-secret algorithm, with the public key as its secret."""
    key = jwk(RSA, "RS256", alg="RS256")
    pem = RSA.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    hashing = jwt.get_algorithm_by_name(algorithm)
    for secret in (pem, json.dumps(key).encode()):
        head, _, _ = token(RSA, "RS256").partition(".")
        header = {"alg": algorithm, "typ": "JWT", "kid": "k"}
        parts = [jwt.utils.base64url_encode(json.dumps(each).encode()) for each in (header, CLAIMS)]
        signing = b".".join(parts)
        signature = jwt.utils.base64url_encode(hashing.sign(signing, secret))
        assert head
        assert not verifies([key], (signing + b"." + signature).decode())


def test_an_elliptic_key_is_not_mistaken_for_another_curve() -> None:
    key = jwk(PRIVATE["ES256"], "ES256", alg="ES256")
    assert not verifies([key], token(PRIVATE["ES384"], "ES384"))
    assert not verifies([{**key, "alg": "ES384"}], token(PRIVATE["ES384"], "ES384"))


@pytest.mark.parametrize(
    "key",
    [
        jwk(PRIVATE["ES256"], "ES256", use="enc"),
        jwk(PRIVATE["ES256"], "ES256", key_ops=["sign"]),
        jwk(PRIVATE["ES256"], "ES256", alg="HS256"),
        jwk(PRIVATE["ES256"], "ES256", alg="none"),
        jwk(PRIVATE["ES256"], "ES256", x=None),
        jwk(ed448.Ed448PrivateKey.generate(), "EdDSA"),
        jwk(rsa.generate_private_key(65_537, 1_024), "RS256"),  # noqa: S505 the point of it
        {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "kid": "k", "alg": "HS256"},
        {"kty": "new", "kid": "k"},
        {"kid": "k"},
        {"kty": "EC", "crv": ["P-256"], "kid": "k"},
        {**jwk(PRIVATE["ES256"], "ES256"), "key_ops": None},
        jwk(PRIVATE["ES256"], "ES256", key_ops=7),
        "no key",
        None,
    ],
)
def test_keys_that_verify_nothing_are_passed_over(key: Any) -> None:
    assert len(VerificationKeys({"keys": [key]})) == 0
    good = jwk(PRIVATE["ES512"], "ES512")
    assert verifies([key, good], token(PRIVATE["ES512"], "ES512"))


def test_a_key_is_chosen_by_its_id() -> None:
    one, two = (rsa.generate_private_key(65_537, 2_048) for _ in range(2))
    keys = [jwk(one, "RS256", kid="one"), jwk(two, "RS256", kid="two")]
    assert verifies(keys, token(one, "RS256", "one"))
    assert verifies(keys, token(two, "RS256", "two"))
    assert not verifies(keys, token(one, "RS256", "two"))
    assert not verifies(keys, token(one, "RS256", "three"))
    assert not verifies(keys, token(one, "RS256", None))


def test_keys_of_one_id_are_told_apart_by_their_type() -> None:
    """RFC 7517, section 4.5 allows it for keys that are alternatives of each other."""
    keys = [jwk(RSA, "RS256"), jwk(PRIVATE["EdDSA"], "EdDSA")]
    for algorithm in ("RS256", "EdDSA"):
        assert verifies(keys, token(PRIVATE[algorithm], algorithm))


def test_the_only_key_of_an_algorithm_needs_no_id() -> None:
    keys = [jwk(RSA, "RS256", kid="one"), jwk(PRIVATE["ES256"], "ES256", kid=None)]
    assert verifies(keys, token(RSA, "RS256", None))
    assert verifies(keys, token(PRIVATE["ES256"], "ES256", None))
