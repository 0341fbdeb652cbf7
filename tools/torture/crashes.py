"""kill -9 of the real engine, of its providers or of both, at random points of its three verbs.

Each time: a world with things of others in it, a stack, a kill somewhere in a first `up`, an update
or a destroy, then what a person would do (`./flexsso repair`, and the verb again). Afterwards the
vendors hold what an undisturbed run leaves, and after a destroy exactly what was there before us.
"""

from __future__ import annotations

import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from cli.repair import repaired
from models.errors import FlexSsoError
from sandbox import seed
from tests.e2e.conftest import ROOT, Project
from tests.providers.vendor import Vendor
from tests.servers import free_port
from tools.bench.world import wait_for
from tools.torture import processes
from tools.torture.figure import Figure, Scope
from tools.torture.processes import Victim

if TYPE_CHECKING:
    from collections.abc import Iterator

VERBS = ("first up", "update", "destroy")
NAME = "crash.dev"
PEOPLE = ("ada", "grace", "linus", "marie", "emmy")
RUN = ("--yes", "--skip-preview", "--suppress-outputs", "--non-interactive", "-s", NAME)
FRESH_SID = re.compile(r"(?<=[A-Z]{2})[0-9a-f]{32}")
"""Others in each fresh world."""

RUNS = 20
GLANCE_SECONDS = 0.01
FOREIGN = {"public_attributes": {"theme": "dark"}, "attributes": {"crm": {"url": "x"}}}


def planted() -> dict[str, Any]:
    """The default world; ada and marie hold values of a schema that somebody made by hand."""
    spec = copy.deepcopy(seed.DEFAULT)
    text = {"fieldType": "STRING"}
    fields = [
        {"fieldName": "Team", "displayName": "Team", **text},
        {"fieldName": "Roles", "displayName": "Roles", "multiValued": True, **text},
    ]
    schema = {"schemaName": "Flex_Details", "displayName": "Flex Details", "fields": fields}
    spec["google"][0]["schemas"].append(schema)
    spec["google"][0]["values"] = {
        "ada@acme.example": {
            "HR": {"Badge": "B-1815"},
            "Flex_Details": {"Roles": [{"value": "wfo.manager"}], "Team": "north"},
        },
        "marie@acme.example": {"Flex_Details": {"Team": "south"}},
    }
    return spec


class Hit(NamedTuple):
    """At which part of the verb's usual time, and whom the dead may have left behind."""

    at: float
    orphans: list[int]


class Crash(NamedTuple):
    """The moment of a kill as a part of the verb's usual time (None: nobody was met)."""

    at: float | None
    wrong: str


class Crashes:
    """One project, one stack, one pretend world in a process of its own."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._reset()
        self.stack = project.stack(NAME, flex={"login_popup": True})
        own = {"XDG_STATE_HOME": str(project.root / ".notes"), "TMPDIR": str(project.root)}
        self.stack.engine.environment.update(own)
        self._file = project.root / "stacks" / f"Pulumi.{NAME}.yaml"
        self._config = self._file.read_text(encoding="utf-8")
        self.before = self.held()
        self.seconds: dict[str, float] = {}
        self.after: dict[str, Any] = {}
        for verb in VERBS:
            start = time.monotonic()
            self._undisturbed(verb)
            self.seconds[verb] = time.monotonic() - start
            self.after[verb] = self.held()

    def held(self) -> dict[str, Any]:
        """Everything of users, schemas and Flex that we or others could change."""
        vendor = Vendor(self._project.base, self._project.state_dir)
        document = {**vendor.flex_configuration(), "date_updated": "", "date_created": ""}
        flex = json.loads(FRESH_SID.sub("…", json.dumps(document)))
        values = {name: vendor.custom_values(f"{name}@acme.example") for name in PEOPLE}
        return {"people": values, "flex": flex, "schemas": sorted(vendor.schema_names())}

    def run(self, verb: str, victim: Victim, draw: random.Random) -> Crash:
        """Kill once, at a random moment of the verb at which the victim runs.

        A run that has ended before the draw is no case: it begins again with another moment.
        """
        for _ in range(RUNS):
            self._reset()
            self._forget()
            if verb != "first up":
                self._undisturbed("first up")
            if hit := self._killed(verb, victim, draw):
                return Crash(hit.at, self._aftermath(verb, hit.orphans))
        return Crash(None, f"never met {victim} in {RUNS} runs")

    def _aftermath(self, verb: str, orphans: list[int]) -> str:
        """What is wrong after what a person would do, or nothing."""
        try:
            repaired(self._project.root, self.stack.engine.environment, NAME)
            self._undisturbed(verb)
            wrong = self._compare(self.after[verb], "after the next run")
            if not wrong and verb != "destroy":
                self._undisturbed("destroy")
                wrong = self._compare(self.before, "after the destroy")
        except (FlexSsoError, AssertionError) as error:
            wrong = f"does not recover: {essence(str(error))}"
        finally:
            for pid in orphans:
                processes.end(pid)
        return wrong

    def _compare(self, expected: dict[str, Any], when: str) -> str:
        held = self.held()
        if held == expected:
            return ""
        parts = [key for key in expected if held[key] != expected[key]]
        shown = "; ".join(f"{key}: {held[key]}, should be {expected[key]}" for key in parts)
        return f"{when} the vendors hold {shown}"

    def _killed(self, verb: str, victim: Victim, draw: random.Random) -> Hit | None:
        """Begin the verb, kill, and wait until the engine has ended; None if nobody was met.

        Before the victim has started, the moment is drawn again from what is left of the verb's
        time: each moment of the victim's life is as likely as any other.
        """
        self._prepare(verb)
        at, orphans, met = draw.random(), [], False
        with subprocess.Popen(
            ["pulumi", "destroy" if verb == "destroy" else "up", *RUN],
            cwd=self._project.root,
            env=self.stack.engine.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as engine:
            start = time.monotonic()
            while not met and engine.poll() is None:
                wait = start + at * self.seconds[verb] - time.monotonic()
                time.sleep(max(wait, GLANCE_SECONDS))
                orphans = processes.offspring(engine.pid)
                met = processes.kill(victim, engine.pid)
                at = at if met else draw.uniform(at, 1)
            engine.wait()
        return Hit(at, orphans) if met else None

    def _undisturbed(self, verb: str) -> None:
        self._prepare(verb)
        self.stack.pulumi("destroy" if verb == "destroy" else "up", "--yes", "--skip-preview")

    def _prepare(self, verb: str) -> None:
        """Before an update, the stack asks for something else than before."""
        config = yaml.safe_load(self._config)
        if verb == "update":
            tenant = config["config"]["flex-google-sso:tenant"]
            tenant["flex"]["login_popup"] = False
            tenant["roles"]["people"] = {
                "linus@acme.example": {"roles": ["supervisor"]},
                "emmy@acme.example": {"roles": ["agent"]},
            }
            tenant["roles"].pop("groups")
        self._file.write_text(yaml.safe_dump(config), encoding="utf-8")

    def _reset(self) -> None:
        self._project.control("reset", planted())
        Vendor(self._project.base, self._project.state_dir).flex_configuration(FOREIGN)

    def _forget(self) -> None:
        """The stack as it was before its first `up`."""
        engine = self.stack.engine
        engine.run("cancel", "--yes", NAME, quiet=True, check=False)
        engine.begin()


def essence(said: str) -> str:
    """What Pulumi says of an error, and the end of all it says."""
    lines = said.splitlines()
    errors = [line.strip() for line in lines if re.search(r"\berrors?\b", line, re.IGNORECASE)]
    return " / ".join([*errors, *lines[-3:]])


@contextmanager
def project() -> Iterator[Project]:
    """A project with its own pretend world, notes and backend."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        state_dir, port = root / ".sandbox", free_port()
        command = [sys.executable, "-m", "sandbox", "--port", str(port)]
        with subprocess.Popen(
            [*command, "--state-dir", str(state_dir)], cwd=ROOT, stderr=subprocess.DEVNULL
        ) as server:
            try:
                wait_for(f"http://127.0.0.1:{port}")
                made = Project(root, f"http://127.0.0.1:{port}", state_dir)
                yield made
            finally:
                server.terminate()


class Tally:
    """Hands out the points, each once, and counts what became of them, for all desks."""

    def __init__(self, scope: Scope, points: int) -> None:
        self.figure = Figure("kills of the real engine and its providers", asked=points)
        self.met = dict.fromkeys(Victim, 0)
        self._seed = scope.seed
        self._numbers = iter(scope.within(range(points)))
        self._lock = threading.Lock()

    def work(self) -> None:
        """Kill in a place of its own, until all points are given out or the time is over."""
        with project() as where:
            torture = Crashes(where)
            while (number := self._next()) is not None:
                verb = VERBS[number % len(VERBS)]
                victim = list(Victim)[number // len(VERBS) % len(Victim)]
                draw = random.Random(f"{self._seed}.{number}")  # noqa: S311  a draw, no secret
                self._add(number, verb, victim, torture.run(verb, victim, draw))

    def _next(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)

    def _add(self, number: int, verb: str, victim: Victim, crash: Crash) -> None:
        moment = "never" if crash.at is None else f"at {crash.at:.0%}"
        name = f"{number + 1}. {victim} killed {moment} of {verb}"
        with self._lock:
            self.met[victim] += crash.at is not None
            self.figure.add(name, crash.wrong)
            print(f"{name}: {crash.wrong or 'well'}", file=sys.stderr, flush=True)


def crashes(scope: Scope, *, points: int) -> Figure:
    """`points` kills, evenly over verbs and victims, at random moments; fewer if time is over.

    A case is wrong where the stack does not recover, where the vendors hold anything else than
    after an undisturbed run, and where the victim was never met. As many at once as the machine
    has cores, each in a project and a world of its own.
    """
    tally, desks = Tally(scope, points), min(os.cpu_count() or 1, points)
    with ThreadPoolExecutor(desks) as pool:
        for desk in [pool.submit(tally.work) for _ in range(desks)]:
            desk.result()
    met = ", ".join(f"{victim} {count}" for victim, count in tally.met.items())
    tally.figure.what += f" (met: {met})"
    return tally.figure
