"""`python -m tools.temporal`: build the Temporal server for trying and testing, unless it is there.

Its Go module is `server/`, pinned by `go.sum`; the program goes to `.tools/temporal/`.
"""

from __future__ import annotations

import sys

from tools.go_server import GoServer

SERVER = GoServer("Temporal server for trying", "temporal", "about 4 minutes")
PROGRAM = SERVER.program

if __name__ == "__main__":
    sys.exit(SERVER.ensure())
