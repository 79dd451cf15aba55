"""Strategies for what the platform's scalars look like, valid and of every size."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from graphql import StringValueNode, ValueNode
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from models.money import MINOR_DIGITS


def _literal(text: str) -> ValueNode:
    return StringValueNode(value=text)


def _moment(moment: datetime) -> str:
    return moment.isoformat()


MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001  the strategy adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001  the strategy adds the zone
    timezones=st.just(UTC),
)
SCALARS: Mapping[str, SearchStrategy[ValueNode]] = {
    "Decimal": st.decimals(
        min_value=Decimal(-(10**15)), max_value=Decimal(10**15), allow_nan=False
    ).map(lambda number: _literal(format(number, "f"))),
    "DateTime": MOMENTS.map(lambda moment: _literal(_moment(moment))),
    "Date": st.dates().map(lambda day: _literal(day.isoformat())),
    "CurrencyCode": st.sampled_from(sorted(MINOR_DIGITS)).map(_literal),
}
