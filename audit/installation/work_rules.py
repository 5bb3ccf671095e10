"""What lies undone: processes that do not run, messages and alerts that did not leave or could not be used. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from audit.installation.check import Check, listed
from wording.text import LazyText, _, joined

OUTBOX_SECONDS: Final = 30.0
"""A row that waits longer for Kafka is late; the metric's alert has the same bound."""
ALERT_SECONDS: Final = 600.0
"""An alert that waits longer reaches nobody in time, whatever holds it up."""
STARTS: Final[Mapping[str, LazyText]] = {
    "not_answering": _("runs and does not answer"),
    "starting": _("is being started"),
    "restarting": _("ended and is being started again"),
    "stopped": _("does not run"),
}


def process(name: str, state: str, folder: str) -> Check:
    """One of our processes in a stack of this machine, as `greenlane status` sees it."""
    if state == "running":
        return Check(name, _("The {name} runs.", name=name))
    what = STARTS.get(state, STARTS["stopped"])
    return Check(
        name,
        _("The {name} {what}.", name=name, what=what),
        _(
            "Its log is {folder}/logs/{name}.log; stop `greenlane up` and start it again if it stays so.",
            folder=folder,
            name=name,
        ),
    )


def process_elsewhere(name: str, at_work: int) -> Check:
    """One of our processes on outside servers, as those servers know it: how many are at work."""
    if at_work:
        return Check(
            name,
            _("At work: {at_work} of `greenlane {name}`.", at_work=at_work, name=name),
        )
    return Check(
        name,
        _("No `greenlane {name}` is at work.", name=name),
        _("Start `greenlane {name}`, or look into its log.", name=name),
    )


def publisher_elsewhere(held: int, slots: int) -> Check:
    """The publishers on outside servers: `held` of all `slots` of the outbox are somebody's."""
    if held == slots:
        return Check("publisher", _("Every shard has its publisher."))
    if held:
        return Check(
            "publisher",
            _("Some shards of the outbox have no publisher."),
            _("Start a publisher for each shard, all with the same GREENLANE_PUBLISHER_SHARDS."),
        )
    return process_elsewhere("publisher", 0)


def stack(*, running: bool, held: bool, folder: str, outside: bool, left_out: Sequence[str]) -> Check:
    """Whether a stack runs here, and what could not be looked at without it."""
    if running:
        return Check("stack", _("The stack of {folder} runs.", folder=folder))
    if outside:
        return Check("stack", _("All servers are outside ones."))
    names = ", ".join(left_out)
    if held:
        return Check(
            "stack",
            _("The stack of {folder} is being started or stopped; not looked at: {names}.", folder=folder, names=names),
            _("Wait until it is ready, and ask again."),
        )
    return Check(
        "stack",
        _("No stack runs in {folder}; not looked at: {names}.", folder=folder, names=names),
        _("Start `greenlane up`, or name the outside servers."),
    )


def outbox(rows: int, oldest_seconds: float) -> Check:
    """Whether what the cases said has left for Kafka."""
    if oldest_seconds <= OUTBOX_SECONDS:
        return Check(
            "outbox",
            _("{rows} messages wait for Kafka, none for long.", rows=rows),
        )
    age = f"{oldest_seconds:.0f}"
    return Check(
        "outbox",
        _("{rows} messages wait for Kafka, the oldest for {age} s.", rows=rows, age=age),
        _("See that the publisher runs and that Kafka takes what it sends (its log says why not)."),
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """Alerts of one channel that were not delivered."""

    channel: str
    waiting: int
    failing: int
    oldest_seconds: float = 0.0


def alerts(owed: Sequence[Owed]) -> Check:
    """Whether alerts reach whom they should."""
    late = [each for each in owed if each.failing or each.oldest_seconds > ALERT_SECONDS]
    if not late:
        waiting = sum(each.waiting for each in owed)
        return Check(
            "alerts",
            _("No alert failed; {waiting} are on their way.", waiting=waiting),
        )
    said = joined(
        ", ",
        [
            _(
                "{waiting} by {channel}, the oldest {oldest_seconds:.0f} min old",
                waiting=each.waiting,
                channel=each.channel,
                oldest_seconds=each.oldest_seconds / 60,
            )
            for each in late
        ],
    )
    return Check(
        "alerts",
        _("Alerts could not be delivered: {said}.", said=said),
        _("See the publisher's log, and correct its webhook or mail server; they are tried again by themselves."),
    )


def dead_letters(by_topic: Mapping[str, int]) -> Check:
    """Whether messages lie that could not be processed and that nobody has sent again."""
    count = sum(by_topic.values())
    if not count:
        return Check("dead_letters", _("There are no open dead letters."))
    names = listed([f"{topic} ({number})" for topic, number in sorted(by_topic.items())])
    return Check(
        "dead_letters",
        _("Messages could not be processed: {names}.", names=names),
        _("See why with `greenlane dlq list`, then send them again with `greenlane dlq replay`."),
    )
