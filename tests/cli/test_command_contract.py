"""The page and the program say the same; every command explains itself; one shape of answers, quickly."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

import greenlane.cli
import greenlane.speaking
import presentation
from cases.model import CaseStatus
from events.language import case_events, dossier_events
from events.language.refusals import TEXTS
from greenlane.cli.listing import Status
from greenlane.speaking.failure import DEFECT, explained
from presentation.cases.event_lines import _DETAILS
from presentation.tones import STATUSES
from presentation.words.words import TABLE, Words
from tests.cli.command_page import PAGE, commands, refusal_lines, synopsis_of, told, updated
from tests.cli.program import Program
from wording.text import in_language

SOURCES = sorted(
    path
    for room in (greenlane.cli, greenlane.speaking, presentation)
    for path in Path(room.__path__[0]).rglob("*.py")
    if path.name != "words.py"
)
HEAVY = ("temporalio", "sqlalchemy", "kafka", "psycopg", "pydantic", "httpx", "catalog", "cases", "store")
HELP_CPU_SECONDS = 0.6


COMMANDS = dict(commands())
MEND = "`python -m tests.cli.command_page` mends the page"


def test_the_page_names_every_command_and_option_and_no_other() -> None:
    """Word for word: what a command takes, and what the page says that it takes."""
    lines = told(PAGE.read_text(encoding="utf-8"))
    needed = {synopsis_of(path, command) for path, command in COMMANDS.items()}
    assert len(lines) == len(set(lines))
    assert not needed - set(lines), f"the page lacks these; {MEND}"
    assert not set(lines) - needed, f"the program knows nothing of these; {MEND}"


def test_the_page_names_every_refusal() -> None:
    """Each code of the rules, with its text."""
    text = PAGE.read_text(encoding="utf-8")
    lines = re.findall(r"^- `\w+`: .*\n", text, re.MULTILINE)
    assert lines == refusal_lines(), MEND


def test_the_page_is_mended_without_loss() -> None:
    """A page that lags behind gets what it lacks and loses what is gone; what is written by hand stays."""
    text = PAGE.read_text(encoding="utf-8")
    assert updated(text) == text
    lagging = text.replace("greenlane cases [--status]", "greenlane cases [--state]")
    lagging = lagging.replace("### watch\n", "### look\n").replace(
        "greenlane watch [--once]", "greenlane look [--once]"
    )
    lagging = lagging.replace("- `case_closed`: ", "- `case_shut`: ")
    mended = updated(lagging)
    assert "look" not in " ".join(told(mended))
    assert sorted(told(mended)) == sorted(told(text))
    assert '`{"ok", "total", "cases": [...]}`' in mended
    assert "case_shut" not in mended


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    """What it does in a sentence, every option in words, and an example that names the command."""
    command = COMMANDS[path]
    assert command.help
    assert re.search(rf"Example: .*greenlane {' '.join(path)}\b", command.help), command.help
    for parameter in command.params:
        if not getattr(parameter, "hidden", False):
            assert parameter.help, f"{path} {parameter.name}"


def test_help_loads_nothing_heavy() -> None:
    """No server's library, no models: the list of commands is there at once."""
    code = (
        "import sys, time; sys.argv = ['greenlane', '--help']; from greenlane.cli.app import run; run();"
        f"print([n for n in {HEAVY!r} if n in sys.modules], time.process_time(), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded, _, seconds = done.stderr.strip().rpartition(" ")
    assert "submit" in done.stdout
    assert loaded == "[]"
    assert float(seconds) < HELP_CPU_SECONDS


def test_the_program_as_a_process() -> None:
    """Exit code 2 and one object for a refusal; nothing on standard output but that."""
    argv = [sys.executable, "-m", "greenlane", "procedures", "karaoke-licens", "--json", "--lang", "en"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["field"]) == ("unknown_procedure", "procedure")
    assert "karaoke-licence" in error["remedy"]
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("nonsense",), ""),
        (("cases", "--nonsense"), "--nonsense"),
        (("cases", "--lane", "red"), "lane"),
        (("cases", "--limit", "0"), "limit"),
        (("decide", "C", "s", "perhaps", "--department", "d"), "outcome"),
        (("decide", "C", "s", "approve"), "department"),
        (("submit",), "files"),
        (("submit", "a.yaml", "--source", "a b"), "--source"),
        (("classify", "work-permit", "--fact", "x"), "--fact"),
        (("procedures", "--on", "2026-02-30"), "on"),
        (("dlq", "replay", "finance"), "ID... / --all"),
        (("dlq", "replay", "finance", "0-1", "--all"), "ID... / --all"),
    ],
)
def test_misuse_is_an_error_like_any_other(greenlane: Program, arguments: tuple[str, ...], field: str) -> None:
    """Asked for JSON, the program answers in JSON, also when it was called wrongly."""
    error = greenlane(*arguments, "--json").error
    assert (error["code"], error["field"]) == ("usage", field)
    assert "--help" in error["remedy"]


def test_without_json_errors_go_to_standard_error(greenlane: Program) -> None:
    """What is wrong, and what to do."""
    answer = greenlane("procedures", "karaoke-licens")
    assert (answer.code, answer.out) == (2, "")
    assert "karaoke-licens" in answer.err
    assert "Did you mean karaoke-licence" in answer.err


def test_a_defect_is_told_as_one(greenlane: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """The details are on standard error; standard output holds one object; the exit code is not a refusal's."""

    def broken() -> list[dict[str, Any]]:
        raise ZeroDivisionError("by hand")

    monkeypatch.setattr("greenlane.setting_list.settings_json", broken)
    answer = greenlane("settings", "--json")
    assert answer.code == DEFECT
    assert answer.json["error"]["code"] == "defect"
    assert "Traceback" in answer.err
    assert "ZeroDivisionError: by hand" in answer.err


def test_bare_help_and_interruption(greenlane: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a command the list of commands; Ctrl-C is 130 and no traceback, and for machines still one object."""
    assert "submit" in greenlane().out

    def interrupted() -> list[dict[str, Any]]:
        raise KeyboardInterrupt

    monkeypatch.setattr("greenlane.setting_list.settings_json", interrupted)
    answer = greenlane("settings", "--json")
    assert answer.code == 130
    assert answer.json["error"]["code"] == "interrupted"
    assert answer.json["error"]["remedy"]
    assert "Traceback" not in answer.err


def test_what_follows_an_answer_gives_no_second_one(greenlane: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack is stopped after the answer: Ctrl-C meanwhile, or a fault, changes the exit code and not the object."""
    from greenlane.errors import SettingsError  # noqa: PLC0415
    from greenlane.speaking import output  # noqa: PLC0415

    given = output.print_json
    for late, code in ((KeyboardInterrupt(), 130), (SettingsError("late", remedy="none"), 2), (ValueError("late"), 1)):

        def answered(value: dict[str, Any], late: BaseException = late) -> None:
            given(value)
            raise late

        monkeypatch.setattr(output, "print_json", answered)
        answer = greenlane("settings", "--json")
        assert (answer.code, "error" in answer.json) == (code, False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_command_with_its_one_object(number: signal.Signals, tmp_path: Path) -> None:
    """SIGTERM as Ctrl-C does; also as a background job of a script, which inherits an ignored SIGINT."""
    fifo = tmp_path / "log.jsonl"
    os.mkfifo(fifo)
    command = f"trap '' INT; exec {sys.executable} -m greenlane submit {fifo} --json"
    process = subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.PIPE, text=True)
    with fifo.open("w"):  # opens when the command reads: its handlers are in place
        process.send_signal(number)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(out)["error"]["code"] == "interrupted"


def test_every_word_is_there_and_used() -> None:
    """A key that a screen asks for exists, one that no screen asks for goes."""
    asked: set[str] = set()
    for source in SOURCES:
        if source.name != "words.py":
            tree = ast.parse(source.read_text(encoding="utf-8"))
            asked |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    plain = {key for key in TABLE if "." not in key}
    assert plain <= asked, f"no screen says: {sorted(plain - asked)}"


def test_every_state_of_a_case_can_be_asked_for_and_has_its_word_and_colour() -> None:
    """Those that a case on record may be in, and no other; the page names them."""
    states = {status.value for status in CaseStatus if status is not CaseStatus.NEW}
    assert set(get_args(Status)) == states
    assert {f"status.{state}" for state in states} <= set(TABLE)
    assert states <= set(STATUSES)
    assert all(f"`{state}`" in PAGE.read_text(encoding="utf-8") for state in states)


def test_every_event_has_its_name_and_its_line() -> None:
    """A new event cannot be forgotten on the screens."""
    events = get_args(get_args(case_events.CaseEvent)[0])
    union = set(events)
    assert {e for e in union if e.__module__ == dossier_events.__name__}
    assert len(union) > 20
    assert set(_DETAILS) >= union
    assert {name.removeprefix("event.") for name in TABLE if name.startswith("event.")} >= {e.__name__ for e in union}


def test_refusals_speak_both_languages() -> None:
    """Message and remedy, with the same gaps."""
    for code, texts in TEXTS.items():
        for text in texts:
            assert text, code
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", in_language(text, "vi"))), code
            assert in_language(text, "vi") != text, code


def test_what_is_unknown_to_the_table_is_shown_as_it_is() -> None:
    """A department is no word of ours."""
    words = Words("vi")
    assert words.named("holder", "finance") == "finance"
    assert words.named("holder", "applicant") == "người nộp"
    assert words.named("outcome", None) == "-"


def test_errors_of_all_rooms_have_one_shape() -> None:
    """Code, field, message and remedy, whichever room raised it; a stranger is a defect."""
    from events.transport.errors import KafkaAwayError, Unavailable  # noqa: PLC0415
    from sla.errors import CalendarRangeError  # noqa: PLC0415
    from store.errors import StoreNotMigrated, StoreUnavailable  # noqa: PLC0415

    errors: dict[str, BaseException] = {
        "kafka_away": KafkaAwayError(bootstrap="h:1", reason="NoBrokersAvailable"),
        "unavailable": Unavailable("Temporal"),
        "store_unavailable": StoreUnavailable(reason="it is stopping"),
        "store_not_migrated": StoreNotMigrated(reason="it has no tables"),
        CalendarRangeError.code: CalendarRangeError("too far", field="at", remedy="Publish the year."),
        "defect": ZeroDivisionError("by hand"),
    }
    for code, error in errors.items():
        body = explained(error)
        assert set(body) == {"code", "field", "message", "remedy"}
        assert body["code"] == code
        assert body["message"]
        assert body["remedy"]
