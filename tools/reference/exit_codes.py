"""docs/reference/exit-codes.md: what the docstring of each command's module says of exit codes."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from cli import doctor, explain, fleet, main, migrate, verify
from tools.reference.page import code, head, table

if TYPE_CHECKING:
    from types import ModuleType

INTRO = """
stdout carries data only; notes, `error:` and `hint:` go to stderr.

| exit code | of every command |
| --- | --- |
"""
MORE = """
Further ones, of single commands:

"""
COMMANDS = {
    "verify": verify,
    "migrate certificate, migrate enhanced": migrate,
    "fleet …": fleet,
    "doctor": doctor,
    "explain": explain,
}
PULUMIS = """
`up`, `preview` and `destroy` end with Pulumi's own: 0; 7 where `--expect-no-changes` found some;
another one with an error. `sandbox status` ends with 0 only if the sandbox answers.
"""
SENTENCE = re.compile(r"Exit codes: (.*?)\.(?:\s|$)", re.S)


def render() -> str:
    """The page: codes of all commands, then those with a meaning of their own."""
    rows = [
        (code(name), str(number), says)
        for name, module in COMMANDS.items()
        for number, says in codes(module).items()
    ]
    every = "".join(f"| {number} | {says} |\n" for number, says in codes(main).items())
    own = table(("command", "exit code", "means"), rows)
    return head("Exit codes", "`cli/`") + INTRO + every + MORE + own + PULUMIS


def codes(module: ModuleType) -> dict[int, str]:
    """Exit code → meaning, as the module's docstring has them."""
    found = SENTENCE.search(inspect.getdoc(module) or "")
    if found is None:
        raise ValueError(f"{module.__name__} says nothing of its exit codes")
    said = " ".join(found[1].split()).partition(";")[0]
    parts = (one.partition(" ") for one in re.split(r", (?=\d+ )", said))
    return {int(number): says for number, _, says in parts}
