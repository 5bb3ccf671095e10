"""The ledger as XES: every event with all that it says, in words that a mining tool shows, and read again as the same cases."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from catalog.loader import load_catalog
from eventlog.fields import fields_of
from eventlog.own_logs import EVENT, OWN, SEQUENCE
from eventlog.procedure import derived_definitions
from eventlog.shown_events import Speech
from eventlog.xes_writing import XesWriter
from events.language.case_events import ApplicationSubmitted, EventRecord, StepDecided, event_types
from events.language.commands import Outcome
from tests.audit.test_imported_cases import NOW, ONE_STOP, lived
from tests.eventlog.kept_cases import a_case, kept_cases
from tests.eventlog.logs import a_read_log

NAMESPACE = "{http://www.xes-standard.org/}"
APPROVE, REFUSE = Outcome.APPROVE, Outcome.REFUSE
CASES = (
    a_case(1, ("intake", "one-stop", APPROVE), ("appraisal", "culture", APPROVE), ("fire", "police", APPROVE)),
    a_case(
        2, ("intake", "one-stop", APPROVE), ("appraisal", "culture", REFUSE), facts={"field": "culture", "rooms": 7}
    ),
    a_case(3),
    a_case(4, ("intake", "one-stop", REFUSE)),
)


def written(cases: Iterable[Sequence[EventRecord]], language: str = "en") -> bytes:
    """A log of these cases."""
    writer = XesWriter(Speech("vi" if language == "vi" else "en", lambda name: f"[{name}]"))
    return b"".join((writer.begin(), *(writer.trace(records) for records in cases), writer.end()))


def attributes(element: ElementTree.Element) -> dict[str, tuple[str, str]]:
    """Tag and value of each attribute, by key."""
    told = [each for each in element if each.tag not in (f"{NAMESPACE}event", f"{NAMESPACE}trace")]
    found = {each.get("key", ""): (each.tag.removeprefix(NAMESPACE), each.get("value", "")) for each in told}
    assert len(found) == len(told), "no key twice"
    return found


def test_every_event_stands_in_its_trace_in_the_order_of_the_ledger() -> None:
    """Of every kind that older programs left; what each says is there, typed, under a key of ours."""
    root = ElementTree.fromstring(written(kept_cases()))
    assert (root.tag, root.get("xes.version")) == (f"{NAMESPACE}log", "1849-2016")
    traces = root.findall(f"{NAMESPACE}trace")
    assert [attributes(trace)["concept:name"][1] for trace in traces] == [case[0].case_id for case in kept_cases()]
    kinds: set[str] = set()
    for trace, records in zip(traces, kept_cases(), strict=True):
        events = [attributes(event) for event in trace.findall(f"{NAMESPACE}event")]
        assert [event[SEQUENCE] for event in events] == [("int", str(record.sequence)) for record in records]
        for event, record in zip(events, records, strict=True):
            kinds.add(record.event.type)
            assert event[EVENT] == ("string", record.event.type)
            assert event["time:timestamp"] == ("date", record.at.isoformat())
            assert len(event["identity:id"][1]) == 36
            said = {key.removeprefix(OWN).partition(":")[0] for key in event if key.startswith(OWN)}
            holds = record.event.model_dump(mode="json", exclude_none=True)
            assert {field.name for field in fields_of(type(record.event)) if _at(holds, field.path)} <= said
    assert len(kinds) > 30


def _at(said: object, path: tuple[str, ...]) -> object:
    for name in path:
        said = said.get(name) if isinstance(said, dict) else None
    return said


def test_no_field_has_the_name_of_what_every_event_says_of_itself() -> None:
    """Else one of the two would be lost."""
    reserved = {"event", "event_id", "sequence", "engine_at", "command_id", "assurance", "case_id"}
    for model in event_types():
        names = [field.name for field in fields_of(model)]
        assert len(names) == len(set(names))
        assert not reserved.intersection(names) or model.__name__ in ("ApplicationReleased", "ApplicationEnded")


def test_steps_are_named_and_have_a_life_of_their_own() -> None:
    """A step by its name, whatever else happened by that; who did it stands where mining tools look for it."""
    root = ElementTree.fromstring(written([CASES[1]], "vi"))
    events = [attributes(event) for event in root.iter(f"{NAMESPACE}event")]
    told = [(event["concept:name"][1], event["lifecycle:transition"][1]) for event in events]
    assert ("[ApplicationSubmitted]", "complete") in told
    steps = [(name, state) for name, state in told if not name.startswith("[")]
    assert [state for name, state in steps if name == steps[0][0]] == ["start", "complete"]
    refusal = next(event for event in events if event.get("greenlane:outcome") == ("string", "refuse"))
    assert (refusal["org:group"][1], refusal["org:role"][1]) == ("culture", "department")
    assert refusal["greenlane:reason"][1] == 'no\tfire <exit> & "no" light\nat night'
    trace = next(root.iter(f"{NAMESPACE}trace"))
    assert attributes(trace)["greenlane:facts:rooms"] == ("int", "7")
    assert attributes(trace)["greenlane:outcome"] == ("string", "refused")


def test_what_xml_cannot_hold_is_replaced_and_never_breaks_the_file() -> None:
    """Controls and halves of surrogate pairs; the rest of the text stays."""
    record = next(record for record in CASES[3] if isinstance(record.event, StepDecided))
    strange = record.model_copy(
        update={"event": record.event.model_copy(update={"reason": "a\x00\x1b\ufffe]]>&lt;\u2028b"})}
    )
    event = next(ElementTree.fromstring(written([(strange,)])).iter(f"{NAMESPACE}event"))
    assert attributes(event)["greenlane:reason"][1] == "a\ufffd\ufffd\ufffd]]>&lt;\u2028b"


# ---- read again


Told = tuple[str, tuple[tuple[str, str, str, str], ...]]


def told_of(records: Sequence[EventRecord]) -> Told:
    """What makes two cases the same for an import: the application, and the steps as they were decided, by whom and when."""
    submitted = records[0].event
    assert isinstance(submitted, ApplicationSubmitted)
    seen: Counter[str] = Counter()
    steps = []
    for event in (record.event for record in records):
        if isinstance(event, StepDecided):
            seen[event.step_id] += 1
            step_id = event.step_id if seen[event.step_id] == 1 else f"{event.step_id}.{seen[event.step_id]}"
            outcome = event.data.get("outcome", event.outcome)
            at = event.data.get("logged_at") or event.decided_at.isoformat().replace("+00:00", "Z")
            steps.append((step_id, event.department, str(outcome), at))
    return submitted.application.application_id, tuple(steps)


def imported(folder: Path, log: bytes) -> list[tuple[EventRecord, ...]]:
    """The cases that the core makes of a log, by the messages that the senders of an import send."""
    file = folder / "own.xes.gz"
    file.write_bytes(gzip.compress(log))
    with a_read_log(folder, file) as read:
        definitions = derived_definitions(read.key, load_catalog(), ONE_STOP, NOW.date())
        lives = []
        for page in read.index.pages():
            decisions = read.index.decisions(page[0].position, page[-1].position)
            for trace in page:
                steps = sorted(decisions.get(trace.position, {}).values(), key=lambda step: step.event)
                lives.append(tuple(lived(read, definitions, trace, steps).records))
        return lives


def test_our_log_read_again_gives_the_same_cases(tmp_path: Path) -> None:
    """And those written and read once more, give them again: nothing grows, nothing is lost."""
    first = imported(tmp_path, written(CASES))
    assert [told_of(records) for records in first] == [told_of(records) for records in CASES]
    ends = [records[-1].event for records in first]
    assert [getattr(end, "outcome", None) for end in ends] == ["issued", "refused", "issued", "refused"]
    second = imported(tmp_path, written(first, "vi"))
    assert [told_of(records) for records in second] == [told_of(records) for records in CASES]
    procedures = {event.data["procedure"] for records in second for event in _decided(records)}
    assert procedures == {"karaoke"}


def _decided(records: Sequence[EventRecord]) -> list[StepDecided]:
    return [record.event for record in records if isinstance(record.event, StepDecided)]


def test_what_the_application_said_goes_with_it(tmp_path: Path) -> None:
    """Under names that no lane asks for, with what its case was."""
    file = tmp_path / "own.xes"
    file.write_bytes(written(CASES))
    with a_read_log(tmp_path, file) as read:
        trace = read.index.trace(2)
    assert trace is not None
    facts = json.loads(trace.submission)["facts"]
    assert (facts["trace_field"], facts["trace_rooms"]) == ("culture", "7")
    assert (facts["trace_procedure"], facts["trace_case_id"]) == ("karaoke", CASES[1][0].case_id)


def test_cases_of_older_programs_are_read_again_too(tmp_path: Path) -> None:
    """Reassigned, restarted, consulted, breached: the decisions are played, the rest is counted and set aside."""
    cases = kept_cases()
    again = imported(tmp_path, written(cases))
    by_id = Counter(told_of(records)[0] for records in cases)
    unique = [told_of(records) for records in cases if by_id[told_of(records)[0]] == 1]
    assert [told[1] for told in map(told_of, again)] == [told_of(records)[1] for records in cases]
    assert set(unique) <= {told_of(records) for records in again}
    assert len({told_of(records)[0] for records in again}) == len(cases)


def test_what_is_set_aside_is_counted(tmp_path: Path) -> None:
    """In the summary; what is not decided again needs no name, no group, and no room."""
    file = tmp_path / "own.xes"
    file.write_bytes(written(CASES))
    with a_read_log(tmp_path, file) as read:
        summary = read.index.summary
    decided = sum(isinstance(record.event, StepDecided) for records in CASES for record in records)
    assert (summary.traces, summary.events) == (4, decided)
    assert summary.events_set_aside == sum(map(len, CASES)) - decided
    assert (summary.events_without_group, summary.empty_traces, summary.attributes_left_out) == (0, 1, 0)


@pytest.mark.parametrize("steps", [6, 2000])
def test_a_case_of_many_events_is_no_trace_too_long(tmp_path: Path, steps: int) -> None:
    """The most steps that a case may have is counted in decisions, of which each has several events around it."""
    records = CASES[3]
    place = next(number for number, record in enumerate(records) if isinstance(record.event, StepDecided))
    many = (*records[:place], *records[:1] * (3 * steps), *records[place:])
    file = tmp_path / "own.xes"
    file.write_bytes(written([many]))
    with a_read_log(tmp_path, file) as read:
        assert read.index.summary.events == 1
