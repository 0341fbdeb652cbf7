"""Files for the eyes of this user: notes, locks, and whatever names people or is to be signed.

Written whole or not at all, with mode 0600, and never through a link that somebody else has put
where the file goes. Notes of the product lie in XDG_STATE_HOME (~/.local/state), not in a folder
for temporary files, where anybody on the machine may be first to take a name.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import ClassVar, TextIO

from models.errors import FlexSsoError

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
WHERE = "XDG_STATE_HOME says where notes are kept (else ~/.local/state)"


class UnsafeFileError(FlexSsoError):
    """A place for private files is somebody else's, a link, or can't be used at all."""

    cause: ClassVar[str] = "the folder for notes was made by another user, or can't be written to"
    fix: ClassVar[str] = "give XDG_STATE_HOME a folder of your own"


def state_folder() -> Path:
    """Where notes are kept, made if it is not there yet. Raises UnsafeFileError."""
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return private_folder(Path(home) / "flexsso")


def private_folder(folder: Path) -> Path:
    """A folder that is this user's own, with mode 0700. Raises UnsafeFileError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        what = f"Can't keep notes in {folder} ({type(error).__name__})."
        raise UnsafeFileError(what, hint=WHERE) from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise UnsafeFileError(f"{folder} is a link, or somebody else's.", hint=WHERE)
    if stat.S_IMODE(found.st_mode) != stat.S_IRWXU:
        folder.chmod(stat.S_IRWXU)
    return folder


def write_private(path: Path, content: str | bytes) -> None:
    """Put `content` (text as UTF-8) in the place of what is there; folders are made.

    Whole or not at all. A link at `path` is replaced, not followed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    data = content.encode() if isinstance(content, str) else content
    try:
        with os.fdopen(os.open(draft, _NEW, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def create_private(path: Path, content: str) -> None:
    """Write a file that is not there yet. Raises FileExistsError, also where a link is."""
    with os.fdopen(os.open(path, _NEW, 0o600), "w", encoding="utf-8") as file:
        file.write(content)


def open_private(path: Path) -> TextIO:
    """To read and write, made if it is not there; nothing in it is lost. Raises UnsafeFileError."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        what = f"Can't open {path} ({type(error).__name__}): a link, or somebody else's?"
        raise UnsafeFileError(what, hint="look at it, then remove it") from None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid() or found.st_nlink != 1:
        os.close(descriptor)
        what = f"{path} is no file of this user's alone."
        raise UnsafeFileError(what, hint="look at it, then remove it")
    return os.fdopen(descriptor, "r+", encoding="utf-8")
