"""A state on its way into the next run: what would be too long for one of Temporal's payloads is packed."""

from __future__ import annotations

import base64
import lzma
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json, to_json

PLAIN_MAX_BYTES = 256 * 1024
"""What is shorter travels as it is, and can be read in Temporal's web pages."""
PACKED = "packed"
_PRESET = 1


def packed(state: dict[str, Any], shown: tuple[str, ...]) -> dict[str, Any]:
    """The state as it travels; fields that are `shown` can be read without unpacking.

    What makes a state long is said many times in it: the reason of a suspension stands at each of two hundred clocks, a step's
    name at the step and in the application. So what is left grows with what people wrote, which is bounded in the core.
    """
    written = to_json(state)
    if len(written) <= PLAIN_MAX_BYTES:
        return state
    short = base64.b64encode(lzma.compress(written, preset=_PRESET)).decode()
    return {name: state[name] for name in shown} | {PACKED: short}


def unpacked(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state as it was. Raises ValueError, lzma.LZMAError for what was never packed by `packed`."""
    short = state.get(PACKED)
    if short is None:
        return dict(state)
    found: dict[str, Any] = from_json(lzma.decompress(base64.b64decode(short)))
    return found
