"""The words of screens about the parts of a stack."""

from __future__ import annotations

from typing import Final

from wording.text import LazyText, _

PART_TABLE: Final[dict[str, LazyText]] = {
    "part_state.running": _("running"),
    "part_state.not_answering": _("runs, does not answer"),
    "part_state.starting": _("starting"),
    "part_state.restarting": _("ended, being started again"),
    "part_state.away": _("outside server does not answer"),
    "part_state.refuses": _("outside server cannot be used"),
    "part_state.unknown": _("unknown, may run elsewhere"),
    "part_state.stopped": _("not running"),
}
