"""What an applicant wrote in his own words, as it is shown."""

from __future__ import annotations


class OwnTexts(dict[str, str]):
    """By the references that events hold; as far as it may be read."""

    was_erased: bool = False
    """Whether the applicant was erased: then nothing is left of it."""
