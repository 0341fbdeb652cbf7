"""The built S3 server as a child process, and what is in its bucket."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from typing import Self

import httpx
from defusedxml import ElementTree

from tools.s3.__main__ import SERVER

BUCKET = "state"
_START_SECONDS = 30.0
_KEYS = ".//{http://s3.amazonaws.com/doc/2006-03-01/}Key"


class S3Server:
    """A bucket on a port of loopback. A context: leaving it ends the server."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._bucket = f"{self.address}/{BUCKET}"
        command = [str(SERVER.program), "-port", str(port), "-bucket", BUCKET]
        self._process = subprocess.Popen(command)

    def __enter__(self) -> Self:
        """Raises TimeoutError if it does not answer."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(httpx.TransportError):
                self.keys()
                return self
            time.sleep(0.05)
        self._process.kill()
        raise TimeoutError(f"the S3 server does not answer at {self.address}")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def url(self, bucket: str = BUCKET) -> str:
        """For PULUMI_BACKEND_URL; an S3-compatible store is named as the pages say."""
        return f"s3://{bucket}?endpoint={self.address}&s3ForcePathStyle=true&region=us-east-1"

    def keys(self, prefix: str = "") -> list[str]:
        """The first thousand that begin so, sorted."""
        answer = httpx.get(self._bucket, params={"list-type": "2", "prefix": prefix})
        found = ElementTree.fromstring(answer.raise_for_status().text).iterfind(_KEYS)
        return sorted(str(one.text) for one in found)

    def content(self, key: str) -> bytes:
        """What the object holds."""
        return httpx.get(f"{self._bucket}/{key}").raise_for_status().content

    def delete(self, key: str) -> None:
        """As a rule for the life of objects does."""
        httpx.delete(f"{self._bucket}/{key}").raise_for_status()
