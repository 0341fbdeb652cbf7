"""`python -m tools.pictures [--check]`: draw docs/images/*.svg from the texts beside them.

With `--check` nothing is written: exit code 1 and a hint if a picture is not what it should be.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.pictures.svg import draw
from tools.pictures.text import parse

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Draw the pictures, or compare them."""
    stale = 0
    for source in sorted(folder.glob("*.txt")):
        path, wanted = source.with_suffix(".svg"), draw(parse(source.read_text(encoding="utf-8")))
        if "--check" not in arguments:
            path.write_text(wanted, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != wanted:
            print(f"error: {path.name} does not show what {source.name} says", file=sys.stderr)
            stale = 1
    if stale:
        print("hint: make docs", file=sys.stderr)
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
