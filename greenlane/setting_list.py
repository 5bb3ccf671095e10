"""All settings with their values; what must not be seen is masked."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import SecretStr

from greenlane.connection_rules import PREFIX
from greenlane.settings import Settings

MASK: Final = "***"
_USERINFO: Final = re.compile(r"(?<=://)[^/@\s]*@")
_QUERY: Final = re.compile(r"\?[^\s]*$")


def settings_json() -> list[dict[str, Any]]:
    """Every setting: name, variable, value, whether it was set, its default and meaning. Raises SettingsError."""
    settings = Settings.load()
    listed = []
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        listed.append(
            {
                "name": name,
                "variable": f"{PREFIX}{name.upper()}",
                "value": _shown(getattr(settings, name)),
                "is_set": name in settings.model_fields_set,
                "default": _shown(default),
                "description": field.description or "",
            }
        )
    return listed


def _shown(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case SecretStr():
            return MASK
        case frozenset() | tuple():
            return sorted(map(str, value)) if isinstance(value, frozenset) else [str(each) for each in value]
        case _:
            return masked(str(value))


def masked(text: str) -> str:
    """A text without what an address may give away: account, password, and a query that may hold a token."""
    if "://" not in text:
        return text
    return _QUERY.sub(f"?{MASK}", _USERINFO.sub(f"{MASK}@", text))
