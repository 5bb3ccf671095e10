"""Who the sandbox is, and how what it sends is known from what is real."""

from __future__ import annotations

from typing import Final

from catalog.basis import Text
from catalog.systems import SubmittingSystem
from wording.text import _

SOURCES: Final = "/sandbox"
"""Above the sources of all runs: a case whose source begins so is nobody's."""
SYSTEM: Final = SubmittingSystem(id="sandbox", name=Text.of(_("Sandbox")), sources=(SOURCES,))
"""Who hands the applications in, and acts for the other departments; registered by the first run."""
CLIENT: Final = "greenlane-sandbox"
APPLICANT: Final = {"name": "Người nộp thử / Sandbox applicant", "id_number": "000000000000", "phone": "0000000000"}
"""Nobody: invented, and plainly so."""


def source_of(department: str, run: str) -> str:
    """The CloudEvents source of all that one run sends."""
    return f"{SOURCES}/{department}/{run}"
