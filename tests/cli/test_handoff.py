"""The command: which stream carries what, and what it writes. The engine's answers are given."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli import handoff as command
from cli import handoff_stack
from cli.main import run
from models.errors import FlexSsoError
from models.phase import Phase
from tests.cli.handoffs import outputs


@pytest.fixture(autouse=True)
def project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A project folder of its own, with one stack that waits for Flex's form."""

    def answer(_project: Path, _stack: str, *verb: str) -> dict[str, object]:
        if verb[0] == "config":
            tenant = {"google": {"customer": "C01sandbx", "domain": "acme.example"}}
            return {handoff_stack.TENANT: {"objectValue": tenant}}
        return outputs(Phase.ACTIVE)

    monkeypatch.setattr(handoff_stack, "pulumi_json", answer)
    monkeypatch.setattr(command, "PROJECT", tmp_path)
    return tmp_path


def test_stdout_has_the_pages_path_and_nothing_else(project, capsys):
    assert 0 == run(["handoff", "acme.prod"])

    page = project / "stacks" / "acme.prod" / "handoff.html"
    assert f"{page}\n" == capsys.readouterr().out
    assert "<!doctype html>" in page.read_text()
    assert 0o600 == page.stat().st_mode & 0o777


def test_json_and_markdown_go_to_stdout_and_write_nothing(project, capsys):
    assert 0 == run(["handoff", "acme.prod", "--json"])
    assert "acme.prod" == json.loads(capsys.readouterr().out)["stack"]

    assert 0 == run(["handoff", "acme.prod", "--markdown"])
    assert capsys.readouterr().out.startswith("# Hand-off acme.prod")
    assert not (project / "stacks").exists()


def test_an_attestation_is_on_the_page_that_is_written_with_it(project, capsys):
    assert 0 == run(["handoff", "acme.prod", "--attest", "user_access", "--by", "Ada"])

    said = capsys.readouterr()
    assert "Attested by Ada" in Path(said.out.strip()).read_text()
    assert "user_access: attested by Ada" in said.err


def test_a_name_without_a_step_is_a_mistake(capsys):
    assert 1 == run(["handoff", "acme.prod", "--by", "Ada"])
    assert "--attest" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["../acme", "acme", "acme.prod/..", "ACME.prod"])
def test_a_name_that_is_no_stack_reaches_neither_disk_nor_engine(project, name, capsys):
    for words in ([], ["--metadata", "x.xml"]):
        assert 1 == run(["handoff", name, *words])

    assert "is no name of a stack" in capsys.readouterr().err
    assert [] == list(project.iterdir())


def test_two_forms_at_once_are_a_mistake_of_the_command_line():
    assert 64 == run(["handoff", "acme.prod", "--json", "--markdown"])


def test_a_stack_that_was_never_up_says_so(monkeypatch):
    monkeypatch.setattr(handoff_stack, "pulumi_json", lambda *_: {})

    with pytest.raises(FlexSsoError, match="no hand-off yet") as caught:
        handoff_stack.read_outputs(Path(), "acme.prod")
    assert "./flexsso up acme.prod" == caught.value.hint


def test_a_kept_file_prints_its_path_and_says_what_is_in_it(
    project, tmp_path, capsys, make_certificate, make_metadata
):
    brought = tmp_path / "GoogleIDPMetadata.xml"
    brought.write_bytes(
        make_metadata(make_certificate(begins=datetime.now(UTC) - timedelta(days=9)))
    )

    assert 0 == run(["handoff", "acme.prod", "--metadata", str(brought)])

    said = capsys.readouterr()
    kept = project / "stacks" / "acme.prod" / "idp_metadata.xml"
    assert f"{kept}\n" == said.out
    assert brought.read_bytes() == kept.read_bytes()
    assert "Entity ID: https://accounts.google.com/o/saml2?idpid=C01sandbx" in said.err


def test_a_file_that_is_refused_is_named_with_the_way_on(project, capsys):
    page = project / "GoogleIDPMetadata.xml"
    page.write_text("<!DOCTYPE html><html>Sign in</html>")

    assert 1 == run(["handoff", "acme.prod", "--metadata", str(page)])

    said = capsys.readouterr().err
    assert f"{page} was not kept. This is a web page" in said
    assert "then again: ./flexsso handoff acme.prod --metadata FILE" in said
