"""Whatever is asked, the federation answers as one schema over the same data would."""

import asyncio
from typing import Any

from graphql import execute_sync, parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from gateway.gateway import GatewaySettings
from tests.gateway.shop import WHOLE, monolith, shop

REFERENCE = monolith()
INTERPRETED = shop(settings=GatewaySettings(compile_after=1_000_000))
COMPILED = shop(settings=GatewaySettings(compile_after=1))


def both(query: str, **variables: Any) -> tuple[Any, Any]:
    """Data and error places of the reference, then of the gateway."""
    expected = execute_sync(REFERENCE, parse(query), variable_values=variables)
    places = {tuple(error.path or ()) for error in expected.errors or ()}

    answer = asyncio.run(COMPILED.response(query, **variables))
    assert asyncio.run(INTERPRETED.response(query, **variables)) == answer
    found = {tuple(error.get("path", ())) for error in answer.errors}
    return (expected.data, places), (answer.data, found)


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(queries(WHOLE))
def test_generated_operations(query: str) -> None:
    expected, answer = both(query)
    assert answer == expected


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.booleans(), st.booleans(), st.integers(-1, 3) | st.none(), st.booleans())
def test_conditions_and_variables(
    first: bool, second: bool, count: int | None, express: bool
) -> None:
    expected, answer = both(
        """
        query ($first: Boolean!, $second: Boolean!, $count: Int = 1, $express: Boolean) {
          users(first: $count) {
            name @skip(if: $first)
            latest: reviews(first: $count) @include(if: $second) {
              id
              about { __typename ...Shipped @skip(if: $first) ... on Film { minutes } }
            }
            ... @include(if: $first) { email reviews { stars(scale: $count) author { name } } }
          }
          ... on Query @skip(if: $second) { items { __typename title } }
        }
        fragment Shipped on Book { id: title shipping(express: $express) price }
        """,
        first=first,
        second=second,
        count=count,
        express=express,
    )
    assert answer == expected
