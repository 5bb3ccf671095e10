"""The whole schema: every table there is. Migrations create it; a test holds them to it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData

# A table is known once its module is loaded: whoever needs them all takes the metadata from here.
from store import columns

metadata: Final[MetaData] = columns.metadata
