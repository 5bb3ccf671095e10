r"""The statements that stand as text: each has a name and a description in one of `store/sql/*.sql`.

They can be pasted into psql after each gap was given a value: `\set case_ids '''{C-1,C-2}'''`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

FOLDER: Final = Path(__file__).parent / "sql"
_BEGINNING: Final = re.compile(r"^-- ([a-z_]+) --\n", re.MULTILINE)
_COMMENT: Final = re.compile(r"^--.*\n", re.MULTILINE)
_GAP: Final = re.compile(r"(?<!:):([a-z_]+)")


def statements_in(name: str) -> Mapping[str, str]:
    """The statements of `store/sql/NAME.sql` by name, on one line, their gaps as psycopg has them."""
    _, *parts = _BEGINNING.split((FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
    return MappingProxyType({key: _of_driver(block) for key, block in zip(parts[::2], parts[1::2], strict=True)})


def _of_driver(block: str) -> str:
    # psycopg remembers how it has read a statement when that is at most 4096 characters long: indentation would cost that.
    line = " ".join(_COMMENT.sub("", block).split()).removesuffix(";")
    return _GAP.sub(r"%(\1)s", line)
