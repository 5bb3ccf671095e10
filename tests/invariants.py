"""I1, I3, I4 and I8 of a world in memory, where `greenlane verify` asks PostgreSQL, Kafka and the rebuild. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from audit.examination import examine_all
from audit.story import Story, story_of
from audit.violation import Violation
from cases.turn import CaseView, WorkItem
from cases.views import view_of, work_of
from catalog.model import Definitions
from events.language.case_events import EventRecord
from store.database import Store


def view_equals_fold(
    definitions: Definitions, records: Sequence[EventRecord], view: CaseView | None, work: Sequence[WorkItem]
) -> list[Violation]:
    """I8: a case's row and its worklist, as stored, equal the fold of its ledger byte for byte."""
    return view_equals_story(story_of(definitions, records), view, work)


def view_equals_story(story: Story, view: CaseView | None, work: Sequence[WorkItem]) -> list[Violation]:
    """The same for a story that was told already."""
    case_id = story.case_id
    if not story.scenes:
        return [] if view is None and not work else [Violation("I8", case_id, None, "rows of a case without a ledger")]
    found = []
    if view is None or view.model_dump_json() != view_of(story.case).model_dump_json():
        found.append(Violation("I8", case_id, None, "the case's row differs from the fold of its ledger"))
    stored = {item.step_id: item.model_dump_json() for item in work}
    folded = {item.step_id: item.model_dump_json() for item in work_of(story.case)}
    differing = sorted(step for step in stored.keys() | folded.keys() if stored.get(step) != folded.get(step))
    found.extend(Violation("I8", case_id, None, f"the worklist differs at step {step}") for step in differing)
    return found


def acknowledged_once(acknowledged: Iterable[str], cases: Mapping[str, Sequence[str]]) -> list[Violation]:
    """I1: every acknowledged submission has exactly one case. `cases`: the case ids found for each submission."""
    return [
        Violation("I1", submission, None, f"{len(cases.get(submission, ()))} cases")
        for submission in dict.fromkeys(acknowledged)
        if len(cases.get(submission, ())) != 1
    ]


def outbox_on_topics(outbox: Iterable[str], topics: Iterable[str]) -> list[Violation]:
    """I3: after quiescence the ids in the outbox equal the ids on the topics. Repeated records are redeliveries."""
    sent, seen = set(outbox), set(topics)
    return [
        *(Violation("I3", event_id, None, "in the outbox, on no topic") for event_id in sorted(sent - seen)),
        *(Violation("I3", event_id, None, "on a topic, not in the outbox") for event_id in sorted(seen - sent)),
    ]


def first_occurrences_in_order(records: Iterable[tuple[str, int]]) -> list[Violation]:
    """I3: on one topic, the first occurrences of a case's events keep the ledger's order. Pairs of case and sequence."""
    latest: dict[str, int] = {}
    seen: set[tuple[str, int]] = set()
    found = []
    for case_id, number in records:
        if (case_id, number) in seen:
            continue
        seen.add((case_id, number))
        if number < latest.get(case_id, 0):
            found.append(Violation("I3", case_id, number, f"first seen after {latest[case_id]}"))
        latest[case_id] = max(number, latest.get(case_id, 0))
    return found


def effects_once(effects: Iterable[str]) -> list[Violation]:
    """I4: each outside effect happens once per key, whatever the attempts."""
    return [
        Violation("I4", key, None, f"happened {count} times") for key, count in Counter(effects).items() if count != 1
    ]


def effects_in(store: Store) -> list[Violation]:
    """I4: what the whole ledger has to say of effects that stand twice, or that no accepted command has."""
    return [one for part in examine_all(store, processes=1) for one in part.violations if one.invariant == "I4"]
