from __future__ import annotations

from pathlib import Path

import pytest

from tools import docs


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page, somewhere else."""
    monkeypatch.setattr(docs, "PAGE", tmp_path / "reference" / "commands.md")
    return docs.PAGE


def test_the_page_has_every_command_with_its_options(page):
    assert docs.main([]) == 0

    text = page.read_text()
    assert "\n## flexsso\n" in text
    assert "\n## flexsso env\n" in text
    assert "\n## flexsso sandbox up\n" in text
    assert "--foreground" in text


def test_the_page_does_not_depend_on_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    narrow = docs.render()
    monkeypatch.setenv("COLUMNS", "200")

    assert docs.render() == narrow


def test_a_fresh_page_passes_the_check_and_a_stale_or_missing_one_does_not(page, capsys):
    assert docs.main(["--check"]) == 1
    assert not page.exists()

    docs.main([])
    assert docs.main(["--check"]) == 0

    page.write_text(page.read_text().replace("--foreground", "--fore"))
    assert docs.main(["--check"]) == 1
    assert capsys.readouterr().err.endswith("hint: make docs\n")
