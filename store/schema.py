"""The whole schema: every table there is. Migrations create it; a test holds them to it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData

from store import proof_tables, record_tables, tables, vault_tables, view_tables

FILES: Final = (tables, view_tables, proof_tables, record_tables, vault_tables)
"""A table is known once its module is loaded: whoever needs them all takes the metadata from here."""
metadata: Final[MetaData] = tables.ledger.metadata
