"""A page of docs as a script: its `console` blocks, and what a person does between them.

```console
$ ./flexsso sandbox up            a command, which goes on after a backslash
http://127.0.0.1:8765             lines that it prints on stdout and stderr, in this order;
…                                 any lines, or the rest of one
$ ./flexsso verify a.b  # waits: exit code 2      where it is not 0 (or, after `error:`, not 1)
```
<!-- person: follows the hand-off -->

What is in ```yaml is a sample: a person may do something with the last one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent
from typing import NamedTuple

STEP = re.compile(
    r"^ *```console\n(?P<block>.*?)^ *```$"
    r"|^ *```yaml\n(?P<sample>.*?)^ *```$"
    r"|^ *<!-- person: (?P<person>.*?) -->$",
    re.M | re.S,
)


class Command(NamedTuple):
    """A command line, and what the page says that it prints."""

    line: str
    expected: list[str]


class Deed(NamedTuple):
    """What a person does in the browser."""

    what: str


class Sample(NamedTuple):
    """A piece of YAML."""

    text: str


def steps(page: str) -> Iterator[Command | Deed | Sample]:
    """All of a page's steps, from top to bottom."""
    for found in STEP.finditer(page):
        if found["person"]:
            yield Deed(found["person"])
        elif found["sample"]:
            yield Sample(dedent(found["sample"]))
        else:
            yield from _commands(dedent(found["block"]))


def _commands(block: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        lines = part.splitlines()
        last = next(number for number, line in enumerate(lines) if not line.endswith("\\"))
        yield Command("\n".join(lines[: last + 1]), lines[last + 1 :])


def matches(expected: list[str], printed: str) -> bool:
    """Whether a command printed what the page says."""
    pattern = ""
    for line in expected:
        whole = "(?:.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + "\n"
        pattern += whole
    text = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    return re.fullmatch(pattern, text) is not None
