"""Where the shipped catalogue and the calculator take something from, on a Vietnamese screen.

A source is one text, written once by whoever publishes. What is published never changes, so what was published in English
is known here, with its Vietnamese in the catalogue of texts; another is shown as it was written.
"""

from __future__ import annotations

import re
from typing import Final

from cases.calculator import Cited
from wording.text import LazyText, _p

_KNOWN: Final = frozenset(
    (
        _p("source", "0.4 of the limit, rounded up"),
        _p("source", "24 hours by the clock for the whole application: our setting"),
        _p(
            "source",
            "45/2020/NĐ-CP art. 11(4): notice of receipt or of correction within 8 working hours "
            "after the system received it",
        ),
        _p(
            "source",
            "61/2018/NĐ-CP art. 18, until 30/6/2025: within the working day; received after 15:00, "
            "at the start of the next one; 118/2025/NĐ-CP not read",
        ),
        _p(
            "source",
            "61/2018/NĐ-CP art. 19(4), until 30/6/2025: within 3 working days of receipt, unless the "
            "sector's law has its own; 118/2025/NĐ-CP not read",
        ),
        _p(
            "source",
            "Labour Code 2019 art. 105, 111, 112; yearly decisions of the Prime Minister, as "
            "reported by the press; sessions as in one-stop practice. 2027 is an estimate.",
        ),
        _p(
            "source",
            "NQ 80-NQ/TW of 7/1/2026 and NQ 30/NQ-CP: to amend Labour Code art. 112; the amended law is not confirmed",
        ),
        _p("source", "QĐ 20/2020/QĐ-TTg for the form; numbers are a draft"),
        _p("source", "UBND tỉnh Bắc Ninh 1/8/2025, by the press of 15/9 and 12/12/2025"),
        _p("source", "make-up Saturday for 2 January 2026 (press, 24h.com.vn 26/12/2025)"),
        _p("source", "make-up Saturday for 2 May 2025"),
        _p("source", "make-up Saturday for 31 August 2026"),
        _p("source", "no green lane yet"),
    )
)
_ARTICLE_SAID: Final = _p("of a law", "art.")
_ARTICLE: Final = re.compile(r"\bart\. ")


def source_json(source: str | Cited) -> str:
    """A source for machines: what the calculator cites is in both languages at once, with the articles behind."""
    if isinstance(source, str):
        return source
    return f"{source.document.said_in('vi')} / {source.document}{_articles_of(source, 'en')}"


def cited_text(source: Cited, language: str) -> str:
    """What the calculator cites, in the screen's language."""
    return f"{source.document.said_in(language)}{_articles_of(source, language)}"


def _articles_of(source: Cited, language: str) -> str:
    return f" {_ARTICLE_SAID.said_in(language)} {source.articles}" if source.articles else ""


def source_text(source: str, language: str) -> str:
    """A source of the catalogue in the screen's language."""
    if language == "en":
        return source
    known = LazyText(source, context="source")
    return known.said_in(language) if source in _KNOWN else _ARTICLE.sub(f"{_ARTICLE_SAID.said_in(language)} ", source)
