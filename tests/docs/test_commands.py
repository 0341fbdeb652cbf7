"""Whatever command a page shows: there is such a command, with such options and arguments.

`console` blocks are walked (test_tutorial, test_how_to, test_adopt, test_repair, test_readme). What
stands in an `sh` block is run elsewhere, or can't be run by a test: it is listed here, with where
or why not.
"""

from __future__ import annotations

import re
import shlex
from textwrap import dedent
from typing import Any

import pytest
import typer.main

from cli.main import app
from tests.checkout import ROOT
from tests.docs.walk import Command, steps

NOT_OURS = {"commands.md"}  # written from the commands themselves
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "bench/README.md")] + [
    page for page in sorted((ROOT / "docs").rglob("*.md")) if page.name not in NOT_OURS
]
INLINE = re.compile(r"`(\./flexsso[^`]*)`")
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```$", re.M | re.S)
PULUMIS = {"up", "preview", "destroy"}  # further options are Pulumi's

CI = "CI runs it"
ASKS = "asks on a terminal: tests/cli/test_new.py answers"
TENANT = "the README's overview of what test_how_to.py walks"
REAL = "needs a real account at Google, Twilio or AWS"
FLEET = "tests/e2e/test_fleet.py, test_fleet_control.py, test_fleet_state.py, test_fleet_prune.py"
MIGRATION = "tests/e2e/test_migration_enhanced.py"
ROTATION = "tests/e2e/test_rotation.py"
ELSEWHERE = {
    "make install": CI,
    "make check": CI,
    "make test": CI,
    "make cover": "the same tests, counted",
    "make docs": "test_site.py and test_reference.py run its parts",
    "make demo": "test_readme.py",
    "./flexsso new acme.prod": ASKS,
    "./flexsso up acme.prod": TENANT,
    "./flexsso handoff acme.prod": TENANT,
    "./flexsso verify acme.prod": TENANT,
    "./flexsso preview acme.prod --refresh --expect-no-changes": TENANT,
    "./flexsso repair acme.prod && ./flexsso up acme.prod": "test_repair.py, line by line",
    "./flexsso repair acme.dev --force": "tests/cli/test_repair.py",
    "./flexsso migrate enhanced acme.prod": MIGRATION,
    "./flexsso migrate enhanced acme.prod --way create": MIGRATION,
    "./flexsso migrate enhanced acme.prod --back": MIGRATION,
    "export PULUMI_BACKEND_URL=s3://acme-state": REAL,
    "export PULUMI_BACKEND_URL='s3://acme-state?endpoint=https://s3.example.com"
    "&s3ForcePathStyle=true&region=us-east-1'": "tests/e2e/test_fleet_s3.py",
    "export TWILIO_API_KEY=SK…": REAL,
    "export TWILIO_API_SECRET=…": REAL,
    'export FLEXSSO_WEBHOOK_SECRET="$(openssl rand -base64 32)"': "tests/e2e/test_webhook.py",
    "pulumi up -s acme.prod": "tests/e2e/test_webhook.py",
    "./flexsso migrate certificate acme.prod": ROTATION,
    "./flexsso handoff acme.prod --metadata GoogleIDPMetadata.xml": ROTATION,
    'eval "$(./flexsso env)"': "test_how_to.py, on another page",
    "pulumi config set -s acme.prod --path flex-google-sso:tenant.saml_app.certificate"
    ' "AB:CD:…"': ROTATION,
    "./flexsso appconfig acme.prod > public/appConfig.js": "tests/e2e/test_appconfig.py",
}
WHOLE_PAGES = {  # run by tests that set up what they need
    "docs/how-to/use-the-component.md": "tests/e2e/test_examples.py",
    "docs/how-to/fleet-temporal.md": "tests/fleet and tests/e2e, where there is a Temporal server",
}
PATTERNS = {r"\./flexsso fleet .*": FLEET, r"gcloud .*": REAL}


def in_blocks() -> list[tuple[str, str]]:
    """Page, command line without its comment: all of the `sh` blocks."""
    return [
        (str(page.relative_to(ROOT)), line)
        for page in PAGES
        for block in BLOCK.findall(page.read_text(encoding="utf-8"))
        for text in dedent(block).replace("\\\n", " ").splitlines()
        if (line := re.sub(r"(^|\s+)# .*|^\s+# .*", "", text).strip())
    ]


def shown() -> list[tuple[str, str]]:
    """Page, `./flexsso …`: in blocks, in walks and in the text."""
    found = [(page, part) for page, line in in_blocks() for part in line.split("&&")]
    for page in PAGES:
        text, name = page.read_text(encoding="utf-8"), str(page.relative_to(ROOT))
        walked = [one.line for one in steps(text) if isinstance(one, Command)]
        lines = [line.replace("\\\n", " ").partition(" # ")[0] for line in walked]
        found += [(name, line) for line in lines]
        found += [(name, " ".join(line.split())) for line in INLINE.findall(text)]
    return [(page, line.strip()) for page, line in found if line.strip().startswith("./flexsso")]


def names_only(words: list[str]) -> bool:
    """Whether it is the command's name, as in "`./flexsso up` passes on to Pulumi"."""
    return all(re.fullmatch(r"[a-z]+(\|[a-z]+)*|…|--help|--version", word) for word in words)


@pytest.mark.parametrize(("page", "line"), sorted(set(shown())))
def test_every_command_on_a_page_is_one(page: str, line: str):
    command: Any = typer.main.get_command(app)
    words = shlex.split(line.partition(";")[0].partition(" > ")[0])[1:]
    only_named = names_only(words) and (page, line) not in in_blocks()
    while words and words[0].partition("|")[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0).partition("|")[0]]

    if only_named and words in ([], ["…"], ["--help"], ["--version"]):
        return
    assert not hasattr(command, "commands"), f"{page}: no such command: {line}"
    context = command.make_context(command.name, [], resilient_parsing=True)
    given, rest, _ = command.make_parser(context).parse_args(args=[*words])
    missing = [
        parameter.name
        for parameter in command.params
        if parameter.required and not given.get(parameter.name)
    ]
    assert missing == [], f"{page}: {line}"
    assert command.name in PULUMIS or rest == [], f"{page}: too much: {line}"


def test_every_line_of_a_block_is_run_or_has_a_reason_not_to_be():
    lines = {line for page, line in in_blocks() if page not in WHOLE_PAGES}
    unknown = {
        line
        for line in lines
        if line not in ELSEWHERE and not any(re.fullmatch(one, line) for one in PATTERNS)
    }

    assert unknown == set(), "walk it (console), or say where it is run"
    assert set(ELSEWHERE) - lines == set(), "no page shows these any more"


def test_there_are_commands_to_look_at():
    assert len(shown()) > 80
