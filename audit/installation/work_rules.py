"""What lies undone: processes that do not run, messages and alerts that did not leave or could not be used. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from audit.installation.check import Check, listed
from wording.text import Said, joined, spoken

OUTBOX_SECONDS: Final = 30.0
"""A row that waits longer for Kafka is late; the metric's alert has the same bound."""
ALERT_SECONDS: Final = 600.0
"""An alert that waits longer reaches nobody in time, whatever holds it up."""
STARTS: Final[Mapping[str, Said]] = {
    "not_answering": Said("runs and does not answer", "đang chạy nhưng không trả lời"),
    "starting": Said("is being started", "đang được khởi động"),
    "restarting": Said("ended and is being started again", "đã dừng và đang được khởi động lại"),
    "stopped": Said("does not run", "không chạy"),
}


def process(name: str, state: str, folder: str) -> Check:
    """One of our processes in a stack of this machine, as `greenlane status` sees it."""
    if state == "running":
        return Check(name, Said(f"The {name} runs.", f"Tiến trình {name} đang chạy."))
    what = STARTS.get(state, STARTS["stopped"])
    return Check(
        name,
        Said(f"The {name} {what}.", f"Tiến trình {name} {what.vi}."),
        Said(
            f"Its log is {folder}/logs/{name}.log; stop `greenlane up` and start it again if it stays so.",
            f"Xem nhật ký {folder}/logs/{name}.log; nếu vẫn vậy thì dừng và chạy lại `greenlane up`.",
        ),
    )


def process_elsewhere(name: str, at_work: int) -> Check:
    """One of our processes on outside servers, as those servers know it: how many are at work."""
    if at_work:
        return Check(
            name,
            Said(
                f"At work: {at_work} of `greenlane {name}`.",
                f"Đang hoạt động: {at_work} tiến trình `greenlane {name}`.",
            ),
        )
    return Check(
        name,
        Said(f"No `greenlane {name}` is at work.", f"Không có tiến trình `greenlane {name}` nào hoạt động."),
        Said(f"Start `greenlane {name}`, or look into its log.", f"Chạy `greenlane {name}`, hoặc xem nhật ký của nó."),
    )


def publisher_elsewhere(held: int, slots: int) -> Check:
    """The publishers on outside servers: `held` of all `slots` of the outbox are somebody's."""
    if held == slots:
        return Check(
            "publisher", Said("Every shard has its publisher.", "Mọi phần hộp thư đi đều có tiến trình publisher.")
        )
    if held:
        return Check(
            "publisher",
            Said("Some shards of the outbox have no publisher.", "Có phần hộp thư đi không có tiến trình publisher."),
            Said(
                "Start a publisher for each shard, all with the same GREENLANE_PUBLISHER_SHARDS.",
                "Chạy publisher cho mỗi phần, tất cả cùng một giá trị GREENLANE_PUBLISHER_SHARDS.",
            ),
        )
    return process_elsewhere("publisher", 0)


def stack(*, running: bool, held: bool, folder: str, outside: bool, left_out: Sequence[str]) -> Check:
    """Whether a stack runs here, and what could not be looked at without it."""
    if running:
        return Check("stack", Said(f"The stack of {folder} runs.", f"Hệ thống của {folder} đang chạy."))
    if outside:
        return Check("stack", Said("All servers are outside ones.", "Mọi máy chủ đều ở bên ngoài."))
    names = ", ".join(left_out)
    if held:
        return Check(
            "stack",
            Said(
                f"The stack of {folder} is being started or stopped; not looked at: {names}.",
                f"Hệ thống của {folder} đang khởi động hoặc đang dừng; chưa kiểm tra: {names}.",
            ),
            Said("Wait until it is ready, and ask again.", "Đợi hệ thống sẵn sàng rồi kiểm tra lại."),
        )
    return Check(
        "stack",
        Said(
            f"No stack runs in {folder}; not looked at: {names}.",
            f"Không có hệ thống nào chạy trong {folder}; chưa kiểm tra: {names}.",
        ),
        Said(
            "Start `greenlane up`, or name the outside servers.",
            "Chạy `greenlane up`, hoặc nêu các máy chủ bên ngoài.",
        ),
    )


def outbox(rows: int, oldest_seconds: float) -> Check:
    """Whether what the cases said has left for Kafka."""
    if oldest_seconds <= OUTBOX_SECONDS:
        return Check(
            "outbox",
            Said(
                f"{rows} messages wait for Kafka, none for long.",
                f"{rows} thông điệp chờ gửi, không thông điệp nào chờ lâu.",
            ),
        )
    age = f"{oldest_seconds:.0f}"
    return Check(
        "outbox",
        Said(
            f"{rows} messages wait for Kafka, the oldest for {age} s.",
            f"{rows} thông điệp chờ gửi, lâu nhất {age} giây.",
        ),
        Said(
            "See that the publisher runs and that Kafka takes what it sends (its log says why not).",
            "Kiểm tra tiến trình publisher và Kafka có nhận thông điệp không (xem nhật ký).",
        ),
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
            Said(
                f"No alert failed; {waiting} are on their way.",
                f"Không cảnh báo nào thất bại; {waiting} đang được gửi.",
            ),
        )
    said = joined(
        ", ",
        [
            Said(
                f"{each.waiting} by {each.channel}, the oldest {each.oldest_seconds / 60:.0f} min old",
                f"{each.waiting} qua {each.channel}, lâu nhất {each.oldest_seconds / 60:.0f} phút",
            )
            for each in late
        ],
    )
    return Check(
        "alerts",
        spoken("Alerts could not be delivered: {said}.", "Chưa gửi được cảnh báo: {said}.", said=said),
        Said(
            "See the publisher's log, and correct its webhook or mail server; they are tried again by themselves.",
            "Xem nhật ký publisher, sửa webhook hoặc máy chủ thư của nó; cảnh báo sẽ tự được gửi lại.",
        ),
    )


def dead_letters(by_topic: Mapping[str, int]) -> Check:
    """Whether messages lie that could not be processed and that nobody has sent again."""
    count = sum(by_topic.values())
    if not count:
        return Check(
            "dead_letters", Said("There are no open dead letters.", "Không có thông điệp nào không xử lý được.")
        )
    names = listed([f"{topic} ({number})" for topic, number in sorted(by_topic.items())])
    return Check(
        "dead_letters",
        Said(f"Messages could not be processed: {names}.", f"Có thông điệp không xử lý được: {names.vi}."),
        Said(
            "See why with `greenlane dlq list`, then send them again with `greenlane dlq replay`.",
            "Xem lý do bằng `greenlane dlq list`, rồi gửi lại bằng `greenlane dlq replay`.",
        ),
    )
