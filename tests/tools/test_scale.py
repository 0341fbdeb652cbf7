"""The plan for 10,000 tenants is what the last results say."""

from __future__ import annotations

import json

import pytest

from tools.fleet.scale import PAGE, RESULTS, main, plan, render


def test_page_is_what_the_results_say(tmp_path, monkeypatch):
    monkeypatch.setattr("tools.fleet.scale.PAGE", tmp_path / "scale.md")
    (tmp_path / "scale.md").write_text(PAGE.read_text(encoding="utf-8").replace("computed", "run"))

    assert PAGE.read_text(encoding="utf-8") == render(json.loads(RESULTS.read_text()))
    assert 1 == main(["--check"])
    assert 0 == main([])
    assert 0 == main(["--check"])


def test_a_plan():
    """32 cores at 90 % do 28.8 processor seconds a second; each waits 3 s beside its one."""
    made = plan(32, cpu=1.0, calls=12, first_mb=200, further_mb=50)

    assert pytest.approx(10_000 / 28.8 / 60) == made.minutes
    assert 116 == made.in_flight
    assert pytest.approx(5.95) == made.memory
