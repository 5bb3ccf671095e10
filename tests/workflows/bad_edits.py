"""Seeded bad edits of the workflows' source: each gives Temporal other commands than the history that it names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BadEdit:
    """One or more lines in place of others, indented as those are."""

    name: str
    seen_by: str
    """The stored history that no longer replays."""
    before: str
    after: str

    def __str__(self) -> str:
        return self.name


TURN = "await self._take_turn()"
AFTER = "await self._after_turn()"
ARM = "self._arm()"
SHOW = "self._show()\n"
RECORDED = "standing = await self._recorded(self.proposal_type(turn=turn, next_due_at=next_due_at))"
RECORD = "await run_local(self.record_activity, arguments, self.standing_type, summary)"
INVENTED = "standing = Standing(records=turn.records, outcomes=turn.outcomes, next_due_at=next_due_at)"
TAKEN = "if self._is_called or self._timer.has_reached(self._wakes_at):"
LOCAL = "result: T = await workflow.execute_local_activity("
TIMER = "self._task = asyncio.create_task(workflow.sleep(_delay_seconds(wakes_at), summary=summary))"
TOLD = 'if await run_local(REPORT_END, arguments, bool, f"end of {self._linked.name}") is not None:'
ORDERED = 'answers = await run_local(CARRY_OUT, [tuple(some)], Answers, f"{some[0].kind} {some[0].name} ...")'
OUTCOME = "await workflow.wait_condition(lambda: self._outcome(command) is not None)"
UPSERT = "workflow.upsert_search_attributes(changed)"
CONTINUED = "workflow.continue_as_new(args=args)"
WOKEN = (
    '"""Look what is due: an older program may have left the stream without a timer, or with one that is too late."""'
)
SLEEP = "await workflow.sleep(1)\n"

SWAPPED = (
    BadEdit(
        "what follows a turn comes before it",
        "dossier_granted.1",
        f"{TAKEN}\n    {TURN}\n{AFTER}",
        f"{AFTER}\n{TAKEN}\n    {TURN}",
    ),
    BadEdit(
        "the timer is armed before the turn",
        "refused_at_the_door.1",
        TURN,
        f"self._timer.arm(workflow.now(), 'due')\n{TURN}",
    ),
    BadEdit("the state is shown before the turn stands", "supplement_restart.1", RECORDED, SHOW + RECORDED),
    BadEdit(
        "an update waits for its turn before it is taken",
        "asked.1",
        "self.put(command)",
        f"{OUTCOME}\nself.put(command)",
    ),
    BadEdit(
        "a new timer starts before the old one is cancelled",
        "supplement_restart.1",
        f"if self._task is not None:\n    self._task.cancel()\nself._wakes_at = wakes_at\n{TIMER}",
        f"old = self._task\nself._wakes_at = wakes_at\n{TIMER}\nif old is not None:\n    old.cancel()",
    ),
)

DROPPED = (
    BadEdit("what follows a turn is left out", "dossier_granted.1", AFTER, "pass"),
    BadEdit("the dossier is not told", "linked.1", TOLD, "if True:"),
    BadEdit("the timer is never armed", "standard.1", ARM, "pass"),
    BadEdit("a timer that is too late runs on", "supplement_restart.1", "self._task.cancel()", "return"),
    BadEdit("a timer is left and not cancelled", "supplement_restart.1", "self._task.cancel()", "pass"),
    BadEdit("a turn is not recorded", "standard.1", RECORDED, INVENTED),
    BadEdit("a due instant is no turn", "escalated.1", TAKEN, "if self._is_called:"),
    BadEdit("the state is never shown", "supplement_restart.1", UPSERT, "pass"),
    BadEdit(
        "the status is not shown",
        "supplement_restart.1",
        "((STATUS_ATTRIBUTE, case.status), (LANE_ATTRIBUTE, case.lane))",
        "((LANE_ATTRIBUTE, case.lane),)",
    ),
    BadEdit(
        "a long case does not continue as new",
        "continued.1",
        "return self._is_long and leaves",
        "return False and leaves",
    ),
    BadEdit("a long case ends", "continued.1", CONTINUED, "pass"),
    BadEdit(
        "a continued case does not ask what is due",
        "continued.2",
        "self._asks = carried is not None",
        "self._asks = False",
    ),
    BadEdit(
        "a continued dossier does not ask what is due",
        "dossier_continued.2",
        "self._asks = carried is not None",
        "self._asks = False",
    ),
    BadEdit("a woken case does not look", "linked.1", WOKEN + "\nself._asks = True", WOKEN),
    BadEdit(
        "a refused opening does not end",
        "refused_at_the_door.1",
        " or (not self._state.sequence and bool(self._mail.settled))",
        "",
    ),
    BadEdit(
        "a refusal does not come back to the dossier",
        "dossier_with_none.1",
        "self._mail.put(self._refused(order, done.refusal))",
        "pass",
    ),
    BadEdit("an order is not carried out", "dossier_granted.1", "if one.key not in self._done", "if False"),
    BadEdit(
        "a conflict is passed over",
        "said_again.1",
        "if self.is_conflict(command):\n    self._refuse(command)",
        "if self.is_conflict(command):\n    pass",
    ),
    BadEdit("a signal is lost", "standard.1", "self._mail.put(message.command)", "pass"),
    BadEdit(
        "a state that differs is not asked about",
        "taken_over.1",
        "self._next_due_at, self._asks = standing.next_due_at, standing.differs",
        "self._next_due_at, self._asks = standing.next_due_at, False",
    ),
)

ADDED = (
    BadEdit("a pause before each turn", "standard.1", TURN, SLEEP + TURN),
    BadEdit("a pause after each turn", "standard.1", AFTER, SLEEP + AFTER),
    BadEdit("a pause before the record", "standard.1", RECORDED, SLEEP + RECORDED),
    BadEdit("a pause before any local activity", "standard.1", f"try:\n    {LOCAL}", f"{SLEEP}try:\n    {LOCAL}"),
    BadEdit("a pause before an update is taken", "asked.1", "self.put(command)", f"{SLEEP}self.put(command)"),
    BadEdit(
        "a pause before an update is answered",
        "asked.1",
        "outcome = self._outcome(command)",
        f"{SLEEP}outcome = self._outcome(command)",
    ),
    BadEdit("a pause before the dossier is told", "linked.1", TOLD, SLEEP + TOLD),
    BadEdit(
        "a pause between orders",
        "dossier_granted.1",
        "self._done.add(order.key)",
        f"self._done.add(order.key)\n{SLEEP.strip()}",
    ),
    BadEdit("a pause before the next run", "continued.1", CONTINUED, SLEEP + CONTINUED),
    BadEdit("a turn is recorded twice", "standard.1", f"return {RECORD}", f"{RECORD}\nreturn {RECORD}"),
    BadEdit(
        "the dossier is told twice",
        "linked.1",
        TOLD,
        f"{TOLD}\n    await run_local(REPORT_END, arguments, bool, 'again')",
    ),
    BadEdit("orders are carried out twice", "dossier_granted.1", ORDERED, f"{ORDERED}\n{ORDERED}"),
    BadEdit("orders are carried out again", "dossier_granted.1", " if one.key not in self._done]", "]"),
    BadEdit("a second timer", "standard.1", TIMER, f"{TIMER}\nself._second = asyncio.create_task(workflow.sleep(1))"),
    BadEdit(
        "a timer that is early enough is armed anew",
        "timer_kept.1",
        " or (self._wakes_at is not None and self._wakes_at <= wakes_at)",
        "",
    ),
    BadEdit(
        "a timer at the same instant is armed anew",
        "linked.1",
        "self._wakes_at <= wakes_at",
        "self._wakes_at < wakes_at",
    ),
    BadEdit("a wake for nothing is a turn", "timer_kept.1", TAKEN, "if True:"),
    BadEdit("the state is shown at every turn", "standard.1", "if shown.get(attribute) != now", "if shown"),
    BadEdit(
        "the state is shown at the end",
        "standard.1",
        "return  # Temporal's own execution status tells that a case has ended",
        "pass",
    ),
    BadEdit(
        "a dossier shows itself to searches",
        "dossier_granted.1",
        "if self._state.sequence:\n",
        "workflow.upsert_memo({'x': 1})\nif self._state.sequence:\n",
    ),
    BadEdit(
        "a case that ends arms its timer", "standard.1", ARM, "self._timer.arm(self._wakes_at or workflow.now(), 'due')"
    ),
    BadEdit(
        "an activity of the task queue",
        "standard.1",
        RECORDED,
        f"await workflow.execute_activity('x', start_to_close_timeout=datetime.resolution)\n{RECORDED}",
    ),
    BadEdit("a workflow beside it", "standard.1", TURN, f"await workflow.start_child_workflow('x')\n{TURN}"),
    BadEdit(
        "a signal to another workflow",
        "linked.1",
        TOLD,
        f"await workflow.get_external_workflow_handle('x').signal('y')\n{TOLD}",
    ),
    BadEdit(
        "a case continues whenever it can",
        "standard.1",
        "return workflow.info().is_continue_as_new_suggested() if limit is None else self._turns >= limit",
        "return self._turns > 1",
    ),
    BadEdit("a note of Temporal's at every turn", "standard.1", TURN, f"workflow.upsert_memo({{'x': 1}})\n{TURN}"),
)

CHANGED = (
    BadEdit("an activity has another name", "standard.1", "name,\nargs=arguments", "name + '2',\nargs=arguments"),
    BadEdit("an end is told under another name", "linked.1", "run_local(REPORT_END", "run_local('record'"),
    BadEdit("an order has another name", "dossier_granted.1", "run_local(CARRY_OUT", "run_local('record'"),
    BadEdit("one order an activity", "dossier_granted.1", "ORDERS_MAX = 10", "ORDERS_MAX = 1"),
    BadEdit("all orders in one activity", "dossier_of_many.1", "ORDERS_MAX = 10", "ORDERS_MAX = 100"),
    BadEdit("a case continues a turn later", "continued.1", "self._turns >= limit", "self._turns > limit"),
    BadEdit(
        "to ask counts as a turn",
        "continued.2",
        "self._turns += bool(standing.records or standing.outcomes)",
        "self._turns += 1",
    ),
    BadEdit(
        "what was said again is asked again", "said_again.1", "elif command.command_id not in self.settled:", "else:"
    ),
    BadEdit(
        "the case is due when it has not been reached",
        "timer_kept.1",
        "return self.has_fired and wakes_at <= self._wakes_at",
        "return self.has_fired",
    ),
    BadEdit(
        "the case is due a moment later",
        "escalated.1",
        "return self.has_fired and wakes_at <= self._wakes_at",
        "return self.has_fired and wakes_at < self._wakes_at",
    ),
    BadEdit(
        "what is settled waits on",
        "standard.1",
        "command = self._waiting.pop(outcome.command_id, None)",
        "command = self._waiting.get(outcome.command_id)",
    ),
    BadEdit(
        "the next due instant is forgotten",
        "escalated.1",
        "self._next_due_at, self._asks = standing.next_due_at, standing.differs",
        "self._next_due_at, self._asks = None, standing.differs",
    ),
    BadEdit(
        "a dossier's done orders are forgotten",
        "dossier_continued.2",
        "set(stream_input.carried.done) if stream_input.carried else set()",
        "set()",
    ),
    BadEdit(
        "a timer is cancelled when nothing is due",
        "paused.1",
        "if wakes_at is None or (",
        "if wakes_at is None and self._task:\n    self._task.cancel()\n    self._task = None\nif wakes_at is None or (",
    ),
)

EDITS = {"swap": SWAPPED, "drop": DROPPED, "add": ADDED, "change": CHANGED}
