"""`python -m tools.s3`: build the S3 server of the tests, unless it is there.

Its Go module is `server/`, pinned by `go.sum`; the program goes to `.tools/s3/`.
"""

from __future__ import annotations

import sys

from tools.go_server import GoServer

SERVER = GoServer("S3 server for tests", "s3", "some seconds")

if __name__ == "__main__":
    sys.exit(SERVER.ensure())
