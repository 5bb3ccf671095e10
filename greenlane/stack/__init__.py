"""The embedded stack: Temporal, PostgreSQL and Kafka from wheels, with our processes, on one machine."""

from greenlane.stack.addresses import StackAddresses
from greenlane.stack.errors import StackError
from greenlane.stack.part import ProcessSpec
from greenlane.stack.session import ensure_stack, run_up, running_stack
from greenlane.stack.supervisor import Supervisor

__all__ = ["ProcessSpec", "StackAddresses", "StackError", "Supervisor", "ensure_stack", "run_up", "running_stack"]
