"""What `fleet VERB` would do, and what it refuses before it writes a run down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli import fleet, fleet_backend
from cli.main import run
from fleet.ledger import Ledger
from fleet.result import Outcome, Result

NAMES = ["acme.dev", "acme.prod", "beta.prod"]
POSTGRES = "postgres://fleet:s3cret@127.0.0.1:9/x"


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A project with an engine that nobody calls."""
    for module in (fleet, fleet_backend):
        monkeypatch.setattr(module, "PROJECT", tmp_path)
    monkeypatch.setenv("PULUMI_BACKEND_URL", POSTGRES)
    (tmp_path / ".tools").mkdir()
    (tmp_path / ".tools" / "engine.json").write_text('{"bin_dir": null}')
    (tmp_path / "stacks").mkdir()
    for name in NAMES:
        (tmp_path / "stacks" / f"Pulumi.{name}.yaml").write_text("config: {}")
    return Ledger(tmp_path / fleet.LEDGER)


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert 0 == run(["fleet", "up", *arguments, "--dry-run", "--json"])
    return list(json.loads(capsys.readouterr().out))


def test_a_dry_run_lists_what_a_resumed_run_would_do(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = ledger.begin("up", NAMES)
    ledger.finished(begun, Result(stack="acme.dev", verb="up", outcome=Outcome.GOOD))

    assert NAMES == listed(capsys)
    assert ["acme.prod", "beta.prod"] == listed(capsys, "--resume", "last")
    assert ["beta.prod"] == listed(capsys, "--resume", begun.id, "beta.*")
    assert 3 == run(["fleet", "drift", "--resume", "last", "--dry-run"])
    assert "is a up" in capsys.readouterr().err


def test_canaries_are_named(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run(["fleet", "up", "--canary", "2", "--dry-run"])

    assert "canaries: acme.dev, acme.prod\n" in capsys.readouterr().err


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_refused_run_is_not_written_down(
    ledger: Ledger, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    """Nothing was looked at: 3. The run that was to be resumed stays the last one."""
    begun = ledger.begin("up", NAMES)

    assert 3 == run(["fleet", "up", "--at-once", "50", *more])
    assert "100 connections" in capsys.readouterr().err
    assert begun == ledger.find("last")
    assert 3 == run(["fleet", "up", "nosuch.stack", *more])
    assert 3 == run(["fleet", "up", "--resume", "nosuch", *more])


def test_one_bad_name_is_not_held_against_the_others(
    ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that PostgreSQL would choke on never gets there: its stack fails by itself."""
    (tmp_path / "stacks" / "Pulumi.acme_eu.prod.yaml").write_text("config: {}")

    assert "acme_eu.prod" in listed(capsys)


def test_runs_for_machines(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    begun = ledger.begin("up", NAMES)
    ledger.finished(begun, Result(stack="acme.dev", verb="up", outcome=Outcome.GOOD))

    assert 0 == run(["fleet", "runs", "--json"])
    (told,) = json.loads(capsys.readouterr().out)
    assert {"id": begun.id, "verb": "up", "began": begun.began} == {
        key: told[key] for key in begun._fields
    }
    assert {"good": 1, "not done": 2} == told["counts"]
