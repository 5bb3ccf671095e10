"""The page of a bundle: the whole report in Vietnamese, then in English. It runs no script and asks no address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from audit.proof.bundle import Page
from catalog.catalogue import Catalog
from presentation.evidence.html import block_html
from presentation.evidence.report import report_blocks, title_of
from presentation.moments import Moments
from presentation.names import Names
from presentation.words.words import Words
from services.exports import Narrative
from wording.foreign import in_xml

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""Whatever the page holds, a browser runs and fetches nothing."""
STYLE: Final = """
@page { size: A4; margin: 16mm 14mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); } }
body { font: 10.5pt/1.45 "Be Vietnam Pro", "Noto Sans", "Segoe UI", Roboto, Arial, sans-serif; color: #111;
  max-width: 60rem; margin: 1rem auto; padding: 0 1rem; }
h1 { font-size: 1.5em; } h2 { font-size: 1.2em; border-bottom: 1px solid #999; } h3 { font-size: 1.05em; margin: .4em 0; }
h1, h2, h3, caption, thead { break-after: avoid; } p { orphans: 3; widows: 3; }
table { border-collapse: collapse; width: 100%; margin: .8em 0; }
caption { text-align: left; font-weight: bold; padding: .3em 0; }
th, td { border: 1px solid #bbb; padding: .25em .5em; text-align: left; vertical-align: top; }
body { overflow-wrap: break-word; } .long { overflow-wrap: anywhere; }
thead { display: table-header-group; } th { background: #eee; white-space: nowrap; } tr { break-inside: avoid; }
table:not(:has(tr:nth-child(7))) { break-inside: avoid; }
.facts td { border: 0; } .facts td:first-child { width: 14rem; }
section { border: 1px solid #999; padding: .4em .8em; margin: .8em 0; break-inside: avoid; }
article + article { break-before: page; border-top: 3px double #555; margin-top: 2rem; }
.strong, .best, .late { font-weight: bold; } .dim { color: #555; } .late, .wrong { color: #a00; } .good, .best { color: #060; }
.near { color: #850; } .going { color: #046; } .other { color: #606; }
@media print { body { max-width: none; margin: 0; padding: 0; } article + article { border: 0; margin: 0; } }
"""


def evidence_page(narrative: Narrative, moments: Iterable[Moments]) -> Page:
    """The page, with one part for each language of the moments, in their order."""
    parts = tuple(moments)
    first = parts[0]
    head = (
        f'<html lang="{first.words.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{in_xml(title_of(narrative, first))}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )
    return Page(head + "\n".join(_article(narrative, each) for each in parts) + "\n", "\n</body>\n")


def _article(narrative: Narrative, moments: Moments) -> str:
    body = "\n".join(
        f"<h2>{in_xml(heading)}</h2>\n" + "\n".join(block_html(block) for block in blocks if block is not None)
        for heading, blocks in report_blocks(narrative, moments)
    )
    title = in_xml(title_of(narrative, moments))
    return f'<article lang="{moments.words.language}">\n<h1>{title}</h1>\n{body}\n</article>'


def in_each_language(moments: Moments, catalog: Catalog) -> tuple[Moments, ...]:
    """The moments in Vietnamese, the language of the law, and in English."""
    words = map(Words, ("vi", "en"))
    return tuple(replace(moments, words=each, texts={}, known=Names(each, catalog)) for each in words)
