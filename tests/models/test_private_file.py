"""Files that nobody else reads, and that no link of somebody else's leads astray."""

from __future__ import annotations

import os
import stat

import pytest

from models.private_file import (
    UnsafeFileError,
    create_private,
    open_private,
    private_folder,
    state_folder,
    write_private,
)


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(autouse=True)
def generous():
    """A user whose files everybody may write, were it not for us."""
    usual = os.umask(0)
    yield
    os.umask(usual)


def test_notes_lie_in_a_folder_of_this_user_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    assert tmp_path / "state" / "flexsso" == state_folder()
    assert 0o700 == mode(state_folder())


def test_a_folder_that_was_open_to_others_is_closed(tmp_path):
    (tmp_path / "flexsso").mkdir(mode=0o777)

    assert 0o700 == mode(private_folder(tmp_path / "flexsso"))


def test_a_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "flexsso").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(UnsafeFileError, match="is a link, or somebody else's"):
        private_folder(tmp_path / "flexsso")


def test_a_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("models.private_file.os.getuid", lambda: os.geteuid() + 1)

    with pytest.raises(UnsafeFileError, match="XDG_STATE_HOME"):
        private_folder(tmp_path / "flexsso")


def test_a_folder_that_cannot_be_made_says_where_notes_are_kept(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(UnsafeFileError, match="Can't keep notes in"):
        private_folder(tmp_path / "file" / "flexsso")


def test_a_file_is_replaced_whole_and_is_for_this_user(tmp_path):
    path = tmp_path / "note.json"
    write_private(path, "first")
    write_private(path, b"second")

    assert "second" == path.read_text()
    assert 0o600 == mode(path)
    assert [path] == list(tmp_path.iterdir())


def test_a_link_is_replaced_and_not_followed(tmp_path):
    victim, path = tmp_path / "victim", tmp_path / "note.json"
    victim.write_text("precious")
    path.symlink_to(victim)
    write_private(path, "ours")

    assert "precious" == victim.read_text()
    assert not path.is_symlink()


def test_a_draft_that_cannot_be_put_there_is_not_left_behind(tmp_path):
    (tmp_path / "note.json").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_private(tmp_path / "note.json", "x")

    assert ["note.json"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("plant", ["symlink_to", "hardlink_to"])
def test_a_planted_link_is_not_opened(tmp_path, plant):
    victim, path = tmp_path / "victim", tmp_path / "lock"
    victim.write_text("precious")
    getattr(path, plant)(victim)

    with pytest.raises(UnsafeFileError, match="lock"):
        open_private(path)
    assert "precious" == victim.read_text()


def test_an_open_file_keeps_what_is_in_it(tmp_path):
    with open_private(tmp_path / "lock") as file:
        file.write("noted")
    with open_private(tmp_path / "lock") as file:
        assert "noted" == file.read()
    assert 0o600 == mode(tmp_path / "lock")


@pytest.mark.parametrize("target", ["there", "nowhere"])
def test_a_new_file_takes_no_name_that_is_taken(tmp_path, target):
    (tmp_path / "there").write_text("precious")
    (tmp_path / "roles.csv").symlink_to(tmp_path / target)

    with pytest.raises(FileExistsError):
        create_private(tmp_path / "roles.csv", "email,roles\n")
    create_private(tmp_path / "new.csv", "email,roles\n")
    assert "precious" == (tmp_path / "there").read_text()
    assert ("email,roles\n", 0o600) == (
        (tmp_path / "new.csv").read_text(),
        mode(tmp_path / "new.csv"),
    )
