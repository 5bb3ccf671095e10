"""What the screens about the catalogue say."""

from __future__ import annotations

from typing import Final

from wording.text import LazyText, _

CATALOG_TABLE: Final[dict[str, LazyText]] = {
    # states of a version
    "version_state.draft": _("draft"),
    "version_state.future": _("begins later"),
    "version_state.in_force": _("in force"),
    "version_state.ended": _("ended"),
    "version_state.replaced": _("replaced"),
}
