"""Figures that were measured are kept, and the page shows each of them."""

from __future__ import annotations

from tools.reference import reliability
from tools.torture.figure import Figure
from tools.torture.figures import FIGURES
from tools.torture.record import keep, kept


def test_every_figure_is_kept_and_has_a_row():
    measured = kept()

    assert set(FIGURES) == set(measured)
    page = reliability.render()
    for figure in measured.values():
        assert f"| {figure.what} | {figure.shown} | {figure.wrong} | {figure.date}" in page


def test_the_newest_of_a_figure_is_kept_beside_the_others(tmp_path):
    path = tmp_path / "figures.json"
    keep("crashes", Figure("kills", cases=20, asked=200), "make torture", 61.4, path)
    keep("fuzz", Figure("inputs", cases=7), "make torture", 1, path)
    keep("crashes", Figure("kills", cases=200, asked=200, wrong=["1."]), "again", 600, path)

    found = kept(path)
    assert ["crashes", "fuzz"] == list(found)
    assert ("200", 1, "again") == (
        found["crashes"].shown,
        found["crashes"].wrong,
        found["crashes"].command,
    )


def test_a_figure_that_was_never_measured_says_so():
    assert "| crashes |  |  | not measured yet |" in reliability.rows({})


def test_a_figure_that_ended_early_or_is_empty_does_not_hold():
    assert Figure("", cases=5, asked=5).holds
    assert Figure("", cases=5).holds
    assert not Figure("", cases=0).holds
    assert not Figure("", cases=5, wrong=["1."]).holds
    early = Figure("kills", cases=4, asked=5)
    assert not early.holds
    assert "only 4 of 5: time was over" in str(early)
