"""The command line. Contract for machines: docs/command-line.md."""

from greenlane.cli.app import main

__all__ = ["main"]
