"""What the whole installation takes from the province: its calendar, whose zone every screen shows, and who receives."""

from __future__ import annotations

from typing import Final

PROVINCE_CALENDAR: Final = "vn-public"
ONE_STOP: Final = "one-stop"
"""The provincial centre that receives dossiers."""
