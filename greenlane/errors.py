"""What is wrong with the program's own settings."""

from __future__ import annotations

from wording.errors import GreenlaneError


class SettingsError(GreenlaneError):
    """A setting is unknown or has a value that cannot be meant."""

    code = "invalid_setting"
