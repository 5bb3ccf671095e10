"""The settings of what makes the past provable: the signing key, checkpoints, and histories that are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, Field, SecretStr, StringConstraints

from wording.names import normal
from wording.text import _

SIGNING_KEY: Final = "checkpoint_key"
"""The one setting that is handed on to nobody but who signs, and whose file nobody else may read."""


PURPOSE_MAX: Final = 500
"""Characters of a purpose at most."""
Purpose = Annotated[str, StringConstraints(max_length=PURPOSE_MAX), AfterValidator(normal)]


class EvidenceSettings(BaseModel):
    """A part of Settings, apart for its length."""

    checkpoint_key: SecretStr | None = Field(
        default=None,
        description=_(
            "Private key (Ed25519, PEM) that signs checkpoints. Only the publisher and who signs by command need it."
        ),
    )
    checkpoint_seconds: float = Field(
        default=900, gt=0, description=_("Real seconds after which the publisher makes the next checkpoint.")
    )
    checkpoint_file: Path | None = Field(
        default=None,
        description=_("File to which every checkpoint is appended, one a line: best on another machine's disk."),
    )
    history_days: int = Field(
        default=90, ge=1, description=_("Days for which Temporal's histories of closed runs are kept.")
    )
    purpose: Purpose | None = Field(
        default=None,
        description=_("Why whoever runs commands here looks at cases and persons; on record with each read."),
    )
