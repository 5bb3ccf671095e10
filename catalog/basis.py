"""What every definition of the catalogue is named and founded by: ids, texts in two languages, legal bases. Pure."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Self

from pydantic import StringConstraints, model_validator

from catalog.definition import Definition
from catalog.soundness import in_force, raise_if_unsound, validity_problems
from wording.text import LazyText, in_language

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$")]
PUBLIC_CALENDAR: Final = "vn-public"
"""The calendar of the public offices, which every definition means that names none."""
FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Text(Definition):
    """A text in the two languages of the province's screens."""

    vi: str
    en: str

    @classmethod
    def of(cls, text: LazyText) -> Self:
        """A text of ours in both languages."""
        return cls(vi=in_language(text, "vi"), en=str(text))

    def in_language(self, language: str) -> str:
        """The text in `vi` or `en`; any other language falls back to Vietnamese, the language of the law."""
        return self.en if language == "en" else self.vi


class LegalBasis(Definition):
    """Where a rule comes from, e.g. `{document: "54/2019/NĐ-CP", article: "11"}`, and who says that it says so."""

    document: str
    article: str | None = None
    note: str | None = None
    valid_from: date | None = None
    """The first day on which the text is in force; None: not stated."""
    valid_until: date | None = None
    """The last day; None: not stated, or still in force."""
    superseded_by: str | None = None
    """The document that replaces it, e.g. `118/2025/NĐ-CP`; while it is in force, the one that amends it."""
    verified: bool | None = None
    """Whether the words were read in the legal text; None: the definition's own mark says it for all its bases."""
    read_by: str | None = None
    """Who read it, and in what: a gazette, a codification, an unofficial copy."""

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        return raise_if_unsound(self, validity_problems(self.valid_from, self.valid_until))

    def __str__(self) -> str:
        return f"{self.document} art. {self.article}" if self.article else self.document

    def cited_on(self, day: date) -> str:
        """How it is cited on the day, in no language: what is superseded points to what came in its place."""
        return str(self) if self.in_force_on(day) or not self.superseded_by else f"{self} → {self.superseded_by}"

    def in_force_on(self, day: date) -> bool:
        """Whether the text is in force on the day, as far as its validity is stated; both ends are included."""
        return in_force(self.valid_from, self.valid_until, day)
