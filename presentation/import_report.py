"""The result of an import for people: its figures, and what was found wrong below them. Texts of the log are not shown."""

from __future__ import annotations

from collections.abc import Iterator

from audit.import_report import ImportReport
from presentation.blocks import Block, Grid, Tone, line, toned


def import_blocks(report: ImportReport) -> Iterator[Block]:
    """The figures, each finding, and the verdict."""
    figures = (
        ("cases closed", f"{report.closed:,} of {report.cases:,}"),
        ("decisions recorded", f"{report.decisions:,}"),
        ("lost / doubled / reordered", f"{report.lost:,} / {report.doubled:,} / {report.reordered:,}"),
        ("redelivered (allowed)", f"{report.redelivered:,}"),
        ("dead letters", f"{report.dead_letters:,}"),
        ("cases per second", f"{report.cases_per_s:.1f} ({report.elapsed_s:,.1f} s of driving)"),
        ("invariants violated", ", ".join(f"{name} {count}" for name, count in report.violations.items() if count)),
    )
    yield Grid([(label, figure or f"none of {', '.join(report.violations)}") for label, figure in figures])
    yield from (toned(Tone.WRONG, f"✗ {finding}") for finding in report.findings)
    if report.ok:
        yield toned(Tone.GOOD, "✓ every event of the log is one decision, in order")
    else:
        yield toned(Tone.WRONG, "✗ not everything is as it should be")
    if report.stalled:
        yield line("The same command continues where this one gave up.")
