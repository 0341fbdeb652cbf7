"""`fleet report` and `fleet metrics` on a ledger."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from cli import fleet_report
from cli.fleet_page import render_page
from cli.main import run
from fleet.ledger import Ledger
from fleet.report import overview
from fleet.result import Outcome, Result
from tests.fleet.synthetic import NOW, many

EVIL = "</script><img src=x onerror=alert(1)> & {{ 7*7 }}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(fleet_report, "PROJECT", tmp_path)
    (tmp_path / "stacks").mkdir()
    for name in ("acme.dev", "acme.prod"):
        (tmp_path / "stacks" / f"Pulumi.{name}.yaml").write_text("config: {}")
    ledger = Ledger(tmp_path / fleet_report.LEDGER)
    begun = ledger.begin("up", ["acme.prod"])
    failed = Result(stack="acme.prod", verb="up", outcome=Outcome.FAILED, said=EVIL)
    ledger.finished(begun, failed)
    return tmp_path


def test_page_is_written_for_this_user_and_escaped(project: Path) -> None:
    """Nothing of what vendors say becomes markup, in the HTML or in its JSON."""
    assert 0 == run(["fleet", "report"])
    file = project / fleet_report.PAGE
    page = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
    data = json.loads(page.find(id="rows").string)

    assert 0o600 == file.stat().st_mode & 0o777
    assert [] == page.find_all("img")
    assert 2 == len(page.find_all("script"))
    assert {"acme.dev", "acme.prod"} == {row[0] for row in data["rows"]}
    assert EVIL in data["sentences"]
    assert "1 </script><img" in page.select_one(".causes").get_text(" ", strip=True)


def test_metrics_go_to_stdout_or_replace_a_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = project / "textfile" / "flexsso.prom"
    assert 0 == run(["fleet", "metrics"])
    printed = capsys.readouterr().out
    assert 0 == run(["fleet", "metrics", "--output", str(target)])

    assert 'flexsso_fleet_stacks{phase="not seen yet"} 2.0' in printed
    same = re.compile(r"report_seconds .*")
    assert same.sub("", printed) == same.sub("", target.read_text())
    assert [target] == list(target.parent.iterdir())


def test_page_allows_only_its_own_style_and_script() -> None:
    page = render_page(overview(*many(20), NOW))

    assert "default-src 'none'" in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert "http-equiv" in page.partition("<script")[0]


def test_the_same_for_machines(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run(["fleet", "report", "--json"])
    told = json.loads(capsys.readouterr().out)

    assert {"not seen yet": 2} == told["phases"]
    assert ["acme.dev", "acme.prod"] == [row["stack"] for row in told["rows"]]
    assert [["acme.prod"]] == list(told["causes"].values())
    assert not (project / fleet_report.PAGE).exists()
