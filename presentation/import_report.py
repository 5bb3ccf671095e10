"""The result of an import for people: its figures, and what was found wrong below them. Texts of the log are not shown."""

from __future__ import annotations

from collections.abc import Iterator

from audit.import_report import ImportReport
from presentation.blocks import Block, Grid, Tone, line, toned
from presentation.words.words import Words
from wording.text import _


def import_blocks(report: ImportReport, words: Words) -> Iterator[Block]:
    """The figures, each finding (in the auditor's own words, which are English), and the verdict."""
    violated = ", ".join(f"{name} {count}" for name, count in report.violations.items() if count)
    none = words(
        _("none of {names}"), names=", ".join(n for n, count in report.violations.items() if count is not None)
    )
    pace = words(_("{pace:.1f} ({seconds:,.1f} s of driving)"), pace=report.cases_per_s, seconds=report.elapsed_s)
    figures = (
        (_("cases closed"), words(_("{closed:,} of {cases:,}"), closed=report.closed, cases=report.cases)),
        (_("decisions recorded"), f"{report.decisions:,}"),
        (_("lost / doubled / reordered"), f"{report.lost:,} / {report.doubled:,} / {report.reordered:,}"),
        (_("redelivered (allowed)"), f"{report.redelivered:,}"),
        (_("dead letters"), f"{report.dead_letters:,}"),
        (_("cases per second"), pace),
        (_("invariants violated"), violated or none),
    )
    yield Grid([(words(label), figure) for label, figure in figures])
    yield from (toned(Tone.WRONG, f"✗ {finding}") for finding in report.findings)
    if report.ok:
        yield toned(Tone.GOOD, "✓ ", words(_("every event of the log is one decision, in order")))
    else:
        yield toned(Tone.WRONG, "✗ ", words(_("not everything is as it should be")))
    if report.stalled:
        yield line(words(_("The same command continues where this one gave up.")))
