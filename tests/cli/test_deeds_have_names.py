"""Whatever an officer does at the command line, he can say who he is."""

from __future__ import annotations

import pytest

from tests.cli.command_page import commands

DEEDS = {
    " ".join(path): command for path, command in commands() if any("--command-id" in p.opts for p in command.params)
}
"""What takes the id of a command gives one to a case or a dossier."""


@pytest.mark.parametrize("deed", sorted(DEEDS))
def test_every_deed_takes_the_name_of_who_does_it(deed: str) -> None:
    """None is done by nobody."""
    assert any("--by" in option.opts for option in DEEDS[deed].params), deed


def test_the_deeds_are_those_of_officers() -> None:
    """The list is not empty by mistake."""
    assert {"decide", "supplement", "pause", "resume", "stop", "return", "reassign", "pay-confirm", "lane"} <= set(
        DEEDS
    )
