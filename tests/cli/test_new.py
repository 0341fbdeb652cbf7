from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cli import stack_draft as draft
from cli.new import create
from cli.stack_file import render, scalar
from models.errors import FlexSsoError, TenantConfigError
from models.stack import read_stack
from models.tenant import Tenant

PROJECT = Path(__file__).resolve().parents[2]
ANSWERS = {
    "name": "Acme Support",
    "google": {"customer": "C0123abcd", "domain": "acme.example"},
    "flex": {"account_sid": "AC" + "0" * 32, "runtime_domain": "acme-falcon-1234"},
    "roles": {"file": "roles.csv", "groups": {"flex-agents@acme.example": ["agent"]}},
}
OPTIONS = [
    *("--name", "Acme Support", "--customer", "C0123abcd", "--domain", "acme.example"),
    *("--account-sid", "AC" + "0" * 32, "--runtime-domain", "acme-falcon-1234"),
]


def tenant_of(text: str) -> object:
    return yaml.safe_load(text)["config"]["flex-google-sso:tenant"]


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root / "stacks"


def test_what_it_writes_is_what_up_reads(tmp_path):
    table = draft.roles_csv("", ["ada@acme.example=agent,supervisor"])
    files = draft.files("acme.prod", ANSWERS, table, None)
    stacks = write(tmp_path, files)

    config = tenant_of(files["stacks/Pulumi.acme.prod.yaml"])
    stack = read_stack("acme.prod", config, stacks, datetime.now(UTC))

    assert ANSWERS == config
    assert ["agent", "supervisor"] == stack.people["ada@acme.example"].roles
    assert {"flex-agents@acme.example": ["agent"]} == stack.tenant.roles.groups


def uncommented(text: str, key: str) -> str:
    """The file after somebody took the # off one key."""
    return "".join(
        line.replace("# ", "", 1) if line.lstrip().startswith(f"# {key}:") else line
        for line in text.splitlines(keepends=True)
    )


@pytest.mark.parametrize("key", ["login_popup", "mode", "generation", "trusted_domains", "admin"])
def test_a_key_that_is_commented_out_only_needs_its_hash_removed(key):
    text = render("acme.prod", ANSWERS, None)

    changed = uncommented(text, key)

    assert text != changed
    parsed = tenant_of(changed)
    assert any(key in part for part in parsed.values() if isinstance(part, dict))


def test_every_key_of_the_model_is_in_the_file():
    text = render("acme.prod", ANSWERS, None)

    for section in ("google", "flex", "saml_app", "roles", "credentials", "handoff"):
        model = Tenant.model_fields[section].annotation
        for key in model.model_fields:
            assert f"{key}:" in text


@given(st.recursive(st.text() | st.booleans() | st.integers(), st.lists, max_leaves=5))
def test_every_value_comes_back_from_yaml(value):
    assert yaml.safe_load(f"key: {scalar(value)}\n") == {"key": value}


def test_all_mistakes_are_said_at_once_and_nothing_is_written(flexsso):
    answer = flexsso("new", "acme", *OPTIONS, "--domain", "acme", "--person", "ada@acme.example=x")

    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "has 3 mistakes" in answer.stderr
    assert not (PROJECT / "stacks" / "Pulumi.acme.yaml").exists()


def test_without_a_terminal_all_that_is_missing_is_named(flexsso):
    answer = flexsso("new", "acme.prod", "--name", "Acme")

    assert answer.returncode == 1
    for option in ("--customer", "--domain", "--account-sid", "--runtime-domain"):
        assert f"  {option}: " in answer.stderr
    assert "hint: " in answer.stderr


def test_a_dry_run_shows_the_files_and_writes_none(flexsso):
    answer = flexsso("new", "zz-dry.prod", *OPTIONS, "--dry-run")

    assert "--- stacks/Pulumi.zz-dry.prod.yaml" in answer.stdout
    assert "--- stacks/zz-dry.prod/roles.csv" in answer.stdout
    assert not [*(PROJECT / "stacks").glob("*zz-dry*")]


def test_nothing_is_ever_overwritten(tmp_path):
    files = draft.files("acme.prod", ANSWERS, draft.CSV_HEAD, None)
    write(tmp_path, {"stacks/acme.prod/roles.csv": "mine"})

    with pytest.raises(FlexSsoError, match=r"roles\.csv is there already"):
        create(tmp_path, "acme.prod", files, dry_run=False)

    assert [tmp_path / "stacks" / "acme.prod" / "roles.csv"] == [
        path for path in tmp_path.rglob("*") if path.is_file()
    ]


def test_another_stacks_file_gives_its_answers_and_people_but_not_its_connection(tmp_path):
    theirs = {**ANSWERS, "flex": {**ANSWERS["flex"], "connection": "JQ" + "0" * 32}}
    stacks = write(
        tmp_path,
        {
            "stacks/Pulumi.acme.dev.yaml": render("acme.dev", theirs, None),
            "stacks/acme.dev/roles.csv": "email,roles,full_name,team\nada@acme.example,agent,,7\n",
        },
    )

    tenant, listed = draft.begin(stacks / "Pulumi.acme.dev.yaml")

    assert ANSWERS == tenant
    assert draft.roles_csv(listed, ["bob@acme.example=admin"]).splitlines()[1:] == [
        "ada@acme.example,agent,,7",
        "bob@acme.example,admin,,",
    ]


def test_a_tenant_alone_is_taken_as_it_is(tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text(yaml.safe_dump(ANSWERS))

    assert draft.begin(path) == (ANSWERS, "")


@pytest.mark.parametrize("text", ["", "- 1", "config: {other: 1}", "a: ["])
def test_a_file_that_holds_no_tenant_is_refused(tmp_path, text):
    path = tmp_path / "answers.yaml"
    path.write_text(text)

    with pytest.raises(FlexSsoError, match=str(path)):
        draft.begin(path)


def test_only_what_is_missing_is_asked():
    asked = []

    def ask(question: draft.Question) -> str:
        asked.append(question.key)
        return {"flex.account_sid": "AC1", "google.admin": ""}[question.key]

    begun = {key: value for key, value in ANSWERS.items() if key != "flex"}
    begun["flex"] = {"runtime_domain": "acme-falcon-1234"}
    completed = draft.complete(begun, ask)

    assert asked == ["google.admin", "flex.account_sid"]
    assert completed["flex"] == {"runtime_domain": "acme-falcon-1234", "account_sid": "AC1"}
    assert "admin" not in completed["google"]


@pytest.mark.parametrize(
    ("key", "wrong", "right"),
    [
        ("flex.account_sid", "AC123", "AC" + "a" * 32),
        ("google.domain", "acme", "acme.example"),
        ("google.admin", "admin", "admin@acme.example"),
        ("google.admin", "admin@", ""),
        ("google.customer", "acme.example", "C0123abcd"),
        ("name", " ", "Acme"),
    ],
)
def test_answers_are_checked_while_typing(key, wrong, right):
    question = draft.Question(key)

    assert question.problem(wrong)
    assert question.problem(right) == ""


def test_every_question_is_explained():
    assert all(len(draft.Question(key).explained) > 10 for key in draft.ASKED)


def test_a_name_that_leads_elsewhere_is_refused(tmp_path):
    with pytest.raises(TenantConfigError, match="not such a name"):
        draft.files("../acme.prod", ANSWERS, draft.CSV_HEAD, None)


def test_on_a_terminal_wrong_answers_are_asked_again(tmp_path):
    """A real pseudo-terminal: answers typed, one of them wrong at first."""
    typed = "Acme\nC0123abcd\nacme\nacme.example\n\n" + "AC" + "0" * 32 + "\nacme-falcon-1234\n"
    script = (
        "import os, pty, sys\n"
        f"sys.exit(os.waitstatus_to_exitcode(pty.spawn(['{PROJECT}/flexsso', 'new', 'zz.prod',"
        " '--dry-run'])))"
    )
    done = subprocess.run(
        ["python3", "-c", script],
        input=typed,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "expected a domain such as acme.example, got 'acme'" in done.stdout
    assert "domain: acme.example" in done.stdout
