"""The settings of alerts: to whom they are posted, and by which mail server."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import NoDecode

from wording.text import _


class AlertSettings(BaseModel):
    """A part of Settings, apart for its length."""

    webhook_url: str | None = Field(
        default=None, repr=False, description=_("URL to which escalation alerts are posted.")
    )
    smtp_host: str | None = Field(default=None, description=_("Mail server for alerts; without it no mail is sent."))
    smtp_port: int = Field(default=25, ge=1, le=65535, description=_("Port of the mail server."))
    smtp_from: str = Field(default="greenlane@localhost", description=_("Sender of alert mails."))
    smtp_to: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description=_("Receivers of alert mails, comma-separated.")
    )
    smtp_user: str | None = Field(default=None, description=_("Account at the mail server."))
    smtp_password: SecretStr | None = Field(default=None, description=_("Its password."))
    smtp_starttls: bool = Field(default=False, description=_("Whether to switch to TLS before sending."))
    alert_timeout_seconds: float = Field(default=10, gt=0, description=_("How long one attempt to alert may take."))
