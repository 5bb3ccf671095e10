"""Which texts can be kept: PostgreSQL stores no NUL, and half a surrogate pair is no Unicode text at all."""

from __future__ import annotations

import json
from typing import Any


def is_storable(value: Any) -> bool:
    """Whether all texts in a JSON-like value, keys too, can be stored and sent. One that cannot would stop its case."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:
        return False
    return "\\u0000" not in text.replace("\\\\", "")
