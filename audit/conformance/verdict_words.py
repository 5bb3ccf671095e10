"""What is said of each fault of a program, and how it is mended; and what each rule asks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wording.text import LazyText, Texts, _, layout, message_and_remedy

FAULTS: Final[Texts] = {
    "unanswered": (
        _("The step “{step}” was assigned (message {assigned}, round {round}) and never answered."),
        _(
            "Read the work topic from where you stopped, in one consumer group, and send "
            "DecideStep for every StepAssigned."
        ),
    ),
    "answered_twice": (
        _(
            "The step “{step}” (round {round}) was answered by {first}, and {count} time(s) "
            "again, first by {id} ({place}): {outcome}."
        ),
        _(
            "Make the id of an answer out of the StepAssigned's id, and decide each StepAssigned "
            "once, also when it comes twice."
        ),
    ),
    "id_not_new": (
        _(
            "The step “{step}” was assigned anew (round {round}, message {assigned}) and "
            "answered under an id that was used before: {id} ({place}). Nothing came of it."
        ),
        _("A new assignment needs a new id: put the round, or the id of the StepAssigned, into it."),
    ),
    "id_not_unique": (
        _("The id {id} of source {source} was used for messages with different content: ({place}) and ({other})."),
        _("Give every message an id of its own; only the very same message may be sent again under its id."),
    ),
    "conflict": (
        _("The answer {id} ({place}) to “{step}” was refused: its id was used before with other content."),
        _("Give every message an id of its own; only the very same message may be sent again under its id."),
    ),
    "refused_answer": (_("The answer {id} ({place}) to “{step}” was refused ({code}): {why}"), layout("{what}")),
    "repeats_refused": (
        _(
            "The answer to “{step}” was sent again, {count} time(s), first as {id} ({place}), "
            "although it had been refused for the same reason ({code}): {why}"
        ),
        _(
            "Read AnswerRefused on the work topic (its command_id is that of your message), show "
            "it to an officer, and send nothing until the reason is gone."
        ),
    ),
    "answered_cancelled": (
        _(
            "The step “{step}” had been taken back (StepCancelled), and was answered later all "
            "the same: {id} ({place})."
        ),
        _("On StepCancelled take the step off your list: nothing is to be answered any more."),
    ),
    "not_its_step": (
        _("The answer {id} ({place}) is to a step that was not assigned to this department then: {step} ({code})."),
        _(
            "Take case_id and step_id as they stand in the StepAssigned that you answer, and "
            "answer after it, not before."
        ),
    ),
    "unreadable": (
        _("The message at {place} (id {id}) cannot be used ({code}, field {field}): {why}"),
        layout("{what}"),
    ),
    "source_not_own": (
        _("The program gives {source} as its CloudEvents source, which is somebody else's."),
        _("Use a source of your own that stays, such as /DEPARTMENT/program."),
    ),
    "source_changes": (
        _("The program gave {count} different CloudEvents sources."),
        _(
            "Use one source that stays: an event is known by its source and id together, so a "
            "resent one is else another event."
        ),
    ),
    "key_other": (
        _("{count} answer(s) have another Kafka key than their case, first {id} ({place})."),
        _("Send every message with the case_id as its key: only then do the answers of one case keep their order."),
    ),
    "late": (
        _("The step “{step}” was assigned in time and answered after its limit: {id} ({place})."),
        _("See due_at of the StepAssigned, and answer the most urgent first."),
    ),
}

RULES: Final[dict[str, LazyText]] = {
    "readable": _("Messages can be read"),
    "answered": _("Every step is answered"),
    "once": _("Each assignment is answered once"),
    "kinds": _("With what the step takes"),
    "own_steps": _("Only steps that were assigned"),
    "ids": _("Ids are unique, and new for each assignment"),
    "source": _("A source of its own that stays"),
    "order": _("The case is the key, so order is kept"),
    "refusals": _("A refusal is heeded"),
    "cancelled": _("What was taken back is left alone"),
    "in_time": _("In time, where there was time"),
}


def fault_text(code: str, details: Mapping[str, object]) -> tuple[LazyText, LazyText]:
    """What is wrong, and what to do, in both languages."""
    return message_and_remedy(FAULTS, code, details)
