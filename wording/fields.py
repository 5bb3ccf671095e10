"""Names and texts as fields of models: pydantic's part of `wording.names`."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from wording.names import normal, tidy

CONTROL = "control_character"
"""The kind of pydantic's finding where a name holds what nobody sees."""


def _name(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return normal(value)
    except ValueError as error:
        raise PydanticCustomError(CONTROL, "A name holds {why}", {"why": str(error)}) from None


NORMAL: Final = BeforeValidator(_name)
"""For fields of models; put it behind the bounds on length and pattern, so that they are of the normal form."""
TIDY: Final = BeforeValidator(lambda value: tidy(value) if isinstance(value, str) else value)
"""For texts that are compared though they are no names, as facts are; put it behind the bounds too."""
Name = Annotated[str, NORMAL]
