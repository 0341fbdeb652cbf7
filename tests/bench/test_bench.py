"""The bench measures what it says: small sizes, real engine, real sandbox."""

from __future__ import annotations

import json

import pytest

from tools.bench.__main__ import main, table, write
from tools.bench.engine import BenchError, Engine
from tools.bench.figures import Row, exponent, many_changed
from tools.bench.world import world


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with world(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


def test_a_row_knows_whether_it_holds():
    assert Row(1, "a", 1.5, "times", at_most=1.5).holds
    assert not Row(1, "a", 1.6, "times", at_most=1.5).holds
    assert not Row(2, "b", 19.9, "times", at_least=20).holds
    assert Row(2, "c", 1e9, "s").holds


def test_the_exponent_is_the_slope():
    assert pytest.approx(1) == exponent([10, 20, 40], (1.0, 9.0, 4.0))
    assert pytest.approx(2) == exponent([10, 100], (1.0, 100.0))


def test_the_table_says_what_fails():
    shown = table([Row(1, "a", 2, "s"), Row(2, "b", 1, "times", at_least=3)])

    assert "FAILS" in shown.splitlines()[1]
    assert "FAILS" not in shown.splitlines()[0]


def test_results_are_json(tmp_path):
    path = write([Row(1, "a", 2, "s", at_most=3)], tmp_path)

    (row,) = json.loads(path.read_text())["rows"]
    assert row["holds"]
    assert 2 == row["measured"]


def test_few_changes_are_written_and_compared(place):
    rows = many_changed(place, people=20, changed=5)

    assert all(row.measured > 0 for row in rows)
    assert sum(call.startswith("PUT") for call in place.calls()) == 10
    assert sum(call == "POST batch" for call in place.calls()) == 1


def test_the_engines_run_is_measured_with_its_providers_memory(place, tmp_path, monkeypatch):
    place.plant(5)
    engine = Engine(tmp_path, place)
    engine.people(5)
    run = engine.up()

    assert run.seconds > 0
    assert run.peak_mb > 10
    assert engine.state_bytes() > 1000
    engine.people(5, roles="boss")
    with pytest.raises(BenchError, match="pulumi up"):
        engine.up()


def test_a_figure_that_does_not_hold_is_an_exit_code(tmp_path, monkeypatch, capsys):
    arguments = ["bench", "--figures", "2", "--people", "10", "--results", str(tmp_path)]
    monkeypatch.setattr("sys.argv", arguments)

    assert 1 == main()
    assert "FAILS" in capsys.readouterr().out
