"""Input changed at random for ten minutes: five doors, each an equal share of the time.

A door takes what comes or refuses it with a sentence, soon; no crash, no hang, no traceback. Where
lies are possible (a vendor's well-formed, but wrong answer) only that is judged.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from models.errors import FlexSsoError
from models.idp_metadata import parse_idp_metadata
from tools.torture.faults import Named
from tools.torture.figure import Figure, Scope
from tools.torture.hostile import Desk
from tools.torture.hostile_config import WHOLE
from tools.torture.hostile_webhook import GOOD, Reply, Visit, visiting
from tools.torture.matrix import Answered, Case, Matrix
from tools.torture.mutation import mutated, reshaped
from tools.torture.place import place

SHORT_SECONDS, FULL_SECONDS = 10, 600
SHARE_SECONDS = 0.25
HANG_SECONDS = 60.0
SHOWN = 160

Target = Callable[[random.Random], tuple[str, str]]
"""Draws one case and runs it: (its name, what is wrong)."""


class Hang(BaseException):
    """Something did not end; no `except Exception` of the product may take it for its own."""


def fuzz(scope: Scope) -> Figure:
    """All doors in turn, until the time is over (ten seconds in the short run)."""
    seconds = min(SHORT_SECONDS if scope.short else FULL_SECONDS, 60 * scope.minutes)
    figure, draw, counts = Figure(""), scope.draw(), Counter[str]()
    with targets() as doors, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for door, target in doors.items():
                counts[door] += share(figure, door, target, draw)
    told = ", ".join(f"{door} {count:,}" for door, count in counts.items())
    figure.what = f"inputs changed at random, in {seconds:.0f} seconds ({told})"
    return figure


def share(figure: Figure, door: str, target: Target, draw: random.Random) -> int:
    """A door's share of a round, one case at least; how many cases that were."""
    before, end = figure.cases, time.monotonic() + SHARE_SECONDS
    while figure.cases == before or time.monotonic() < end:
        case = wrong = ""
        try:
            with limited(HANG_SECONDS):
                case, wrong = target(draw)
        except Hang:
            wrong = f"had not ended after {HANG_SECONDS:.0f} s"
        figure.add(f"{door}: {ascii(case)[:SHOWN]}", wrong)
    return figure.cases - before


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `Hang` in the main thread when the block takes longer."""

    def ring(*_args: Any) -> None:
        raise Hang

    usual = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, usual)


@contextmanager
def targets() -> Iterator[dict[str, Target]]:
    """The five doors, with what stands behind them."""
    with ExitStack() as stack:
        desk = Desk(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        visit = stack.enter_context(visiting(folder))
        matrix = Matrix(stack.enter_context(place()))
        answered = list(matrix.answered())
        yield {
            "metadata": lambda draw: metadata(desk, draw),
            "roles.csv": lambda draw: roles(desk, draw),
            "configuration": lambda draw: configuration(desk, draw),
            "webhook": lambda draw: webhook(desk, visit, draw),
            "vendors' answers": lambda draw: answer(matrix, answered, draw),
        }


def metadata(desk: Desk, draw: random.Random) -> tuple[str, str]:
    """Google's metadata file."""
    changed = mutated(desk.genuine, draw)
    return changed.hex(), desk.judge(desk.metadata(changed))


def roles(desk: Desk, draw: random.Random) -> tuple[str, str]:
    """The people's file."""
    changed = mutated(desk.people, draw)
    return changed.hex(), desk.judge(desk.roles(changed))


def configuration(desk: Desk, draw: random.Random) -> tuple[str, str]:
    """The stack's object `tenant`, as Pulumi's JSON brings it."""
    changed = reshaped(WHOLE, draw)
    return json.dumps(changed), desk.judge(desk.config(changed))


def webhook(desk: Desk, visit: Visit, draw: random.Random) -> tuple[str, str]:
    """A receiver's reply: its JSON, its bytes, or the metadata file in it."""
    genuine = desk.genuine.decode() if draw.randrange(2) else None
    body: Any = {**GOOD, "idp_metadata": genuine}
    kind = draw.randrange(3)
    if kind == 0 and genuine:
        body["idp_metadata"] = mutated(desk.genuine, draw).decode("latin-1")
    elif kind == 1:
        body = reshaped(body, draw)
    content = json.dumps(body).encode()
    if kind == 2:
        content = mutated(content, draw)
    status = draw.choice([200, 200, 201, 202, 400])
    wrong = visit.judge(Reply("", status, content, {}, refused=False))
    return content.hex(), wrong or _misled(visit.folder)


def _misled(folder: Path) -> str:
    """Whether a file was kept that leads elsewhere than to Google; the folder is empty after it."""
    try:
        for path in (one for one in folder.rglob("*") if one.is_file()):
            url = parse_idp_metadata(path.read_bytes(), allow_any_host=True).sso_url
            if not url.startswith("https://accounts.google.com/"):
                return f"keeps {path.name}, which sends people to {url}"
    except FlexSsoError as error:
        return f"keeps a file that it would not take: {error}"
    finally:
        for child in folder.iterdir():
            shutil.rmtree(child)
    return ""


def answer(matrix: Matrix, answered: list[Answered], draw: random.Random) -> tuple[str, str]:
    """What a vendor answers to one of the calls of a verb, once or from then on."""
    given = draw.choice(answered)
    body: Any = reshaped(given.answer, draw)
    if draw.randrange(3) == 0:
        body = mutated(json.dumps(given.answer).encode(), draw).decode("latin-1")
    where = {"method": given.call.method, "host": given.call.host, "path": given.call.path}
    kind = {"content-type": "application/json"}
    fault = {**where, "status": 200, "body": body, "headers": kind, "after_effect": True}
    named = Named(json.dumps(body), fault)
    number, for_good = 0, bool(draw.randrange(2))
    case = Case(given.subject, given.verb, number, given.call, named, for_good)
    return str(case), matrix.outlives(case)
