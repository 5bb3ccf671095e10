"""What the whole installation takes from the province: who receives."""

from __future__ import annotations

from typing import Final

ONE_STOP: Final = "one-stop"
"""The provincial centre that receives dossiers."""
