"""Tokens: signed for one kind of principal, verified with the published key set alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from gateway.policy.authentication import Authenticator, Unauthenticated
from souk.keys import SigningKey, jwks, signing_key
from souk.problems import Problem
from souk.tokens import Grant, Kind, issue, person

CUSTOMER = "cus_01J8ZQ5W6X7Y8Z9ABCDEFGHJKM"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return signing_key(tmp_path_factory.mktemp("keys"))


def gateway(key: SigningKey, now: datetime = NOW) -> Authenticator:
    return Authenticator(jwks(key), issuer="souk", audience="souk", clock=now.timestamp)


def test_the_gateway_reads_what_was_issued(key: SigningKey) -> None:
    grant = person("staff", "usr_anna", ["order:read", "order:write", "order:read"])
    token = issue(key, grant, timedelta(minutes=5), NOW)
    claims = dict(gateway(key).authenticate(f"Bearer {token}") or {})
    assert len(claims.pop("jti")) == 36
    assert claims == {
        "iss": "souk",
        "aud": "souk",
        "sub": "usr_anna",
        "kind": "staff",
        "roles": ["staff"],
        "scopes": ["order:read", "order:write"],
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 300,
    }
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": key.kid, "typ": "JWT"}


def test_a_service_token_says_on_whose_behalf_and_which_commands(key: SigningKey) -> None:
    grant = Grant("order", Kind.SERVICE, commands=("reserveStock",), on_behalf_of=CUSTOMER)
    claims = gateway(key).authenticate(f"Bearer {issue(key, grant, now=NOW)}")
    assert claims is not None
    assert (claims["sub"], claims["kind"]) == ("order", "service")
    assert (claims["commands"], claims["obo"]) == (["reserveStock"], CUSTOMER)
    assert (claims["roles"], claims["scopes"]) == ([], [])


def test_no_two_tokens_are_alike(key: SigningKey) -> None:
    admin = person("admin", None, ())
    assert issue(key, admin, now=NOW) != issue(key, admin, now=NOW)


def test_it_ends(key: SigningKey) -> None:
    token = issue(key, person("admin", None, ()), timedelta(seconds=10), NOW)
    assert gateway(key, NOW + timedelta(seconds=9)).authenticate(f"Bearer {token}") is not None
    with pytest.raises(Unauthenticated, match="expired"):
        gateway(key, NOW + timedelta(seconds=10)).authenticate(f"Bearer {token}")


def test_another_installations_token_is_refused(key: SigningKey, tmp_path: Path) -> None:
    token = issue(signing_key(tmp_path), person("admin", None, ()), now=NOW)
    with pytest.raises(Unauthenticated):
        gateway(key).authenticate(f"Bearer {token}")


@pytest.mark.parametrize(
    ("role", "subject", "grant"),
    [
        ("admin", None, Grant("admin", Kind.ADMIN, roles=("admin",))),
        ("staff", None, Grant("staff", Kind.STAFF, roles=("staff",))),
        ("customer", CUSTOMER, Grant(CUSTOMER, Kind.CUSTOMER, roles=("customer",))),
    ],
)
def test_who_a_person_is(role: str, subject: str | None, grant: Grant) -> None:
    assert person(role, subject, ()) == grant


@pytest.mark.parametrize(
    ("role", "subject", "scopes", "what"),
    [
        ("service", "order", (), "a service gets no token from the command line"),
        ("root", None, (), "root is not a role"),
        ("customer", None, (), "a customer's token needs the customer's id"),
        (
            "customer",
            "ord_01J8ZQ5W6X7Y8Z9ABCDEFGHJKM",
            (),
            "a customer's token needs the customer's id, and 'ord_01J8ZQ5W6X7Y8Z9ABCDEFGHJKM' "
            "is none",
        ),
        ("admin", None, ("order:read",), "a token for admin has no scopes"),
        ("customer", CUSTOMER, ("order:read",), "a token for customer has no scopes"),
        ("staff", None, ("order:own",), "'order:own' is not a scope"),
        ("staff", None, ("order:read", "*"), "'*' is not a scope"),
        ("staff", None, ("order:read\n",), "'order:read\\n' is not a scope"),
    ],
)
def test_who_gets_no_token(
    role: str, subject: str | None, scopes: tuple[str, ...], what: str
) -> None:
    with pytest.raises(Problem) as problem:
        person(role, subject, scopes)
    assert problem.value.what == what


def test_staff_with_a_customers_id() -> None:
    with pytest.raises(Problem, match="is a customer, and a token for staff is not theirs"):
        person("staff", "cus_01K66D8BS0GXJA7TMC2T87HKBP", [])
