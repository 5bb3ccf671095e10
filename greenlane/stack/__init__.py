"""The embedded stack: Temporal, PostgreSQL and Kafka from wheels, with our processes, on one machine."""

from greenlane.stack.addresses import StackAddresses
from greenlane.stack.part import ProcessSpec
from greenlane.stack.supervisor import Supervisor

__all__ = ["ProcessSpec", "StackAddresses", "Supervisor"]
