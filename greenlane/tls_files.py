"""Certificates and keys of a connection, read and checked before any client gets them: a client only says that it failed."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final, Literal

from greenlane.connection_rules import PREFIX
from greenlane.errors import SettingsError
from greenlane.settings import Settings
from wording.libraries import os_said
from wording.text import LazyText, _

Server = Literal["kafka", "temporal", "database"]
NOT_THE_CERTIFICATES: Final = "KEY_VALUES_MISMATCH"


class _KeyLockedError(Exception):
    """The key's file asks for a pass phrase."""


def context_of(settings: Settings, server: Server) -> ssl.SSLContext:
    """How a server's certificate is checked, and with which certificate we show ourselves. Raises SettingsError."""
    authority: Path | None = getattr(settings, f"{server}_ca_file")
    context = authority_context(authority, f"{PREFIX}{server.upper()}_CA_FILE")
    certificate: Path | None = getattr(settings, f"{server}_cert_file")
    key: Path | None = getattr(settings, f"{server}_key_file")
    if certificate is not None and key is not None:
        _show(context, certificate, key, f"{PREFIX}{server.upper()}")
    return context


def authority_context(authority: Path | None, variable: str) -> ssl.SSLContext:
    """A context that believes what descends from the file's certificates; without, from the system's. Raises SettingsError."""
    if authority is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=authority)
    except ssl.SSLError:
        reason = _("holds no certificate in PEM form")
        raise _unusable(variable, authority, reason) from None
    except OSError as error:
        raise _unreadable(variable, authority, error) from None


def _show(context: ssl.SSLContext, certificate: Path, key: Path, prefix: str) -> None:
    for variable, file in ((f"{prefix}_CERT_FILE", certificate), (f"{prefix}_KEY_FILE", key)):
        try:
            file.read_bytes()
        except OSError as error:
            raise _unreadable(variable, file, error) from None
    try:
        # Without an answer of ours OpenSSL would ask for a pass phrase at the terminal, and a service would hang.
        context.load_cert_chain(certificate, key, password=_locked)
    except _KeyLockedError:
        reason = _("is locked with a pass phrase")
        raise _unusable(f"{prefix}_KEY_FILE", key, reason) from None
    except ssl.SSLError as error:
        if error.reason == NOT_THE_CERTIFICATES:
            reason = _("is not the certificate's")
            raise _unusable(f"{prefix}_KEY_FILE", key, reason) from None
        reason = _("is not in PEM form")
        wrong, file = (
            (f"{prefix}_KEY_FILE", key) if _is_certificate(certificate) else (f"{prefix}_CERT_FILE", certificate)
        )
        raise _unusable(wrong, file, reason) from None


def _locked() -> str:
    raise _KeyLockedError


def _is_certificate(file: Path) -> bool:
    try:
        ssl.create_default_context().load_verify_locations(file)
    except (ssl.SSLError, OSError):
        return False
    return True


def _unreadable(variable: str, file: Path, error: OSError) -> SettingsError:
    reasons: dict[type[OSError], LazyText] = {
        FileNotFoundError: _("is not there"),
        PermissionError: _("may not be read by this account"),
    }
    other = _("cannot be read ({why})", why=os_said(error))
    return _unusable(variable, file, reasons.get(type(error), other))


def _unusable(variable: str, file: Path, reason: LazyText) -> SettingsError:
    gaps = {"variable": variable, "file": str(file), "reason": reason}
    return SettingsError(
        _("The file {file} that {variable} names {reason}.", **gaps),
        field=variable,
        remedy=_("Correct the file, or {variable}.", variable=variable),
    )
