"""What is too long for a screen is whole in a file."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from models.errors import SHOWN_PROBLEMS, FlexSsoError, TenantConfigError
from models.whole_list import KEPT_SECONDS, text_of, write_list


@pytest.fixture(autouse=True)
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "flexsso" / "lists"


def mistakes(number: int) -> TenantConfigError:
    return TenantConfigError([(f"line {one}", "is wrong", "right it") for one in range(number)])


def test_all_mistakes_are_in_the_file_whose_path_is_printed():
    said = text_of(mistakes(SHOWN_PROBLEMS + 34)).splitlines()

    assert said[0] == "The stack's configuration has 234 mistakes:"
    assert said[-2].startswith("  and 34 more, all of them in ")
    assert said[-1].startswith("hint: ")
    whole = Path(said[-2].split(" in ")[1]).read_text().splitlines()
    assert whole[0] == "line 0: is wrong (right it)"
    assert len(whole) == SHOWN_PROBLEMS + 34


def test_what_fits_on_a_screen_makes_no_file(notes):
    fits = mistakes(SHOWN_PROBLEMS)

    assert text_of(fits) == str(fits)
    assert text_of(FlexSsoError("No.", hint="yes")) == "No.\nhint: yes"
    assert not notes.exists()


def test_old_lists_of_the_kind_go(notes):
    old, other = write_list("roles", ["a"]), write_list("mistakes", ["a"])
    for path in (old, other):
        os.utime(path, (time.time() - KEPT_SECONDS - 9,) * 2)

    new = write_list("roles", ["b"])

    assert {new, other} == set(notes.iterdir())
