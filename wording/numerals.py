"""Numbers as somebody typed them: where no number is asked for, what was typed is kept."""

from __future__ import annotations

from typing import Any, Self

from wording.json_text import DEPTH_MAX, is_exact


class TypedInteger(int):
    """A whole number that knows how it was written: `+84900000000` is no less than that."""

    typed: str

    def __new__(cls, typed: str) -> Self:
        """The number that the text says."""
        number = super().__new__(cls, typed)
        number.typed = typed
        return number


class TypedReal(float):
    """A decimal that knows how it was written: `12.10` is a house, and not the same as `12.1`."""

    typed: str

    def __new__(cls, typed: str) -> Self:
        """The number that the text says, as near as a number comes to it."""
        number = super().__new__(cls, typed)
        number.typed = typed
        return number


def as_typed(value: Any) -> Any:
    """A JSON-like value in which a number is one only where it says all that was typed; else it is the text."""
    return _as_typed(value, DEPTH_MAX)


def _as_typed(value: Any, depth_max: int) -> Any:
    # What lies deeper than anything that is read was not typed, and is left as it is.
    match value:
        case dict() if depth_max:
            return {key: _as_typed(inner, depth_max - 1) for key, inner in value.items()}
        case list() if depth_max:
            return [_as_typed(inner, depth_max - 1) for inner in value]
        case TypedInteger():
            return int(value) if str(int(value)) == value.typed else value.typed
        case TypedReal():
            is_whole = repr(float(value)) == value.typed and is_exact(float(value), value.typed)
            return float(value) if is_whole else value.typed
        case _:
            return value


def text_typed(value: Any) -> Any:
    """For a field that asks for a text: of a number that somebody typed the text; any other value as it is."""
    return value.typed if isinstance(value, TypedInteger | TypedReal) else value
