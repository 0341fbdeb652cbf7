"""Lists too long for a screen: the whole of one lies in a file of this user's, for a week."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from models.errors import SHOWN_PROBLEMS, FlexSsoError, TenantConfigError
from models.private_file import private_folder, state_folder, write_private

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = 50
KEPT_SECONDS = 7 * 86400


def write_list(kind: str, lines: list[str]) -> Path:
    """The file of these lines, called after `kind`. Old ones of the kind are cleared away."""
    folder = private_folder(state_folder() / "lists")
    for old in folder.glob(f"{kind}-*.txt"):
        if time.time() - old.stat().st_mtime > KEPT_SECONDS:
            old.unlink(missing_ok=True)
    text = "\n".join(lines) + "\n"
    path = folder / f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.txt"
    write_private(path, text)
    return path


def named(people: list[str]) -> str:
    """Up to SHOWN names in one line; where there are more, how many, and the file of all."""
    if len(people) <= SHOWN:
        return ", ".join(people)
    more = f"{len(people) - SHOWN:,} more, all of them in {write_list('roles', people)}"
    return f"{', '.join(people[:SHOWN])} and {more}"


def text_of(error: FlexSsoError) -> str:
    """What is printed of an error; where mistakes are too many for a screen, with their file."""
    if not isinstance(error, TenantConfigError) or len(error.problems) <= SHOWN_PROBLEMS:
        return str(error)
    path = write_list("mistakes", error.lines)
    return f"{error.what}, all of them in {path}\nhint: {error.hint}"
