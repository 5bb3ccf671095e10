"""Not a test: what the tests start as processes of their own. `up [--owned]` runs a stack, `metered` is a part of one."""

from __future__ import annotations

import json
import sys
import threading

from prometheus_client import start_http_server

from greenlane.settings import Settings
from wording.errors import GreenlaneError


def main() -> int:
    settings = Settings.load()
    if sys.argv[1] == "metered":
        start_http_server(settings.metrics_port, addr=settings.metrics_host)
        threading.Event().wait()
    from greenlane.stack import ProcessSpec, run_up  # noqa: PLC0415 - the part starts faster without them

    try:
        return run_up(settings, [ProcessSpec("metered", arguments=(__file__, "metered"))], owned="--owned" in sys.argv)
    except GreenlaneError as error:
        print(json.dumps({"error": error.as_json()}), flush=True)
        return 2


if __name__ == "__main__":
    sys.exit(main())
