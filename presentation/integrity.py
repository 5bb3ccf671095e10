"""What a verification found, and what a rebuild found and did: for people and for programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from audit.rebuilding import Rebuilt
from audit.verification import VerificationReport
from presentation.blocks import Block, Tone, dim, line, table_of, toned
from presentation.words.words import Words
from wording.text import _, _n

_FINDING: Final = re.compile(r"^(?P<invariant>I\d+): (?P<stream>\S+?)(?: event (?P<event>\d+))?(?:[: ].*)?$", re.DOTALL)


def finding_text(finding: str, words: Words) -> str:
    """A finding on the screen. The auditor's own words are English; in Vietnamese it says which rule is broken, and where."""
    found = _FINDING.match(finding)
    if words.language == "en" or found is None:
        return finding
    place = found["stream"]
    if found["event"] is not None:
        place = words(_("{stream}, event {event}"), stream=place, event=found["event"])
    return words(
        _("{invariant}: wrong at {place}"), invariant=words.named("invariant", found["invariant"]), place=place
    )


def verification_json(report: VerificationReport) -> dict[str, Any]:
    """The answer of `verify --json`."""
    body = {"ok": report.ok, "cases": report.cases, "events": report.events, "violations": report.violations}
    body |= {"older_events": report.older} if report.older else {}
    return body if report.ok else body | {"findings": report.findings}


def verification_screen(report: VerificationReport, words: Words) -> Iterator[Block]:
    """One line an invariant, each finding, and what follows."""
    table = table_of(None, words(_("Invariant")), words(_("Violations")))
    for name, count in report.violations.items():
        named = line(words.named("invariant", name), " ", dim(f"({name})"))
        table.add(named, toned(Tone.LATE, str(count)) if count else toned(Tone.GOOD, "0"))
    yield table
    yield from (_wrong(finding_text(finding, words)) for finding in report.findings)
    if report.findings and words.language == "vi":
        yield line(words(_("Each in detail above.")))
    counts = {"cases": report.cases, "events": report.events}
    found = _n("{count} finding", "{count} findings", sum(report.violations.values()))
    yield line(
        words(_("{cases} cases, {events} events: all is well."), **counts)
        if report.ok
        else words(_("{cases} cases, {events} events: {findings}."), findings=found, **counts)
    )
    if report.older:
        yield line(
            words(
                _(
                    "Of these, {events} events were decided by an older version under its own rules: "
                    "checked, not decided again."
                ),
                events=report.older,
            )
        )


def rebuilt_json(rebuilt: Rebuilt) -> dict[str, Any]:
    """The answer of `rebuild --json`."""
    report = rebuilt.report
    return {
        "ok": rebuilt.ok,
        "cases": report.cases,
        "events": report.events,
        "replaced": report.replaced,
        "differences": [{"case_id": d.case_id, "what": d.what} for d in report.differences],
    }


def rebuilt_screen(rebuilt: Rebuilt, words: Words) -> Iterator[Block]:
    """Each difference, and what became of them."""
    report = rebuilt.report
    for difference in report.differences:
        yield _wrong(f"{difference.case_id}: {words.named('difference', difference.what)}")
    found = _n("{count} difference", "{count} differences", len(report.differences))
    counts = {"cases": report.cases, "events": report.events, "differences": found}
    yield line(words(_("{cases} cases, {events} events folded again: {differences}."), **counts))
    if rebuilt.mended:
        yield line(words(_("They were put right.")))


def _wrong(text: str) -> Block:
    return line(toned(Tone.WRONG, "✗"), f" {text}")
