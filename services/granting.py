"""What a service answers, for a door that speaks in errors: the value, or which rule refuses."""

from __future__ import annotations

from typing import Any, TypeVar

from cases.dossier.graph import GraphFault
from events.language.refusals import Refusal
from wording.errors import GreenlaneError
from wording.text import Bilingual

Answer = TypeVar("Answer")


class RefusedError(GreenlaneError):
    """The rules refuse it; carries the refusal's own code, and what of a dossier is at fault."""

    def __init__(self, refusal: Refusal, **at_fault: object) -> None:
        message, remedy = (Bilingual(text("en"), text("vi")) for text in (refusal.message, refusal.remedy))
        super().__init__(message, field=refusal.field or "", remedy=remedy)
        self.refusal = refusal
        self._at_fault = at_fault

    def as_json(self) -> dict[str, Any]:
        """The refusal's code in place of the class's."""
        return super().as_json() | {"code": self.refusal.code} | self._at_fault


def granted(answer: Answer | Refusal | GraphFault) -> Answer:
    """The value. Raises RefusedError for what the rules refuse."""
    if isinstance(answer, Refusal):
        raise RefusedError(answer)
    if isinstance(answer, GraphFault):
        at_fault: dict[str, object] = {"cycle": list(answer.cycle)} if answer.cycle else {}
        if answer.reference is not None:
            at_fault["reference"] = answer.reference
        raise RefusedError(answer.refusal, **at_fault)
    return answer
