"""Whether all that is kept is what the ledger says, on a screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audit.rebuilding import Rebuilt
from audit.verification import VerificationReport
from presentation.blocks import Block, Tone, dim, line, table_of, toned
from presentation.words.words import Words

WRONG: Final = toned(Tone.WRONG, "✗")
_FINDING: Final = re.compile(r"^(?P<invariant>I\d+): (?P<stream>\S+?)(?: event (?P<event>\d+))?(?:[: ].*)?$", re.DOTALL)


def finding_text(finding: str, words: Words) -> str:
    """A finding on the screen. The auditor's own words are English; in Vietnamese it says which rule is broken, and where."""
    found = _FINDING.match(finding)
    if words.language == "en" or found is None:
        return finding
    place = found["stream"]
    if found["event"] is not None:
        place = words("finding_event", stream=place, event=found["event"])
    return words("finding", invariant=words.named("invariant", found["invariant"]), place=place)


def verification_screen(report: VerificationReport, words: Words) -> Iterator[Block]:
    """Each rule with how often it is broken, each finding, and the verdict."""
    table = table_of(None, words("invariant"), words("violations"))
    for name, count in report.violations.items():
        named = line(words.named("invariant", name), " ", dim(f"({name})"))
        table.add(named, toned(Tone.LATE if count else Tone.GOOD, str(count)))
    yield table
    for finding in report.findings:
        yield line(WRONG, " ", finding_text(finding, words))
    if report.findings and words.language == "vi":
        yield line(words("findings_in_english"))
    counts = {"cases": report.cases, "events": report.events}
    findings = sum(report.violations.values())
    yield line(words("all_well", **counts) if report.ok else words("not_all_well", findings=findings, **counts))
    if report.older:
        yield line(words("not_decided_again", events=report.older))


def rebuild_screen(rebuilt: Rebuilt, words: Words) -> Iterator[Block]:
    """Each difference, and what was done about them."""
    report = rebuilt.report
    for difference in report.differences:
        yield line(WRONG, f" {difference.case_id}: {words.named('difference', difference.what)}")
    counts = {"cases": report.cases, "events": report.events, "differences": len(report.differences)}
    yield line(words("rebuilt", **counts))
    if rebuilt.mended:
        yield line(words("replaced"))
