"""What people hand in: each is taken or refused with a sentence, soon, and leads nowhere else."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from models.errors import FlexSsoError
from models.stack import Stack, read_stack
from tests.idp_files import _certificate, _metadata
from tools.torture import hostile_webhook
from tools.torture.figure import Figure, Scope
from tools.torture.hostile_config import WHOLE, configurations
from tools.torture.hostile_files import HEADER, metadata, people

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LIMIT_SECONDS = 5.0
NAME = "acme.prod"


class Desk:
    """A stack's folder, and what is made of the files that somebody puts there."""

    def __init__(self, stacks: Path) -> None:
        self._stacks = stacks
        self._folder = stacks / NAME
        self._folder.mkdir(parents=True)
        self.genuine = _metadata(_certificate())
        self.people = f"{HEADER}ada@acme.example,agent,Ada\n".encode()

    def judge(self, read: Callable[[], Stack], *, refused: bool = False) -> str:
        """What is wrong with how it is read; empty if nothing is."""
        start = time.monotonic()
        try:
            stack = read()
        except FlexSsoError as error:
            return "" if str(error).strip() else "refused without a word"
        except Exception as error:
            return f"{type(error).__name__} instead of a sentence: {error}"
        finally:
            took = time.monotonic() - start
        if took > LIMIT_SECONDS:
            return f"took {took:.0f} s"
        return "was taken" if refused else misled(stack)

    def config(self, tenant: Any) -> Callable[[], Stack]:
        """Read a stack with this configuration and genuine files."""
        return lambda: self._read(tenant, self.people, None)

    def metadata(self, content: bytes) -> Callable[[], Stack]:
        """Read a stack with this metadata file."""
        return lambda: self._read(WHOLE, self.people, content)

    def roles(self, content: bytes) -> Callable[[], Stack]:
        """Read a stack with this roles.csv."""
        return lambda: self._read(WHOLE, content, None)

    def _read(self, tenant: Any, roles: bytes, idp: bytes | None) -> Stack:
        (self._folder / "roles.csv").write_bytes(roles)
        path = self._folder / "idp_metadata.xml"
        path.unlink(missing_ok=True)
        if idp is not None:
            path.write_bytes(idp)
        return read_stack(NAME, tenant, self._stacks, NOW)


def misled(stack: Stack) -> str:
    """Whether what was taken leads elsewhere than the genuine thing."""
    from models.idp_metadata import parse_idp_metadata  # noqa: PLC0415

    wrong = [email for email in stack.people if not email.isascii() or email.count("@") != 1]
    if wrong:
        return f"takes {wrong[0]!a} for an address"
    if stack.idp_metadata and not stack.tenant.saml_app.allow_any_idp_host:
        url = urlsplit(parse_idp_metadata(stack.idp_metadata.encode()).sso_url)
        if (url.scheme, url.netloc) != ("https", "accounts.google.com"):
            return f"sends people to {url.geturl()}"
    return ""


def named(_scope: Scope) -> Figure:
    """All named cases, in the short run too: they take seconds."""
    figure = Figure("hostile files, configurations and webhook answers, by name")
    kinds: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(name))
        figure.add("the genuine files", desk.judge(desk.metadata(desk.genuine)))
        for case, wrong in chain(judged(desk), hostile_webhook.judged(desk.genuine, Path(folder))):
            kinds[case.partition(":")[0]] += 1
            figure.add(case, wrong)
    figure.what += f" ({', '.join(f'{kind} {count:,}' for kind, count in kinds.items())})"
    return figure


def judged(desk: Desk) -> Iterator[tuple[str, str]]:
    """(name, what is wrong) of each."""
    for name, tenant in configurations():
        yield f"configuration: {name}", desk.judge(desk.config(tenant))
    for hostile in metadata(desk.genuine):
        verdict = desk.judge(desk.metadata(hostile.content), refused=hostile.refused)
        yield f"metadata: {hostile.name}", verdict
    for hostile in people():
        verdict = desk.judge(desk.roles(hostile.content), refused=hostile.refused)
        yield f"roles.csv: {hostile.name}", verdict
