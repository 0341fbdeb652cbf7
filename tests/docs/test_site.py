"""The pages as HTML: built without a warning, such as MkDocs gives for a link to nowhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.checkout import ROOT


def test_the_site_is_built_without_a_warning(tmp_path: Path):
    done = subprocess.run(
        [ROOT / ".venv/bin/mkdocs", "build", "--strict", "--site-dir", tmp_path / "site"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    pages = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
    built = {str(page.relative_to(tmp_path / "site")) for page in tmp_path.rglob("*.html")}
    assert {page.removesuffix(".md") + ".html" for page in pages} <= built
