"""Somebody who does what a page says, command by command, in a checkout of their own."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from cli.env import engine_environment
from models.endpoints import Endpoints
from models.handoff import Handoff
from models.idp_metadata import parse_idp_metadata
from tests.checkout import Checkout
from tests.docs.walk import Command, Deed, Sample, matches, steps
from tools.demo.person import Person

PORT = 8765
END = "-- the end of"
EXIT_CODE = re.compile(r"# .*exit code (\d+)")
ONLY_ELSEWHERE = (
    "for this port, set",  # said by `sandbox up` on another port than the page's
    "warning: there is no .sandbox/credentials/",  # by `new` of an account that is an example's
)


class Reader:
    """One shell, one stack, one browser. `edits` are what they type otherwise than the page.

    What a page shows has port 8765, whatever the sandbox's is.
    """

    def __init__(self, copy: Checkout, stack: str, edits: dict[str, str] | None = None) -> None:
        self.copy, self.stack, self.edits = copy, stack, edits or {}
        self.person = Person(Endpoints(base=copy.base).url, copy.root)
        self.sample = ""
        self._shell = subprocess.Popen(
            ["bash"],
            cwd=copy.root,
            env=copy.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shell.communicate("exit\n")

    def read(self, page: Path) -> int:
        """Do all that a page says; returns of how many commands and deeds that was."""
        done = 0
        for step in steps(page.read_text(encoding="utf-8")):
            done += not isinstance(step, Sample)
            if isinstance(step, Sample):
                self.sample = step.text
            elif isinstance(step, Deed):
                self.do(step.what)
            else:
                self.run(step)
        return done

    def run(self, command: Command) -> None:
        """Type a command; it must end and print as the page says."""
        line = command.line
        for shown, typed in self.edits.items():
            line = line.replace(shown, typed)
        code, said = self.type(line)
        wanted = EXIT_CODE.search(command.line)
        fails = any(one.startswith("error:") for one in command.expected)
        assert code == int(wanted[1] if wanted else fails), said
        assert matches(command.expected, said), f"{command}\n\nprinted:\n{said}"

    def type(self, line: str) -> tuple[int, str]:
        """Exit code and all that it prints."""
        assert self._shell.stdin
        assert self._shell.stdout
        self._shell.stdin.write(f'{{ {line}\n}} </dev/null\ncode=$?; echo; echo "{END} $code"\n')
        self._shell.stdin.flush()
        said: list[str] = []
        while not said or not said[-1].startswith(END):
            said.append(self._shell.stdout.readline())
            assert said[-1], f"the shell has ended: {said}"
        text = "".join(said[:-1]).removesuffix("\n").replace(str(self.copy.port), str(PORT))
        lines = text.splitlines(keepends=True)
        shown = "".join(one for one in lines if not one.startswith(ONLY_ELSEWHERE))
        return int(said[-1].removeprefix(END)), shown

    # Deeds ----------------------------------------------------------------------------------

    def do(self, what: str) -> None:
        """What a person does, in the words of the page's hidden lines."""
        deeds = {
            r"follows the hand-off": self._follow,
            r"follows the hand-off and saves the metadata as (\S+)": self._follow,
            r"goes on to active": self._go_on,
            r"signs in as (\S+)": self._sign_in,
            r"saves this as (\S+)": self._save,
            r"puts this into the stack": self._configure,
            r"changes the ACS URL of the app to (\S+)": self._change_acs_url,
            r"changes the ACS URL of the app back": self._change_acs_url,
            r"adds a certificate and downloads the metadata to (\S+)": self._add_certificate,
        }
        for words, deed in deeds.items():
            found = re.fullmatch(words, what)
            if found:
                deed(*found.groups())
                return
        raise AssertionError(f"nobody knows how to do this: {what}")

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs."""
        command = ["pulumi", "stack", "output", "--json", "--stack", self.stack]
        environment = engine_environment(self.copy.root, self.copy.environment)
        done = subprocess.run(
            command, cwd=self.copy.root, env=environment, capture_output=True, text=True, check=True
        )
        return dict(json.loads(done.stdout))

    def _follow(self, file: str = "") -> None:
        assert self.person.follow_handoff(Handoff.model_validate(self.outputs()["handoff"]))
        if file:
            (self.copy.root / file).parent.mkdir(exist_ok=True)
            kept = self.copy.root / "stacks" / self.stack / "idp_metadata.xml"
            kept.rename(self.copy.root / file)

    def _go_on(self) -> None:
        self.copy.flexsso("up", self.stack, "--yes", "--skip-preview")
        self._follow()
        self.copy.flexsso("up", self.stack, "--yes", "--skip-preview")
        assert self.outputs()["status"] == "active"

    def _sign_in(self, email: str) -> None:
        person = Person(Endpoints(base=self.copy.base).url, self.copy.root)
        person.open(self.outputs()["login_url"])
        person.follow("Log in with SSO")
        person.sign_in_as(email)

    def _save(self, name: str) -> None:
        (self.copy.root / name).write_text(self.sample, encoding="utf-8")

    def _configure(self) -> None:
        """Lay the page's last YAML over the stack's tenant."""
        path = self.copy.root / "stacks" / f"Pulumi.{self.stack}.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        lay_over(content["config"]["flex-google-sso:tenant"], yaml.safe_load(self.sample))
        path.write_text(yaml.safe_dump(content), encoding="utf-8")

    def _change_acs_url(self, acs_url: str = "") -> None:
        self.person.open("https://admin.google.com/ac/apps/unified")
        self.person.follow("Twilio Flex")
        self.person.follow("Service provider details")
        self.person.fill("ACS URL", acs_url or self.outputs()["acs_url"])
        self.person.press("SAVE")

    def _add_certificate(self, path: str) -> None:
        self.person.open("https://admin.google.com/ac/security/ssocert")
        self.person.press("Add certificate")
        self.person.open("https://admin.google.com/ac/security/ssocert")
        content = self.person._http.get(self.person._link("DOWNLOAD METADATA")).content
        (self.copy.root / path).write_bytes(content)
        old = self.outputs()["certificate_fingerprint"]
        both = [one.fingerprint for one in parse_idp_metadata(content).certificates]
        self.edits["AB:CD:…"] = next(one for one in both if one != old)


def lay_over(base: dict[str, Any], change: dict[str, Any]) -> None:
    """Put `change` over `base`, key by key."""
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            lay_over(base[key], value)
        else:
            base[key] = value
