"""Where the vendors are: at their own addresses, or all under one base (the sandbox)."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, field_validator

_BASE = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\]):\d+|https://[^/?#\s]+(/[^?#\s]*)?")


class Endpoints(BaseModel):
    """With a `base`, `https://HOST/path` is reached at `BASE/HOST/path`; without, where it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: str | None = None

    @field_validator("base")
    @classmethod
    def _loopback_or_tls(cls, base: str | None) -> str | None:
        if base is None:
            return None
        if not _BASE.fullmatch(base.rstrip("/")):
            raise ValueError("expected http://127.0.0.1:PORT, or an https address")
        return base.rstrip("/")

    def url(self, url: str) -> str:
        """Where to reach a vendor's address."""
        return f"{self.base}/{url.removeprefix('https://')}" if self.base else url

    def canonical(self, url: str) -> str:
        """The vendor's address of what was reached: the inverse of `url`."""
        if self.base and url.startswith(f"{self.base}/"):
            return "https://" + url.removeprefix(f"{self.base}/")
        return url
