"""Whether the master key opens the vault of persons, and no former one is needed any more. Pure."""

from __future__ import annotations

from audit.installation.check import Check
from wording.text import _, _n


def master_key(key_id: str, waiting: int, unopened: tuple[str, ...]) -> Check:
    """By the key that wraps now, how many keys another wraps, and which master keys are not here."""
    if unopened:
        said = _("Keys of the vault were wrapped by {keys}, which is not here.", keys=", ".join(unopened))
        remedy = _("Name that master key too, in GREENLANE_FORMER_MASTER_KEY_FILE, or put back the right one.")
        return Check("master_key", said, remedy)
    if waiting:
        said = _n(
            "{count} key of the vault is still wrapped by a former master key.",
            "{count} keys of the vault are still wrapped by a former master key.",
            waiting,
        )
        return Check("master_key", said, _("Run `greenlane master-key rotate`, and name the former one no more."))
    return Check("master_key", _("The master key {key} opens the vault of persons.", key=key_id))


def no_master_key() -> Check:
    """Where it is looked at without one: it is the bridge's."""
    return Check(
        "master_key", _("No master key is set here, so whether the bridge's opens the vault is not looked at.")
    )
