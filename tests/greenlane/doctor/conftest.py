"""The program called as people call it, without a setting of whoever runs the tests."""

from tests.cli.conftest import _own_environment, greenlane

__all__ = ["_own_environment", "greenlane"]
