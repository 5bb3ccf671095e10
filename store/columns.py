"""What every table is made of: the metadata, and the columns that come again and again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, DateTime, MetaData, Text, func

VAULT = "vault"
"""The schema of all personal data: rights on it are granted apart, and it is the only one that may hold them."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def key(name: str) -> Column[str]:
    """A text that names the row."""
    return Column(name, Text, primary_key=True)


def text_of(name: str, *, null: bool = False) -> Column[str]:
    """A text; with `null`, perhaps none."""
    return Column(name, Text, nullable=null)


def instant(name: str, *, null: bool = False) -> Column[datetime]:
    """An instant (UTC)."""
    return Column(name, DateTime(timezone=True), nullable=null)


def written_at(name: str) -> Column[datetime]:
    """An instant of real time, given by the database: for operators, never for a rule."""
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())
