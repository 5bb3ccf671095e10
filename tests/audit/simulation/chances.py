"""What goes wrong in a simulated world, and how often: drawn once for each world from its seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random

SECOND = timedelta(seconds=1)
LONG_DELAY_MAX = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Chances:
    """Probabilities of faults in one world."""

    loss: float
    """Of a message or its acknowledgement on the way; senders try again."""
    duplicate: float
    long_delay: float
    """Of a message that lies somewhere for hours to 14 days after it was received."""
    crash: float
    """Of a worker, before a turn is recorded or after: the result is lost, the record stands."""
    jumps: int
    """How often the workers' clock jumps."""
    carries: float
    """Of a case that is written out and read again between two turns."""

    @classmethod
    def drawn(cls, dice: Random) -> Chances:
        """Some worlds are calm, some are terrible."""
        return cls(
            loss=dice.choice((0.0, 0.05, 0.3)),
            duplicate=dice.choice((0.0, 0.1, 0.5)),
            long_delay=dice.choice((0.0, 0.02, 0.1)),
            crash=dice.choice((0.0, 0.05, 0.3)),
            jumps=dice.choice((0, 0, 1, 4)),
            carries=dice.choice((0.0, 0.03)),
        )


CALM = Chances(loss=0, duplicate=0, long_delay=0, crash=0, jumps=0, carries=0)


class Dice(Random):
    """Randomness with the few shapes that a world needs."""

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens; certain and impossible things draw too, so that runs stay alike."""
        return self.random() < probability

    def between(self, least: timedelta, most: timedelta) -> timedelta:
        """A duration in whole seconds."""
        return timedelta(seconds=self.randint(int(least.total_seconds()), int(most.total_seconds())))

    def latency(self) -> timedelta:
        """How long a message takes when nothing is wrong."""
        return timedelta(milliseconds=self.randint(1, 4000))
