from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from cli import stack_draft as draft
from cli.new import _require_free, create
from cli.stack_file import render, scalar
from cli.stack_people import CSV_HEAD, GROUP, PERSON, ask_who, roles_csv
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
    table = roles_csv("", ["ada@acme.example=agent,supervisor"])
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
@example("\xa0")
@example("a\x85b")
@example(["a\n\nb", 1, True])
def test_every_value_comes_back_from_yaml_as_one_line(value):
    line = scalar(value)

    assert 1 == len(line.splitlines())
    assert yaml.safe_load(f"key: {line}\n") == {"key": value}


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


def test_who_does_not_live_in_the_sandbox_is_said(flexsso):
    options = ("--customer", "C0nobody0", "--account-sid", "AC" + "9" * 32)
    said = flexsso("new", "zz.dev", *OPTIONS, *options, "--sandbox", "--dry-run").stderr

    for file in ("google-C0nobody0.json", f"twilio-AC{'9' * 32}.json"):
        assert f"warning: there is no .sandbox/credentials/{file}: nobody of that id" in said
    assert "/_sandbox/ lists who does" in said


def test_nothing_is_ever_overwritten(tmp_path):
    files = draft.files("acme.prod", ANSWERS, CSV_HEAD, None)
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
    assert roles_csv(listed, ["bob@acme.example=admin"]).splitlines()[1:] == [
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
        draft.files("../acme.prod", ANSWERS, CSV_HEAD, None)


def at_a_terminal(typed: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`./flexsso new zz.prod --dry-run` on a real pseudo-terminal, with these answers typed."""
    script = (
        "import os, pty, sys\n"
        f"sys.exit(os.waitstatus_to_exitcode(pty.spawn(['{PROJECT}/flexsso', 'new', 'zz.prod',"
        " '--dry-run'])))"
    )
    return subprocess.run(
        ["python3", "-c", script],
        input=typed,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_on_a_terminal_wrong_answers_are_asked_again(tmp_path, make_certificate, make_metadata):
    begins = datetime.now(UTC) - timedelta(days=9)
    (tmp_path / "brought.xml").write_bytes(make_metadata(make_certificate(begins=begins)))
    scalars = ["Acme", "C0123abcd", "acme", "acme.example", "", "AC" + "0" * 32, "acme-falcon-1234"]
    groups = ["flex-agents@acme.example=agents", "flex-agents@acme.example=agent", ""]
    people = ["ada=agent", "ada@acme.example=agent,supervisor", "grace@acme.example=admin", ""]
    file = ["absent.xml", "brought.xml"]

    done = at_a_terminal("\n".join([*scalars, *groups, *people, *file, ""]), tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    for problem in (
        "expected a domain such as acme.example, got 'acme'",
        "Flex has no role 'agents' (write agent)",
        "expected an e-mail address, got 'ada'",
        "Can't read absent.xml",
    ):
        assert problem in done.stdout
    for written in (
        "domain: acme.example",
        "flex-agents@acme.example: [agent]",
        "ada@acme.example,agent supervisor,",
        "grace@acme.example,admin,",
        "--- stacks/zz.prod/idp_metadata.xml",
    ):
        assert written in done.stdout


def test_who_is_asked_until_there_is_no_answer():
    typed = iter(["a@acme.example=agent", "b@acme.example=admin", "", "ada@acme.example=agent", ""])
    explained = []

    def ask(question: draft.Asked) -> str:
        explained.append(question.explained)
        return next(typed)

    groups, people = ask_who(ask)

    assert ["a@acme.example=agent", "b@acme.example=admin"] == groups
    assert ["ada@acme.example=agent"] == people
    assert [GROUP.explained, "", "", PERSON.explained, ""] == explained


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("", ""),
        ("ada@acme.example=agent, supervisor", ""),
        ("ada@acme.example", "Expected WHO=ROLE"),
        ("=agent", "Expected WHO=ROLE"),
        ("ada=agent", "expected an e-mail address"),
        ("ada@acme.example=boss", "Flex has no role 'boss'"),
        ("ada@acme.example=wfo.team_leader", "there is no base role"),
    ],
)
def test_who_is_checked_while_typing(answer, problem):
    found = PERSON.problem(answer)

    assert problem in found
    assert bool(problem) == bool(found)


def test_json_has_the_files_and_the_next_command(flexsso):
    answer = flexsso("new", "zz-dry.prod", *OPTIONS, "--dry-run", "--json")

    document = json.loads(answer.stdout)
    assert "./flexsso up zz-dry.prod" == document["next"]
    assert "email,roles,full_name\n" == document["files"]["stacks/zz-dry.prod/roles.csv"]


def test_where_pulumi_refuses_the_stack_the_files_stay_and_the_way_on_is_said(tmp_path):
    (tmp_path / ".tools").mkdir()
    (tmp_path / ".tools" / "engine.json").write_text('{"bin_dir": "."}')
    (tmp_path / "pulumi").write_text(
        "#!/bin/bash\necho 'error: stack already exists' >&2; exit 1\n"
    )
    (tmp_path / "pulumi").chmod(0o755)

    with pytest.raises(FlexSsoError, match=r"files are written, but .* already exists") as caught:
        create(tmp_path, "acme.prod", {"stacks/Pulumi.acme.prod.yaml": "x"}, dry_run=False)

    assert "x" == (tmp_path / "stacks" / "Pulumi.acme.prod.yaml").read_text()
    assert "pulumi stack init --no-select acme.prod" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "said"),
    [("acme", "is no name of a stack"), ("sandbox.dev", "is there already")],
)
def test_answers_that_would_be_in_vain_are_not_asked_for(name, said):
    with pytest.raises(FlexSsoError, match=said):
        _require_free(name)
