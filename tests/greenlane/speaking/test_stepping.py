"""Step by step at a terminal: every key, a narrow and a low window, and a terminal that is as before however one leaves."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest

from tests.greenlane.speaking.terminal import Terminal, terminal_with

COUNT = 4
STEPPING = f"""
from greenlane.speaking.stepping import step_through
from presentation.blocks import strong
from presentation.words.words import Words

def screen_of(number):
    if number == FAULTY:
        raise ValueError("a fault of ours")
    rows = [f"row {{row}} of {{number + 1}}" for row in range(30 if number == 1 else 2)]
    return (strong(f"event {{number + 1}} " + "and what it says, at length " * 3), *rows)

FAULTY = None
step_through({COUNT}, screen_of, Words("en"))
print("left in order")
"""


def at(terminal: Terminal, number: int) -> list[str]:
    """The screen, once it shows this event and its foot says so."""
    shown = re.compile(f"(event {number} |row .* of {number}$)")
    return terminal.await_screen(
        lambda screen: screen[-1].startswith(f"{number}/{COUNT} ") and shown.match(screen[0]) is not None
    )


def shows(terminal: Terminal, wanted: str) -> None:
    """Waits for a line that begins so, above the foot."""
    terminal.await_screen(lambda screen: any(line.startswith(wanted) for line in screen[:-1]))


def test_every_key_goes_where_it_says() -> None:
    with terminal_with(STEPPING) as terminal:
        at(terminal, 1)
        ways = [
            *(("\x1b[C", 2), ("\x1bOC", 3), ("\x1b[D", 2), ("\x1bOD", 1), ("\x1b[F", 4), ("\x1b[H", 1)),
            *(("\x1b[4~", 4), ("\x1b[1~", 1), ("\x1bOF", 4), ("\x1bOH", 1), (" ", 2), ("l", 3), ("h", 2), ("G", 4)),
            *(("g", 1), ("\x1b[C\x1b[C\x1b[C", 4), ("\x7f", 3), ("\x1b[5;7~\x1b[Zé\x1b[C", 4), ("\x1b[D", 3)),
        ]
        for keys, number in ways:
            terminal.press(keys)
            at(terminal, number)
        terminal.press("?")
        helped = terminal.await_screen(lambda screen: "the next event" in screen[0])
        assert any("q  Ctrl-C" in line and "leave" in line for line in helped)
        terminal.press("\x1b")  # any key leads back
        at(terminal, 3)
        terminal.press("\x1b[C\x1b[C\x1b[C")
        at(terminal, 4)
        terminal.press("q")
        assert terminal.await_end() == 0
        assert "left in order" in terminal.written
        assert terminal.is_as_before


def test_a_narrow_and_low_window_shows_all_of_it_and_another_size_is_noticed() -> None:
    with terminal_with(STEPPING, width=24, height=8) as terminal:
        first = at(terminal, 1)
        assert len(first) == 8
        assert all(len(line) <= 24 for line in first)
        assert "what it says" in " ".join(first), "what does not fit goes on in the next line"
        terminal.press("\x1b[C")
        assert "row 29 of 2" not in at(terminal, 2)
        for key in ("\x1b[B" * 40, "\x1b[5~" * 6, "\x1b[6~" * 6):
            terminal.press(key)
            wanted = "event 2" if "5" in key else "row 29 of 2"
            shows(terminal, wanted)
        terminal.resize(60, 40)
        grown = terminal.await_screen(lambda screen: len(screen) == 40)
        assert grown[0].startswith("event 2")
        assert "row 29 of 2" in grown
        terminal.press("q")
        assert terminal.await_end() == 0


@pytest.mark.parametrize("way", ["ctrl-c", "ctrl-z", "terminate", "fault"])
def test_the_terminal_is_as_before_however_one_leaves(way: str) -> None:
    # Also Ctrl-C: who runs the tests in the background may have it ignored, and children inherit that.
    asked = "for one in (signal.SIGINT, signal.SIGTERM): signal.signal(one, signal.default_int_handler)"
    code = f"import signal\n{asked}" + STEPPING
    with terminal_with(code.replace("FAULTY = None", "FAULTY = 2") if way == "fault" else code) as terminal:
        at(terminal, 1)
        match way:
            case "ctrl-c":
                terminal.press("\x03")
            case "ctrl-z":
                terminal.press("\x1a\x1b[C")
                at(terminal, 2)
                terminal.press("q")
            case "terminate":
                terminal.program.send_signal(signal.SIGTERM)
            case _:
                terminal.press("\x1b[C\x1b[C")
        assert terminal.await_end() == (1 if way == "fault" else 0)
        assert ("left in order" in terminal.written) is (way != "fault")
        assert terminal.is_as_before


def test_without_a_terminal_the_screens_come_one_after_the_other() -> None:
    answer = subprocess.run([sys.executable, "-c", STEPPING], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    lines = answer.stdout.decode().splitlines()
    assert [line for line in lines if line.endswith(f"/{COUNT}")] == ["1/4", "2/4", "3/4", "4/4"]
    assert "row 29 of 2" in lines
    assert "\x1b" not in answer.stdout.decode()
    assert lines[-1] == "left in order"
