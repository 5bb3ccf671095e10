"""The report of a run of the sandbox, for people: case by case, rule by rule, and each fault with what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.conformance.rehearsals import Rehearsal
from audit.conformance.report import ConformanceReport, title_of
from audit.conformance.trial import TrialCase
from audit.conformance.verdicts import Fault, Rule
from presentation.blocks import Block, Inline, Line, Table, Tone, dim, table_of, toned, unbroken
from presentation.tones import lane_line
from presentation.troubles import FAULT, FINE, WARNING, trouble_lines
from presentation.words.words import Words
from wording.text import LazyText, _, _n, _p, in_language, layout

SIGNS: Final = {"ok": FINE, "failed": FAULT, "not_seen": dim("-")}
REHEARSALS: Final = {
    Rehearsal.REFUSAL: _("A refusal of its answer"),
    Rehearsal.SUPPLEMENT: _("The step again, after a supplement"),
    Rehearsal.CONSULTATION: _("An opinion for another department"),
    Rehearsal.LATE: _("A step that comes late"),
}
NOTHING: Final = layout("")
EXAMPLES_MAX: Final = 2
NO_FAULT: Final = _("nothing wrong")
NOT_SEEN: Final = _("did not come about")


def trial_screen(report: ConformanceReport, language: str) -> Iterator[Block | None]:
    """Case by case, rule by rule, and each fault with what mends it."""
    yield from (_cases(report, language), _rules(report, language), _rehearsals(report, language))
    yield from _faults(report, language)
    for case_id, text in report.hitches.items():
        hitch = _("Not the program's fault: {case_id}: {text}", case_id=case_id, text=text)
        yield from trouble_lines(WARNING, in_language(hitch, language))
    for remark in _remarks(report):
        yield unbroken(in_language(remark, language))
    yield _verdict(report, language)


def _words(language: str, *texts: LazyText) -> tuple[str, ...]:
    return tuple(in_language(text, language) for text in texts)


def _cases(report: ConformanceReport, language: str) -> Table:
    words = Words(language)
    headings = (
        *(_p("dossier", "Dossier"), _("Procedure"), _("Lane")),
        *(_p("number of", "Steps"), _p("answers", "Waiting"), _("Faults")),
    )
    title = _("What was sent as {source}", source=report.trial.source)
    table = table_of(in_language(title, language), *_words(language, *headings))
    for sent in report.trial.sent:
        own = [each for each in report.seen.assigned if each.case_id == sent.case_id]
        waits = sum(each.message_id in report.seen.given_up for each in own)
        faults = len(report.faults_of(sent.case_id))
        table.add(
            _case(report, sent),
            sent.name.in_language(language),
            lane_line(words, sent.lane),
            str(len(own)),
            _count(waits),
            _count(faults),
        )
    return table


def _count(number: int) -> Inline:
    return toned(Tone.LATE if number else None, str(number))


def _case(report: ConformanceReport, sent: TrialCase) -> str:
    return report.seen.code_of(sent.case_id) or sent.case_id


def _rules(report: ConformanceReport, language: str) -> Table:
    table = table_of(None, *_words(language, NOTHING, _p("program", "Rule"), _("Faults")))
    for rule in Rule:
        state = report.state_of(rule)
        count = sum(fault.rule is rule for fault in report.verdict.faults)
        if rule is Rule.ANSWERED and state == "failed":
            count = report.verdict.unanswered
        table.add(SIGNS[state], title_of(rule, language), "-" if state == "not_seen" else str(count))
    return table


def _rehearsals(report: ConformanceReport, language: str) -> Table | None:
    sent = [each for each in report.trial.sent if each.rehearsal is not None]
    if not sent:
        return None
    table = table_of(None, *_words(language, NOTHING, _("Situation"), _p("dossier", "Dossier"), NOTHING))
    for each in sent:
        faults = len(report.faults_of(each.case_id))
        missed = each in report.missed
        mark = SIGNS["failed" if faults else "not_seen" if missed else "ok"]
        outcome = NOT_SEEN if missed else NO_FAULT
        count = _n("{count} fault", "{count} faults", faults) if faults else outcome
        situation = in_language(REHEARSALS[each.rehearsal], language) if each.rehearsal else ""
        table.add(mark, situation, _case(report, each), in_language(count, language))
    return table


def _faults(report: ConformanceReport, language: str) -> Iterator[Line]:
    """Each kind of fault, with its first examples: what is wrong in the program is wrong in every case."""
    by_code: dict[str, list[Fault]] = {}
    for fault in report.verdict.faults:
        by_code.setdefault(fault.code, []).append(fault)
    for alike in by_code.values():
        for fault in alike[:EXAMPLES_MAX]:
            where = _place(report, fault) if fault.case_id else ""
            message, remedy = (in_language(text, language) for text in (fault.message, fault.remedy))
            yield from trouble_lines(FAULT, message, remedy, where=where)
        if more := alike[EXAMPLES_MAX:]:
            codes = ", ".join(dict.fromkeys(_place(report, fault) for fault in more))
            more_of_kind = _("and {count} more of this kind: {codes}", count=len(more), codes=codes)
            yield unbroken("  ", dim("…"), " ", in_language(more_of_kind, language))


def _place(report: ConformanceReport, fault: Fault) -> str:
    return (report.seen.code_of(fault.case_id) or fault.case_id) if fault.case_id else ", ".join(fault.places)


def _remarks(report: ConformanceReport) -> Iterator[LazyText]:
    department = report.trial.department
    if not report.seen.answers and report.seen.assigned:
        yield _(
            "Nothing at all came on the decisions topic of {department}. Does the program run, "
            "with the account that `greenlane access kafka {department}` gives, and does it read "
            "the work topic?",
            department=department,
        )
    if report.missed and report.seen.answers:
        yield _("What did not come about could not be judged: mend what is named above, and run the sandbox again.")


def _verdict(report: ConformanceReport, language: str) -> Line:
    verdict = report.verdict
    counts = _(
        "{count} cases, {seen_count} steps assigned, {answered} answered, {unanswered} "
        "unanswered, {late} answered late, {refused} message(s) refused, {elapsed:.0f} s",
        count=len(report.trial.sent),
        seen_count=len(report.seen.assigned),
        answered=verdict.answered,
        unanswered=verdict.unanswered,
        late=verdict.late,
        refused=verdict.refused,
        elapsed=report.elapsed.total_seconds(),
    )
    faults = len(verdict.faults)
    if report.interrupted:
        word, sign = _("stopped before it was done"), WARNING
    elif report.passed:
        word, sign = _("The program did everything right"), FINE
    elif faults:
        word, sign = _n("{count} fault of the program", "{count} faults of the program", faults), FAULT
    else:
        word, sign = _("Not everything could be judged"), FAULT
    return unbroken(sign, f" {in_language(word, language)}: {in_language(counts, language)}")
