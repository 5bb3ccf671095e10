"""A letter as a mail (RFC 5322), and its way to the mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import localtime

from greenlane.settings import Settings
from presentation.letters.letter import Letter


def mail_of(message_id: str, letter: Letter, receivers: Sequence[str], settings: Settings) -> EmailMessage:
    """The mail. `message_id`: the same at every attempt, so that mail servers drop the repetition."""
    message = EmailMessage()
    # A step of an imported log may have a line break in its name, which would end the header.
    message["Subject"] = " ".join(letter.subject_line.split())
    message["From"], message["To"] = settings.smtp_from, ", ".join(receivers)
    message["Date"] = localtime()
    message["Message-ID"] = f"<{message_id}@{settings.smtp_from.rpartition('@')[2] or 'greenlane'}>"
    # So that an absence notice is no answer to it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.whole)
    message["Content-Language"] = ", ".join(letter.languages)
    return message


def send(message: EmailMessage, receivers: Sequence[str], settings: Settings) -> None:
    """Hand the mail to the mail server. Raises OSError and smtplib's errors."""
    with smtplib.SMTP(settings.smtp_host or "", settings.smtp_port, timeout=settings.alert_timeout_seconds) as server:
        if settings.smtp_starttls:
            server.starttls(context=ssl.create_default_context())  # its own default believes any certificate
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message, to_addrs=[*receivers])
