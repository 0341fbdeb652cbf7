"""State backends: which one a run would use, and what is known to crash, block or lose there.

Measured with Pulumi's CLI 3.274: on PostgreSQL, listing stacks can wait for ever where there are
few cores, a stack whose name holds a wildcard of LIKE (`_`, `%`) can crash every command on it,
eight first uses at once race for CREATE TABLE, and each engine holds two connections.
"""

from __future__ import annotations

import json
import re
import subprocess
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from fleet.said import lines_of
from fleet.tenants import NAMESPACE
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PARALLEL = "PULUMI_DIY_BACKEND_PARALLEL"
CONNECTIONS = "FLEXSSO_POSTGRES_CONNECTIONS"
"""How many connections the server grants us (its own default is 100, of which it keeps some)."""
DEFAULT_CONNECTIONS = 90
CONNECTIONS_OF_ONE = 2
_SERVICE = "https://api.pulumi.com"


class Kind(StrEnum):
    """Families of backends."""

    FILE = "file"
    OBJECTS = "object store"
    POSTGRES = "PostgreSQL"
    SERVICE = "Pulumi Cloud or self-hosted"
    OTHER = "unknown"


_SCHEMES = {
    "file": Kind.FILE,
    "s3": Kind.OBJECTS,
    "gs": Kind.OBJECTS,
    "azblob": Kind.OBJECTS,
    "postgres": Kind.POSTGRES,
    "postgresql": Kind.POSTGRES,
    "https": Kind.SERVICE,
    "http": Kind.SERVICE,
}

REMOTE = {
    Kind.OBJECTS: "the address in PULUMI_BACKEND_URL, and what may open the bucket (AWS_PROFILE …)",
    Kind.POSTGRES: "the address in PULUMI_BACKEND_URL, and the server's log",
}
"""Kinds that are reached before anything is begun; and what to look at if they can't be."""

_NUMBERS = re.compile(r"https response error StatusCode: \d+, RequestID: \S*, HostID: \S*, ")


class Problem(NamedTuple):
    """What is wrong, and what to do."""

    what: str
    hint: str


class Backend(NamedTuple):
    """Where state is kept. `url` may hold a password: show `shown` instead."""

    url: str

    @property
    def kind(self) -> Kind:
        """Which family."""
        return _SCHEMES.get(urlsplit(self.url).scheme, Kind.OTHER)

    @property
    def shown(self) -> str:
        """Without user, password and parameters."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    @property
    def folder(self) -> Path | None:
        """The folder of a file backend."""
        if self.kind is not Kind.FILE:
            return None
        path = unquote(self.url.removeprefix("file://").partition("?")[0])
        return Path(path).expanduser() / ".pulumi"


def backend_of(environment: Mapping[str, str]) -> Backend:
    """The one that the engine would take: by variable, by token, by `pulumi login`."""
    if url := environment.get("PULUMI_BACKEND_URL"):
        return Backend(url)
    if environment.get("PULUMI_ACCESS_TOKEN"):
        return Backend(_SERVICE)
    home = environment.get("PULUMI_HOME") or f"{environment.get('HOME', '')}/.pulumi"
    file = Path(environment.get("PULUMI_CREDENTIALS_PATH") or home) / "credentials.json"
    try:
        return Backend(str(json.loads(file.read_text())["current"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Backend("")


def guarded(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with what the backend needs and nobody has chosen otherwise."""
    if backend_of(environment).kind is not Kind.POSTGRES:
        return dict(environment)
    return {PARALLEL: "1", **environment}


def guards(
    environment: Mapping[str, str], names: Iterable[str], at_once: int
) -> dict[str, list[Problem]]:
    """What is known to go wrong, by what it is about; empty where this backend knows no such thing.

    The first use, which must not be by several at once, is for `prepare`.
    """
    if backend_of(environment).kind is not Kind.POSTGRES:
        return {}
    return {
        "names": _wildcards([NAMESPACE.removesuffix(":"), *names]),
        "parallelism": _parallel(environment),
        "connections": _connections(environment, at_once),
    }


def problems(
    environment: Mapping[str, str], names: Iterable[str], at_once: int = 1
) -> list[Problem]:
    """What would go wrong with these stacks, so many at once."""
    return [one for found in guards(environment, names, at_once).values() for one in found]


def refuse(environment: Mapping[str, str], names: Iterable[str], at_once: int) -> None:
    """Raise FlexSsoError with the reason, if there is one not to begin."""
    found = problems(environment, names, at_once)
    if found:
        what = " ".join(one.what for one in found)
        raise FlexSsoError(what, hint="; ".join(one.hint for one in found))


def prepare(environment: Mapping[str, str]) -> None:
    """Reach a server or a bucket; raises FlexSsoError if it can't be used. Others need nothing.

    The engine makes its table there, if it has none: first uses at once would race for it.
    """
    backend = backend_of(environment)
    if backend.kind not in REMOTE:
        return
    command = ["pulumi", "--non-interactive", "whoami"]
    hint = f"./flexsso doctor; {REMOTE[backend.kind]}"
    try:
        done = subprocess.run(  # noqa: S603
            command, env=dict(environment), capture_output=True, text=True, check=False, timeout=60
        )
    except subprocess.TimeoutExpired:
        raise FlexSsoError(f"{backend.shown} has not answered for 60 s", hint=hint) from None
    if done.returncode:
        reason = _reason(done.stderr.replace(backend.url, backend.shown))
        raise FlexSsoError(f"{backend.shown} can't be used: {reason}", hint=hint)


def _reason(said: str) -> str:
    """The first line; of AWS's client only what it did and what came of it, without numbers."""
    first = (lines_of(said) or ["no reason was given"])[0].rpartition("operation error ")[2]
    return _NUMBERS.sub("", first)


def _wildcards(names: Iterable[str]) -> list[Problem]:
    wild = [name for name in names if set(name) & set("_%")]
    if not wild:
        return []
    what = f"On PostgreSQL every command on {wild[0]} may crash: `_` and `%` are wildcards there."
    return [Problem(what, "name stacks and project without them, or use another backend")]


def _parallel(environment: Mapping[str, str]) -> list[Problem]:
    if environment.get(PARALLEL, "1") == "1":
        return []
    what = f"{PARALLEL}={environment[PARALLEL]} lets the engine block itself on PostgreSQL."
    return [Problem(what, f"unset {PARALLEL}, or set it to 1")]


def _connections(environment: Mapping[str, str], at_once: int) -> list[Problem]:
    given = environment.get(CONNECTIONS, "")
    granted = int(given) if given.isdigit() else DEFAULT_CONNECTIONS
    needed = at_once * CONNECTIONS_OF_ONE
    if needed <= granted:
        return []
    what = f"{at_once} stacks at once take {needed} connections of PostgreSQL, more than {granted}."
    hint = f"raise max_connections and say so in {CONNECTIONS}, or lower --at-once"
    return [Problem(what, hint)]
