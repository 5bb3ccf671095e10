"""What others wrote acts on no terminal, whatever holds it: cells, trees, panels, live views, pictures, tables, letters, logs."""

from __future__ import annotations

import io
import json
import logging
import sys
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from rich.console import RenderableType
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.progress import Progress, TextColumn
from rich.text import Text

from cases.dossier.graph import Graph
from events.language.refusals import refuse
from events.transport.letters import letter_headers, texts_of
from events.transport.ports import DeadLetter, Incoming
from greenlane.console import Console
from greenlane.settings import Settings
from greenlane.speaking import output
from greenlane.speaking.output import print_json
from greenlane.telemetry import configure_logging
from greenlane.terminal import rendered
from presentation import blocks
from presentation.blocks import Block, Tree, strong, table_of
from presentation.dossiers.pictures import Box, mermaid, svg
from presentation.plot import Bars, bar_plot
from wording.foreign import in_cell, visible

HOSTILE = "xong \x1b]0;x\x07\x1b[2J\x9b2J\u202egnp.exe\u2028\x7f [red]:bomb: [/red]\\"
SHOWN = visible(HOSTILE)


def acting(text: str) -> set[str]:
    """What could act on a terminal, or on how its neighbours read."""
    return {
        c for c in text if c != "\n" and (unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in "\u202e\u2066\u200b")
    }


def table(cell: str) -> RenderableType:
    found = table_of(cell, cell)
    found.add(cell)
    return rendered(found)


def tree(cell: str) -> Tree:
    found = Tree(cell)
    found.add(cell)
    return found


HOLDERS: dict[str, Callable[[str], Block]] = {
    "text": str,
    "line": strong,
    "tree": tree,
    "panel": lambda cell: blocks.Panel(cell, (cell,), subtitle=cell),
    "grid": lambda cell: blocks.Grid([(cell, cell)], title=cell),
    "beside": lambda cell: blocks.Beside((cell, cell)),
    "timeline": lambda cell: blocks.Panel(cell, (blocks.Timeline((blocks.Mark("x", blocks.Tone.DIM, 0.5),)),)),
}


@pytest.mark.parametrize("name", HOLDERS)
def test_no_cell_can_forget_it(name: str) -> None:
    """Whatever holds a text that others wrote, it is written out, whole, and says what it said."""
    file = io.StringIO()
    console = Console(file=file, width=200, force_terminal=False)
    console.print(rendered(HOLDERS[name](HOSTILE)), table(HOSTILE))
    shown = file.getvalue()
    assert not acting(shown)
    assert "".join(SHOWN.split()) in "".join(shown.split())
    assert ":bomb:" in shown


def test_a_text_that_no_markup_went_through_is_written_out_as_well() -> None:
    """Rich's own texts, which drop a few of the signs themselves."""
    file = io.StringIO()
    Console(file=file, width=200).print(Text(HOSTILE), Panel(Text(HOSTILE)))
    assert not acting(file.getvalue())
    assert r"\u001b[2J\u009b2J\u202egnp.exe" in file.getvalue()


@given(st.text(st.characters(), max_size=40))
def test_nothing_that_can_be_written_acts(text: str) -> None:
    """Any characters, in a table that is laid out with the width that they are shown in."""
    file = io.StringIO()
    Console(file=file, width=400, force_terminal=False).print(table(text))
    lines = file.getvalue().splitlines()
    assert not acting(file.getvalue())
    assert len({Text(line).cell_len for line in lines if "│" in line or "┃" in line}) <= 1


def test_live_views_and_bars_are_written_the_same_way() -> None:
    """On a terminal their own signs remain: colours and moves of the cursor, none of anybody else."""
    file = io.StringIO()
    console = Console(file=file, width=120, force_terminal=True, color_system=None, legacy_windows=False)
    with Live(table(HOSTILE), console=console, auto_refresh=False) as live:
        live.update(table(HOSTILE * 2), refresh=True)
    with Progress(TextColumn("{task.description}"), console=console) as progress:
        progress.add_task(escape(HOSTILE))
    with console.status(escape(HOSTILE)):
        pass
    for sign in ("\x1b]0", "\x1b[2J\x9b", "\x9b", "\x07", "\u202e", "\x7f"):
        assert sign not in file.getvalue()
    assert r"\u001b]0;x\u0007" in file.getvalue()


def test_a_picture_of_the_terminal_is_xml() -> None:
    """`greenlane demo --picture`, of whatever was printed."""
    console = Console(record=True, width=200, file=io.StringIO())
    console.print(table(HOSTILE))
    ET.fromstring(console.export_svg(title="picture"))


def test_pictures_are_xml_whatever_names_hold() -> None:
    """A dossier as SVG and Mermaid, a plot; a name that could not be refused before is written out."""
    name = "x\x01y</text>\x1b[2J"
    graph = Graph((name,), ())
    box = Box(name, "waiting", (HOSTILE,), critical=True)
    found = svg(graph, {name: box})
    assert {element.text for element in ET.fromstring(found).iter() if (element.tag or "").endswith("title")} == {
        visible(name)
    }
    assert not acting(found + mermaid(graph, {name: box}))
    plot = bar_plot(HOSTILE, (HOSTILE, "b"), [Bars(name, 1.0, 2.0, HOSTILE)])
    assert not acting(plot)
    ET.fromstring(plot)


def test_json_on_a_terminal_means_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Escaped, and read back as it was."""
    print_json({"reason": HOSTILE})
    out = capsys.readouterr().out
    assert not acting(out)
    assert json.loads(out) == {"reason": HOSTILE}
    output.Answered.yes = False


def test_a_spreadsheet_takes_no_name_for_a_formula() -> None:
    """What begins like one is a text there."""
    assert in_cell("=cmd|' /C calc'!A0") == "'=cmd|' /C calc'!A0"
    assert in_cell("culture") == "culture"
    assert not acting(in_cell(HOSTILE))


def test_letters_and_answers_hold_nothing_that_acts() -> None:
    """Headers of a dead letter, and what a sender is told of a name that it wrote."""
    message = Incoming("t", 0, 0, None, b"", (), datetime(2026, 3, 2, tzinfo=UTC))
    headers = texts_of(tuple(letter_headers(message, DeadLetter("code", HOSTILE, HOSTILE * 100), 1)))
    assert not acting(headers["dlq-field"] + headers["dlq-reason"])
    refusal = refuse("step_unknown", "step_id", step=HOSTILE, steps=HOSTILE)
    for language in ("en", "vi"):
        assert not acting(refusal.message(language) + refusal.remedy(language))


@pytest.fixture
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, kafka = root.handlers[:], root.level, logging.getLogger("kafka").level
    root.handlers[:] = []
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("kafka").setLevel(kafka)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.usefixtures("_logging_as_before")
@pytest.mark.parametrize("form", ["console", "json"])
def test_no_line_of_a_log_is_forged(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by a value nor by what another library says: one event is one line, and JSON where JSON is wanted."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure_logging(Settings(log_format=form), "test")  # type: ignore[arg-type]
    structlog.get_logger().warning("met", field="a\n2026 [info] forged", of={"k\n": [HOSTILE, float("nan")]})
    logging.getLogger("a.library").warning("said %s", HOSTILE)
    lines = written.getvalue().splitlines()
    assert len(lines) == 2
    assert not acting(written.getvalue().replace("\x1b[0m", "").replace("\x1b[1m", ""))
    if form == "json":
        assert [json.loads(line, parse_constant=pytest.fail)["level"] for line in lines] == ["warning"] * 2
