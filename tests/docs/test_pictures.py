from __future__ import annotations

from xml.etree import ElementTree

import pytest

from models.phase import Phase
from tools.pictures.__main__ import FOLDER, main
from tools.pictures.svg import draw
from tools.pictures.text import parse

TRIP = "# A trip.\nparticipants: A | B\nA -> B: says <hello> & more\n"


def test_the_committed_pictures_are_fresh():
    assert main(["--check"]) == 0
    assert len([*FOLDER.glob("*.svg")]) == len([*FOLDER.glob("*.txt")]) == 2


def test_a_stale_or_missing_picture_fails_the_check(tmp_path, capsys):
    (tmp_path / "trip.txt").write_text(TRIP)

    assert main(["--check"], tmp_path) == 1
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "trip.txt").write_text(TRIP.replace("hello", "good day"))
    assert main(["--check"], tmp_path) == 1
    assert "error: trip.svg" in capsys.readouterr().err


def test_a_picture_is_xml_that_says_all_that_its_text_says():
    said = [node.text for node in ElementTree.fromstring(draw(parse(TRIP))).iter() if node.text]  # noqa: S314  our own

    assert "1. says <hello> & more" in said
    assert {"A", "B", "A trip"} - {text.rstrip(".") for text in said} == set()


@pytest.mark.parametrize("line", ["A -> C: x", "A B: x", "A -> B"])
def test_a_line_that_makes_no_sense_is_refused(line):
    with pytest.raises(ValueError, match=r"expected|introduced"):
        parse(f"# T\nparticipants: A | B\n{line}\n")


def test_the_phases_picture_has_all_phases_and_no_other():
    picture = parse((FOLDER / "phases.txt").read_text(encoding="utf-8"))

    ends = {end for arrow in picture.arrows for end in arrow[:2]}
    assert {phase.value for phase in Phase} == ends | set(picture.names)
