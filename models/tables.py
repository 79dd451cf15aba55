"""The metadata that all tables share, read by the migrations, and the columns that recur."""

from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Integer, MetaData, Text
from sqlalchemy import Enum as EnumType

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    }
)

Time = DateTime(timezone=True)


def id_column() -> Column[str]:
    return Column("id", Text, primary_key=True)


def version_column() -> Column[int]:
    """Rises with every change; updates are conditional on it."""
    return Column("version", Integer, nullable=False, server_default="1")


def time_column(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Time, nullable=nullable)


def minor_units(name: str, *, nullable: bool = False, signed: bool = False) -> Column[int]:
    """An amount of money in minor units (cents); its currency stands in another column."""
    check = () if signed else (CheckConstraint(f"{name} >= 0", name=name),)
    return Column(name, BigInteger, *check, nullable=nullable)


def quantity(name: str) -> Column[int]:
    """A number of units, never negative: the database is the last to say so."""
    return Column(
        name,
        Integer,
        CheckConstraint(f"{name} >= 0", name=name),
        nullable=False,
        server_default="0",
    )


def state_column(enum: type[Enum], name: str = "status") -> Column[Any]:
    """A state of `enum`, stored by name as text with a check."""
    kind = EnumType(
        enum, native_enum=False, create_constraint=True, length=40, name=f"{name}_known"
    )
    return Column(name, kind, nullable=False)
