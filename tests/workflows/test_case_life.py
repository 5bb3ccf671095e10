"""The life of a case on Temporal: opened, decided, closed; each command once; each answer to who waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.turn import CaseView
from events.language.commands import Actor, ActorKind, CaseCommand, Outcome, PauseClock
from tests.builders import a_submission, an_answer
from tests.workflows.routes import FIVE_STEPS, five_steps
from tests.workflows.stage import Stage, decided_kinds, kinds
from workflows.mailbox import COMMANDS_MAX
from workflows.messages import LANE_ATTRIBUTE, STATUS_ATTRIBUTE, VIEW_QUERY

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_case_of_five_steps_costs_32_history_events(stage: Stage) -> None:
    """Start, five signals, six turns, one timer and the end: summaries and details add nothing."""
    case = await (await stage.open(five_steps())).opened()
    for step, department in FIVE_STEPS:
        assert (await case.send(an_answer(step, department, await stage.now()))).accepted
    result = await case.handle.result()
    assert (result.outcome, result.sequence) == ("issued", len(case.records))
    assert (case.names[0], case.names[-1]) == ("ApplicationSubmitted", "CaseClosed")
    history = await case.history()
    assert kinds(history) == {
        "execution_started": 1,
        "task_scheduled": 6,
        "task_started": 6,
        "task_completed": 6,
        "marker_recorded": 6,
        "timer_started": 1,
        "execution_signaled": 5,
        "execution_completed": 1,
    }
    assert len(history.events) == 32
    summaries = [event.user_metadata.summary.data for event in history.events]
    assert b"StepDecided" in summaries[10]


async def test_a_procedure_runs_its_steps_as_a_graph(stage: Stage) -> None:
    """Parallel steps may be answered in any order, and a step comes only after all that it needs."""
    case = await (await stage.open()).opened()
    for step, department in (
        ("intake", "one-stop"),
        ("fire", "police"),
        ("appraisal", "culture"),
        ("signing", "culture"),
    ):
        assert (await case.send(an_answer(step, department, await stage.now()))).accepted
    assert (await case.handle.result()).outcome == "issued"
    assert [event.step_id for event in case.events("StepAssigned")] == ["intake", "appraisal", "fire", "signing"]


async def test_a_refused_submission_leaves_no_workflow_behind(stage: Stage) -> None:
    """What the rules refuse at the door never becomes a case; its refusal is kept."""
    submission = a_submission(await stage.now(), documents=())
    case = await stage.open(submission=submission)
    result = await case.handle.result()
    assert (result.outcome, result.sequence) == (None, 0)
    outcome = case.outcome(submission)
    assert outcome is not None
    assert outcome.refusal is not None
    assert outcome.refusal.code == "documents_missing"


async def test_a_signal_counts_once_however_often_it_comes(stage: Stage) -> None:
    """Before its turn, after it, and from another way in."""
    case = await (await stage.open(five_steps())).opened()
    answer = an_answer("intake", "one-stop", await stage.now())
    for _ in range(3):
        await case.signal(answer)
    await case.settled(answer)
    await case.signal(answer)
    assert (await case.ask(answer)).accepted
    assert len(case.events("StepDecided")) == 1
    assert len(case.records) == stage.memory.views[case.case_id].sequence


async def test_an_update_gets_its_answer(stage: Stage) -> None:
    """Who waits learns that the command took effect."""
    case = await (await stage.open(five_steps())).opened()
    outcome = await case.ask(an_answer("intake", "one-stop", await stage.now()))
    assert outcome.accepted
    assert case.names[-1] == "StepAssigned"
    history = kinds(await case.quiet())
    assert (history["execution_update_accepted"], history["execution_update_completed"]) == (1, 1)


async def test_a_certain_no_leaves_no_trace(stage: Stage) -> None:
    """The validator refuses: no event in the history, nothing in the ledger or the inbox."""
    case = await (await stage.open(five_steps())).opened()
    before = decided_kinds(await case.quiet())
    answer = an_answer("intake", "police", await stage.now())
    refusal = await case.refused_early(answer)
    assert refusal.code == "wrong_department"
    assert refusal.details == {"step": "intake", "owner": "one-stop", "department": "police"}
    assert decided_kinds(await case.quiet()) == before
    assert case.outcome(answer) is None


async def test_a_no_that_was_not_certain_is_recorded(idle_stage: Stage) -> None:
    """Two answers on one step arrive together: the earlier one counts, the other is refused by the rules."""
    stage = idle_stage
    case = await stage.open(five_steps())
    now = await stage.now()
    first = an_answer("intake", "one-stop", now)
    second = an_answer("intake", "one-stop", now + timedelta(milliseconds=1), Outcome.REFUSE)
    await case.signal(first)
    async with stage.worker():
        outcome = await case.ask(second)
    assert outcome.refusal is not None
    assert outcome.refusal.code == "already_answered"
    assert case.outcome(second) == outcome
    assert [(c, n.command_id, n.step_id) for c, n in stage.memory.notices] == [
        (case.case_id, second.command_id, "intake")
    ]


async def test_a_signal_and_an_update_of_one_id_are_one_command(idle_stage: Stage) -> None:
    """Both in flight at once: one effect, and the update gets the answer."""
    stage = idle_stage
    case = await stage.open(five_steps())
    answer = an_answer("intake", "one-stop", await stage.now())
    await case.signal(answer)
    async with stage.worker():
        assert (await case.ask(answer)).accepted
        await case.signal(answer)
        assert (await case.ask(an_answer("appraisal", "culture", await stage.now()))).accepted
    assert len(case.events("StepDecided")) == 2


async def test_an_update_after_its_signal_was_refused_gets_the_same_answer(stage: Stage) -> None:
    """A refusal is remembered as well: asking again is answered, not decided again."""
    case = await (await stage.open(five_steps())).opened()
    answer = an_answer("appraisal", "culture", await stage.now())
    refused = await case.send(answer)
    assert refused.refusal is not None
    assert refused.refusal.code == "step_not_assigned"
    assert (await case.send(an_answer("intake", "one-stop", await stage.now()))).accepted
    assert await case.ask(answer) == refused


async def test_more_commands_than_a_turn_takes_are_all_settled(idle_stage: Stage) -> None:
    """A flood in one workflow task is cut into turns; nothing is dropped."""
    stage = idle_stage
    case = await stage.open(five_steps())
    now = await stage.now()
    flood: list[CaseCommand] = [
        an_answer("intake", "one-stop", now, command_id=f"flood-{number}") for number in range(COMMANDS_MAX + 10)
    ]
    for command in flood:
        await case.signal(command)
    async with stage.worker():
        outcomes = [await case.settled(command) for command in flood]
    assert [outcome.accepted for outcome in outcomes].count(True) == 1
    assert len(case.events("StepDecided")) == 1


async def test_status_is_shown_to_searches_when_it_changes(stage: Stage) -> None:
    """Set at the start without an event; one more event only for another status or lane."""
    case = await (await stage.open(five_steps())).opened()
    assert kinds(await case.quiet())["upsert_workflow_search_attributes"] == 0
    supervisor = Actor(kind=ActorKind.SUPERVISOR, id="office")
    pause = PauseClock(
        command_id="pause", received_at=await stage.now(), actor=supervisor, reason="court", legal_basis="form 05"
    )
    assert (await case.send(pause)).accepted
    history = kinds(await case.quiet())
    assert history["upsert_workflow_search_attributes"] == 1
    shown = (await case.handle.describe()).typed_search_attributes
    assert shown[STATUS_ATTRIBUTE] == "suspended"
    assert shown[LANE_ATTRIBUTE] == "standard"


async def test_the_view_tells_where_a_case_stands(stage: Stage) -> None:
    """The query answers with the row of the cases list."""
    case = await (await stage.open(five_steps())).opened()
    view = await case.handle.query(VIEW_QUERY, result_type=CaseView)
    assert view == stage.memory.views[case.case_id].model_copy(update={"dossier_code": view.dossier_code})
    assert view.holder == "one-stop"
