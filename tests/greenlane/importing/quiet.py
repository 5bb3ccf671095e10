"""An import that is watched by nobody."""

from __future__ import annotations


class Quiet:
    """A display that tells nobody."""

    def say(self, *what: object, **named: object) -> None:
        """Nothing."""

    reading = read_bytes = read = standing = doing = say
