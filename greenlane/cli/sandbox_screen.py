"""The report of a run of the sandbox, for people: case by case, rule by rule, and each fault with what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.markup import escape
from rich.table import Table

from audit.conformance.rehearsals import Rehearsal
from audit.conformance.report import ConformanceReport, title_of
from audit.conformance.trial import TrialCase
from audit.conformance.verdicts import Fault, Rule
from greenlane.cli.output import out, show, table_of
from greenlane.cli.styles import lane_markup
from presentation.words.words import Words
from wording.text import LazyText, _, _p, in_language, layout

MARKS: Final = {"ok": "[green]✓[/green]", "failed": "[bold red]✗[/bold red]", "not_seen": "[dim]-[/dim]"}
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


def shown(report: ConformanceReport, language: str) -> None:
    """Print it."""
    show(_cases(report, language), _rules(report, language), _rehearsals(report, language))
    _say_faults(report, language)
    for case_id, text in report.hitches.items():
        told = _("Not the program's fault: {case_id}: {text}", case_id=case_id, text=text)
        out.print(f"[yellow]![/yellow] {escape(in_language(told, language))}", soft_wrap=True)
    for remark in _remarks(report):
        out.print(in_language(remark, language), soft_wrap=True, markup=False)
    out.print(_verdict(report, language), soft_wrap=True)


def _words(language: str, *texts: LazyText) -> tuple[str, ...]:
    return tuple(in_language(text, language) for text in texts)


def _cases(report: ConformanceReport, language: str) -> Table:
    words = Words(language)
    headings = (
        _p("dossier", "Dossier"),
        _("Procedure"),
        _("Lane"),
        _p("number of", "Steps"),
        _p("answers", "Waiting"),
        _("Faults"),
    )
    title = _("What was sent as {source}", source=report.trial.source)
    table = table_of(in_language(title, language), *_words(language, *headings))
    for sent in report.trial.sent:
        own = [each for each in report.seen.assigned if each.case_id == sent.case_id]
        waits = sum(each.message_id in report.seen.given_up for each in own)
        faults = len(report.faults_of(sent.case_id))
        table.add_row(
            escape(_case(report, sent)),
            escape(sent.name.in_language(language)),
            lane_markup(words, sent.lane),
            str(len(own)),
            f"[bold red]{waits}[/bold red]" if waits else "0",
            f"[bold red]{faults}[/bold red]" if faults else "0",
        )
    return table


def _case(report: ConformanceReport, sent: TrialCase) -> str:
    return report.seen.code_of(sent.case_id) or sent.case_id


def _rules(report: ConformanceReport, language: str) -> Table:
    table = table_of(None, *_words(language, NOTHING, _p("program", "Rule"), _("Faults")))
    for rule in Rule:
        state = report.state_of(rule)
        count = sum(fault.rule is rule for fault in report.verdict.faults)
        if rule is Rule.ANSWERED and state == "failed":
            count = report.verdict.unanswered
        table.add_row(MARKS[state], title_of(rule, language), "-" if state == "not_seen" else str(count))
    return table


def _rehearsals(report: ConformanceReport, language: str) -> Table | None:
    sent = [each for each in report.trial.sent if each.rehearsal is not None]
    if not sent:
        return None
    table = table_of(None, *_words(language, NOTHING, _("Situation"), _p("dossier", "Dossier"), NOTHING))
    for each in sent:
        faults = len(report.faults_of(each.case_id))
        missed = each in report.missed
        mark = MARKS["failed" if faults else "not_seen" if missed else "ok"]
        told = NOT_SEEN if missed else NO_FAULT
        count = _("{faults} fault(s)", faults=faults) if faults else told
        situation = in_language(REHEARSALS[each.rehearsal], language) if each.rehearsal else ""
        table.add_row(mark, situation, escape(_case(report, each)), in_language(count, language))
    return table


def _say_faults(report: ConformanceReport, language: str) -> None:
    """Each kind of fault, with its first examples: what is wrong in the program is wrong in every case."""
    by_code: dict[str, list[Fault]] = {}
    for fault in report.verdict.faults:
        by_code.setdefault(fault.code, []).append(fault)
    for alike in by_code.values():
        for fault in alike[:EXAMPLES_MAX]:
            _say_fault(report, fault, language)
        if more := alike[EXAMPLES_MAX:]:
            codes = ", ".join(dict.fromkeys(_place(report, fault) for fault in more))
            told = _("and {count} more of this kind: {codes}", count=len(more), codes=codes)
            out.print(f"  [dim]…[/dim] {escape(in_language(told, language))}", soft_wrap=True)


def _place(report: ConformanceReport, fault: Fault) -> str:
    return (report.seen.code_of(fault.case_id) or fault.case_id) if fault.case_id else ", ".join(fault.places)


def _say_fault(report: ConformanceReport, fault: Fault, language: str) -> None:
    where = f"[bold]{escape(_place(report, fault))}[/bold] " if fault.case_id else ""
    out.print(f"[bold red]✗[/bold red] {where}{escape(in_language(fault.message, language))}", soft_wrap=True)
    out.print(f"  [green]→[/green] {escape(in_language(fault.remedy, language))}", soft_wrap=True)


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


def _verdict(report: ConformanceReport, language: str) -> str:
    found = report.verdict
    counts = _(
        "{count} cases, {seen_count} steps assigned, {answered} answered, {unanswered} "
        "unanswered, {late} answered late, {refused} message(s) refused, {elapsed:.0f} s",
        count=len(report.trial.sent),
        seen_count=len(report.seen.assigned),
        answered=found.answered,
        unanswered=found.unanswered,
        late=found.late,
        refused=found.refused,
        elapsed=report.elapsed.total_seconds(),
    )
    if report.interrupted:
        word = _("stopped before it was done")
        return f"[yellow]![/yellow] {in_language(word, language)}: {in_language(counts, language)}"
    faults = len(found.faults)
    if report.passed:
        word, mark = _("The program did everything right"), MARKS["ok"]
    elif faults:
        word, mark = _("{faults} fault(s) of the program", faults=faults), MARKS["failed"]
    else:
        word, mark = _("Not everything could be judged"), MARKS["failed"]
    return f"{mark} {in_language(word, language)}: {in_language(counts, language)}"
