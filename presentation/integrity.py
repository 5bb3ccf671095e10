"""What a verification found, and what a rebuild found and did: for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from audit.rebuilding import Rebuilt
from audit.verification_report import PersonalTally, ReplayTally, VerificationReport
from audit.violation import Violation
from events.language.identity import CASE_REFERENCE_PATTERN
from presentation.blocks import Block, Line, Tone, dim, line, table_of, toned
from presentation.words.words import Words
from wording.text import LazyText, _, _n, in_language


def finding_line(finding: Violation) -> str:
    """A finding in the auditor's own words, which are English: for programs, and on an English screen."""
    # Of a whole case these two have always said `event None`: programs read it so.
    at_event = finding.sequence is not None or finding.invariant in ("I5", "I14")
    place = f"{finding.case_id} event {finding.sequence}" if at_event else finding.case_id
    return f"{finding.invariant}: {place}{' ' if finding.goes_on else ': '}{finding.message}"


def finding_text(finding: Violation, words: Words) -> str:
    """A finding on the screen: where it is, and how it differs; in Vietnamese with the rule in words."""
    if words.language == "en":
        return finding_line(finding)
    return f"{words.named('invariant', finding.invariant)}: {_fault(finding, words)}"


def _fault(finding: Violation, words: Words) -> str:
    """Where it is and how it differs; what nobody translated is told by its place alone."""
    place = in_language(finding.case_id, words.language)
    if finding.sequence is not None:
        place = words(_("{stream}, event {event}"), stream=place, event=finding.sequence)
    if not _is_said_in(finding, words.language):
        return words(_("wrong at {place}"), place=place)
    return f"{place}{' ' if finding.goes_on else ': '}{in_language(finding.message, words.language)}"


def _is_said_in(finding: Violation, language: str) -> bool:
    return language == "en" or isinstance(finding.message, LazyText)


def _first_shown(fault: Violation, words: Words) -> Block:
    said = _fault(fault, words)
    heading = _("What differs first: {fault}") if fault.sequence is None else _("First event that differs: {fault}")
    return line(toned(Tone.WRONG, words(heading, fault=said)))


def _first_fault(fault: Violation | None) -> dict[str, Any] | None:
    """Which stream and event differs first, and how; no `case_id`: it is about no stream, and `what` names what it is about."""
    if fault is None:
        return None
    in_a_stream = CASE_REFERENCE_PATTERN.fullmatch(fault.case_id) is not None
    subject = None if fault.sequence is None else f"event {fault.sequence}"
    if not in_a_stream:
        subject = fault.case_id
    what = fault.message if subject is None else f"{subject}{' ' if fault.goes_on else ': '}{fault.message}"
    return {"case_id": fault.case_id if in_a_stream else None, "sequence": fault.sequence, "what": what}


def verification_json(report: VerificationReport) -> dict[str, Any]:
    """The answer of `verify --json`."""
    body = {"ok": report.ok, "cases": report.cases, "events": report.events, "violations": report.violations}
    reach = report.witnessed
    witnessed = None if reach is None else {"number": reach.number, "events": reach.events}
    body |= {"witness": report.witness, "witnessed": witnessed}
    body |= {"first_fault": _first_fault(report.first_fault)}
    body |= {"checkpoints": report.checkpoints, "unsigned": report.unsigned}
    body |= {"warnings": ["torn_line"]} if report.torn else {}
    body |= {"older_events": report.older} if report.older else {}
    body |= _replays_json(report.replays)
    body |= {} if report.personal is None else {"personal": asdict(report.personal)}
    body |= {"unseen": report.unseen} if report.unseen else {}
    return body if report.ok else body | {"findings": [finding_line(finding) for finding in report.findings]}


def _replays_json(replays: ReplayTally | None) -> dict[str, Any]:
    if replays is None:
        return {}
    body: dict[str, Any] = {"histories": replays.replayed, "histories_left_out": replays.left_out}
    return body if replays.seed is None else body | {"sample_seed": replays.seed}


def verification_screen(report: VerificationReport, words: Words) -> Iterator[Block]:
    """What differs first, one line an invariant, each finding, and what follows."""
    if report.first_fault is not None:
        yield _first_shown(report.first_fault, words)
    table = table_of(None, words(_("Invariant")), words(_("Violations")))
    for name, count in report.violations.items():
        named = line(words.named("invariant", name), " ", dim(f"({name})"))
        table.add(named, _count(count))
    yield table
    yield from (_wrong(finding_text(finding, words)) for finding in report.findings)
    if not all(_is_said_in(finding, words.language) for finding in report.findings):
        yield line(words(_("Each in detail above.")))
    counts = _counts(report.cases, report.events)
    findings = _n("{count} finding", "{count} findings", sum(count or 0 for count in report.violations.values()))
    yield line(
        words(_("{cases}, {events}: all is well."), **counts)
        if report.ok
        else words(_("{cases}, {events}: {findings}."), findings=findings, **counts)
    )
    of_persons = () if report.personal is None else _of_persons(report.personal)
    yield from (line(words(remark)) for remark in (*_remarks(report), *of_persons))


def _remarks(report: VerificationReport) -> Iterator[LazyText]:
    """What was left out of the verification, and against what the past was held: of what nothing can be said."""
    if report.older:
        yield _n(
            "Of these, {count} event was decided by an older version under its own rules: checked, not decided again.",
            "Of these, {count} events were decided by an older version under its own rules: checked, not decided again.",
            report.older,
        )
    if report.replays is not None:
        yield from _of_replays(report.replays)
    if "vault" in report.unseen:
        yield _("The vault was not looked into: this account may not see persons.")
    if report.unsigned and report.checkpoints:
        yield _n(
            "{count} event is signed by no checkpoint yet.",
            "{count} events are signed by no checkpoint yet.",
            report.unsigned,
        )
    if report.torn:
        yield _("The last line of the file was never written to its end, as after a power cut: left out.")
    if report.nothing_new:
        yield _("Nothing came since the last checkpoint: no case was folded, none decided again.")
    if report.unseen_signatures:
        yield _n(
            "The signature of {count} checkpoint was not looked at: its public key is not known here; give it with --key.",
            "The signatures of {count} checkpoints were not looked at: their public key is not known here; give it with --key.",
            report.unseen_signatures,
        )
    if report.witnessed is not None and report.witnessed.beyond:
        yield _n(
            "What left the house reaches to checkpoint {number}: the last event is held against the database alone.",
            "What left the house reaches to checkpoint {number}: the last {count} events are held against the database alone.",
            report.witnessed.beyond,
            number=report.witnessed.number,
        )
    if report.witness == "database":
        yield _(
            "Held against the database alone: whether it was rolled back, or its signing key replaced, "
            "only checkpoints that left the house can show."
        )


def _of_replays(replays: ReplayTally) -> Iterator[LazyText]:
    """How many histories were replayed, by which draw, and of how many runs there is none."""
    if replays.seed is None:
        yield _n(
            "{count} workflow history was replayed.", "{count} workflow histories were replayed.", replays.replayed
        )
    else:
        yield _(
            "{histories} workflow histories were replayed: the newest, and others drawn by the seed {seed}.",
            histories=replays.replayed,
            seed=replays.seed,
        )
    if replays.left_out:
        yield _n(
            "Of {count} run the history could not be stored.",
            "Of {count} runs the history could not be stored.",
            replays.left_out,
        )


def _of_persons(personal: PersonalTally) -> Iterator[LazyText]:
    """How much was searched for values of persons, and what was not."""
    yield _n(
        "{count} text was searched for what the vault holds of persons.",
        "{count} texts were searched for what the vault holds of persons.",
        personal.texts,
    )
    if personal.ordinary:
        yield _n(
            "{count} spelling of a name was not looked for: it is also a word of the catalogue.",
            "{count} spellings of names were not looked for: they are also words of the catalogue.",
            personal.ordinary,
        )
    if personal.letters_in_clear:
        yield _n(
            "{count} dead letter of an older version lies in clear until its time on the topic is over.",
            "{count} dead letters of an older version lie in clear until their time on the topic is over.",
            personal.letters_in_clear,
        )


def _counts(cases: int, events: int) -> dict[str, LazyText]:
    return {
        "cases": _n("{count} case", "{count} cases", cases),
        "events": _n("{count} event", "{count} events", events),
    }


def _count(count: int | None) -> str | Line:
    """How often an invariant is violated; a dash: it was not asked."""
    if count is None:
        return dim("–")
    return toned(Tone.LATE, str(count)) if count else toned(Tone.GOOD, "0")


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
    differences = _n("{count} difference", "{count} differences", len(report.differences))
    counts = _counts(report.cases, report.events)
    yield line(words(_("{cases}, {events} folded again: {differences}."), differences=differences, **counts))
    if rebuilt.mended:
        yield line(words(_("They were put right.")))


def _wrong(text: str) -> Block:
    return line(toned(Tone.WRONG, "✗"), f" {text}")
