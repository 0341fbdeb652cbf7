"""`Endpoints`: where the vendors' hosts are reached, and how long to wait for them.

Only the sandbox moves them.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Endpoints(BaseModel):
    """With a base, `https://HOST/path` is reached at `BASE/HOST/path`; without one, as it is.

    `base` is http on a loopback host with a port (the sandbox), or https. `timeout_seconds` is how
    long a host may be silent: before its answer, or in the middle of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: str | None = Field(
        None,
        description="Where the sandbox is, such as http://127.0.0.1:8765, or an https address.",
    )
    timeout_seconds: float = Field(
        60.0,
        gt=0,
        le=600,
        description="How long a host may be silent, before its answer or in the middle of it.",
    )

    @field_validator("base")
    @classmethod
    def _safe_base(cls, base: str | None) -> str | None:
        if base is None:
            return None
        if not _is_safe(base):
            expected = "http://127.0.0.1:8765 (or localhost, with a port) or an https:// address"
            raise ValueError(f"expected {expected}, got {base!r}")
        return base.rstrip("/")

    def url(self, url: str) -> str:
        """Where to send a request that is meant for `url`, which starts with https://."""
        rest = url.removeprefix("https://")
        if rest == url:
            raise ValueError(f"expected an address that starts with https://, got {url!r}")
        return f"{self.base}/{rest}" if self.base else url

    def canonical(self, url: str) -> str:
        """The vendor's own form of an address: the inverse of `url`. Others stay as they are."""
        rest = url.removeprefix(f"{self.base}/")
        return url if self.base is None or rest in {url, ""} else f"https://{rest}"

    @property
    def hint(self) -> str:
        """What to do when nobody answers."""
        if self.base is None:
            return "check the network and try again; nothing is lost, the next run goes on"
        ask = f"does anything listen at {self.base} (endpoints.base)?"
        parts = urlsplit(self.base)
        if parts.scheme != "http":
            return ask
        return f"{ask} the sandbox does after ./flexsso sandbox up --port {parts.port}"


def _is_safe(base: str) -> bool:
    """Plain http would show credentials to a network, so it is for this machine alone."""
    try:
        parts = urlsplit(base)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or "?" in base or "#" in base or " " in base:
        return False
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK and port is not None
    return parts.scheme == "https"
