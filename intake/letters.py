"""Dead letters, sealed and opened for the bridge, which waits while the database or the key service is away."""

from __future__ import annotations

from events.transport.errors import Unavailable
from store.errors import KeyServiceUnavailable, StoreError
from store.letters import LetterKeys


class PatientLetters:
    """The vault of letters as the bridge uses it."""

    def __init__(self, keys: LetterKeys) -> None:
        self._keys = keys

    def seal(self, reference: str, content: bytes) -> bytes:
        """As LetterKeys.seal; raises Unavailable when it must be tried again."""
        try:
            return self._keys.seal(reference, content)
        except StoreError as error:
            raise _away(error) from error

    def open(self, reference: str, sealed: bytes) -> bytes:
        """As LetterKeys.open; raises Unavailable when it must be tried again."""
        try:
            return self._keys.open(reference, sealed)
        except StoreError as error:
            raise _away(error) from error


def _away(error: StoreError) -> Exception:
    what = "the key service" if isinstance(error, KeyServiceUnavailable) else "PostgreSQL"
    return Unavailable(what) if error.retryable else error
