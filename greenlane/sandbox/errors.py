"""Why the sandbox does not begin."""

from __future__ import annotations

from wording.errors import GreenlaneError


class SandboxRefusedError(GreenlaneError):
    """There is no development stack to play on."""

    code = "sandbox_refused"
