"""What a person sees of an import: a bar on a terminal, a line now and then in a file."""

from __future__ import annotations

import io

from rich.console import Console

from eventlog.index import Summary
from greenlane.importing.display import UNUSUAL, Standing, Terminal

STANDING = Standing(cases=1434, submitted=900, closed=850, decisions=5100, in_flight=50, cases_per_s=41.26)


def test_file_gets_a_line_now_and_then() -> None:
    text, clock = io.StringIO(), [0.0]
    with Terminal(Console(file=text, width=40), "en", now=lambda: clock[0]) as display:
        display.reading("log.xes", 100)
        display.read_bytes(50)
        for second in range(7):
            clock[0] = float(second)
            display.standing(STANDING)
        display.say("the player-1 ended (SIGKILL); it is started again")
    line = "850/1,434 cases closed, 5,100 decisions sent, 41.3 cases/s, 50 in flight"
    assert text.getvalue().splitlines() == [line, line, "the player-1 ended (SIGKILL); it is started again"]


def test_terminal_gets_a_bar() -> None:
    text = io.StringIO()
    with Terminal(Console(file=text, width=120, force_terminal=True, highlight=False), "en") as display:
        display.reading("log.xes", 100)
        display.read_bytes(100)
        display.read(Summary("ab", traces=3, events=7, empty_traces=1))
        display.standing(STANDING)
        display.doing("checking")
    shown = text.getvalue()
    for part in ("reading log.xes", "3 traces, 7 events", "in it: 1 traces without events", "850/1,434", "checking"):
        assert part in shown
    assert "\x1b[?25h" in shown.rpartition("checking")[0], "the cursor is shown again"


def test_everything_counted_as_unusual_has_words() -> None:
    plain = {"digest", "traces", "events", "activities", "departments", "index_version"}
    assert set(UNUSUAL) == set(Summary.__dataclass_fields__) - plain


def test_it_speaks_vietnamese() -> None:
    text = io.StringIO()
    with Terminal(Console(file=text, width=40)) as display:
        display.read(Summary("ab", traces=1, events=1, events_without_name=1))
        display.standing(STANDING)
    assert text.getvalue().splitlines() == [
        "đã đọc nhật ký: 1 vết, 1 sự kiện, 0 hoạt động, 0 cơ quan",
        "trong đó: 1 sự kiện không có tên",
        "850/1,434 hồ sơ đã kết thúc, đã gửi 5,100 quyết định, 41.3 hồ sơ/giây, 50 hồ sơ đang mở",
    ]
