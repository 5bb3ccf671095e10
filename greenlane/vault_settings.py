"""The settings of the vault: who holds the master key, and where the list of erasures is kept outside."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field, SecretStr

from wording.text import _

MASTER_KEYS: Final = (
    *("master_key", "former_master_key"),
    *("key_service_url", "key_service_token", "key_service_ca_file"),
)
"""What opens the vault: handed on to nobody but the bridge and `prepare`, and files of its secrets nobody else may read."""


class VaultSettings(BaseModel):
    """A part of Settings, apart for its length."""

    master_key: SecretStr | None = Field(
        default=None,
        description=_(
            "Master key: 32 bytes in base64, one or several, a line each; the first wraps, all unwrap. Of the bridge, "
            "`prepare`, and commands that show persons."
        ),
    )
    former_master_key: SecretStr | None = Field(
        default=None,
        description=_("Master keys that only unwrap, until `greenlane master-key rotate` is through."),
    )
    key_service_url: str | None = Field(
        default=None,
        description=_(
            "URL of a transit engine of HashiCorp Vault or OpenBao, https://host:8200/v1/transit. Where a master key is "
            "set too, that wraps, and the service only unwraps."
        ),
    )
    key_service_key: str = Field(
        default="greenlane",
        pattern=r"^\w(?:[\w.-]*\w)?$",
        description=_("Name of the key in the key service."),
    )
    key_service_token: SecretStr | None = Field(default=None, description=_("Token for the key service."))
    key_service_ca_file: Path | None = Field(
        default=None, description=_("Certificates (PEM) that the key service's must descend from.")
    )
    key_service_timeout_seconds: float = Field(
        default=5, gt=0, description=_("How long one answer of the key service may take.")
    )
    erasure_file: Path | None = Field(
        default=None,
        description=_(
            "File to which every erasure is appended, one a line: on another machine's disk, so that a restored back-up "
            "is erased again."
        ),
    )
