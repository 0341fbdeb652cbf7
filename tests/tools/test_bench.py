from __future__ import annotations

import pytest

from tools.bench.__main__ import medians, table
from tools.bench.subject import VERBS, BenchError, Subject, measure


def test_a_program_is_measured_through_all_verbs(tmp_path):
    figures = measure(Subject("small", resources=2, values=3, as_text=False), tmp_path)

    assert list(figures) == list(VERBS)
    assert all(seconds > 0 for seconds in figures.values())


def test_a_command_that_failed_is_no_figure(tmp_path):
    with pytest.raises(BenchError, match="pulumi up --yes --skip-preview failed"):
        measure(Subject("impossible", resources=1, values="x"), tmp_path)


def test_one_slow_round_does_not_move_the_figure():
    rounds = [{"empty": {"preview": seconds}} for seconds in (1.0, 9.0, 1.2)]

    assert medians(rounds) == {"empty": {"preview": 1.2}}


def test_the_table_compares_with_the_first_row():
    figures = {"empty": dict.fromkeys(VERBS, 0.5), "big": dict.fromkeys(VERBS, 1.25)}

    assert [line.split()[:3] for line in table(figures).splitlines()[1:]] == [
        ["empty", "0.50", "(1.0x)"],
        ["big", "1.25", "(2.5x)"],
    ]
