"""Why an import does not run, or does not run on."""

from __future__ import annotations

from wording.errors import GreenlaneError


class ImportRunningError(GreenlaneError):
    """Another process imports the same log into the same stack."""

    code = "import_running"


class ImportInterruptedError(GreenlaneError):
    """Somebody asked to stop; the same command continues."""

    code = "interrupted"


class SenderFailedError(GreenlaneError):
    """A sender ended again and again."""

    code = "sender_failed"
