"""`--metadata FILE`: where the file comes from. What is in it, `models.metadata_file` judges."""

from __future__ import annotations

import sys
from pathlib import Path

from models.errors import FlexSsoError
from models.idp_metadata import MAX_BYTES


def read(file: str) -> bytes:
    """The file's bytes, from standard input for `-`; no more than can be one."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(file).expanduser().open("rb") as source:
            return source.read(MAX_BYTES + 1)
    except OSError as error:
        what = f"Can't read {file}: {error.strerror}."
        raise FlexSsoError(what, hint="give the path of GoogleIDPMetadata.xml") from None
