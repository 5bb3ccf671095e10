"""What a sender may write into a field: names in one form, numbers within bounds, and what was typed kept.

For what comes in only. Events and commands keep wider types: what a ledger holds from before must always be read again.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, StringConstraints
from pydantic_core import PydanticCustomError, PydanticKnownError

from events.language.commands import DeclaredStep, Message
from events.language.identity import APPLICATION_ID_PATTERN
from wording.fields import NORMAL, TIDY
from wording.numerals import as_typed, text_typed

FACT_MAX: Final = 10**15
"""The largest whole number that a fact may be: any amount of money or area."""
FACT_TEXT_MAX: Final = 200

AS_TYPED: Final = BeforeValidator(as_typed)
TEXT_TYPED: Final = BeforeValidator(text_typed)

GivenId = Annotated[str, StringConstraints(min_length=1, max_length=200), NORMAL, TEXT_TYPED]
"""The id or name of something: a step, a document."""
GivenApplicationId = Annotated[str, StringConstraints(pattern=APPLICATION_ID_PATTERN), TEXT_TYPED]
GivenText = Annotated[str, StringConstraints(max_length=300), TEXT_TYPED]


def _fact(value: Any) -> Any:
    """One finding for what is too large for a fact; the members of a union would each have one of their own."""
    fact = as_typed(value)
    if isinstance(fact, int | float) and abs(fact) > FACT_MAX:
        raise PydanticCustomError("fact_size", "A number in a fact is {most} at most", {"most": FACT_MAX})
    if isinstance(fact, str) and len(fact) > FACT_TEXT_MAX:
        raise PydanticCustomError(
            "fact_length", "A text in a fact has {most} characters at most", {"most": FACT_TEXT_MAX}
        )
    return fact


GivenFact = Annotated[
    bool
    | Annotated[int, Field(ge=-FACT_MAX, le=FACT_MAX)]
    | Annotated[str, StringConstraints(max_length=FACT_TEXT_MAX), TIDY],
    BeforeValidator(_fact),
]
GivenValues = Annotated[dict[str, JsonValue], AS_TYPED]


def _typed_fields(value: Any) -> Any:
    return {key: text_typed(part) for key, part in value.items()} if isinstance(value, dict) else value


def _in_one_form(step: DeclaredStep) -> DeclaredStep:
    normal = _GivenStep.model_validate(step.model_dump())
    return step.model_copy(update=normal.model_dump())


class _GivenStep(Message):
    id: GivenId
    name: Annotated[str, NORMAL]
    department: str


GivenStep = Annotated[DeclaredStep, BeforeValidator(_typed_fields), AfterValidator(_in_one_form)]
"""A step of the route that an application brings along."""


def at_most(count: int) -> BeforeValidator:
    """A bound on a list or a mapping that is asked before any of its parts is: a million wrong ones are one finding."""

    def bounded(value: Any) -> Any:
        if isinstance(value, list | tuple | dict) and len(value) > count:
            kind = "Dictionary" if isinstance(value, dict) else "Tuple"
            context = {"field_type": kind, "max_length": count, "actual_length": len(value)}
            raise PydanticKnownError("too_long", context)
        return value

    return BeforeValidator(bounded)


def case_named(value: Any) -> Any:
    """For a reference to a case: written somewhere else, it may have got blanks around it."""
    return value.strip() if isinstance(value, str) else value
