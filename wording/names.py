"""Names and ids that are compared, hashed or become topics: one form from the way in on."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from wording.foreign import is_plain


def normal(name: str) -> str:
    """The name in NFC without outer blanks. Raises ValueError where it holds a control or an invisible character."""
    found = unicodedata.normalize("NFC", name).strip()
    if not is_plain(found):
        raise ValueError("a control or an invisible character")
    return found


Name = Annotated[str, AfterValidator(normal)]
"""For fields of models; put it before the bounds on length and pattern, so that they are of the normal form."""
