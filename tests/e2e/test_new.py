"""`./flexsso new`, then up, on the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkout import checkout

pytestmark = pytest.mark.xdist_group("new")


def test_a_new_stack_takes_its_first_step(tmp_path: Path):
    with checkout(tmp_path) as copy:
        asked = (
            *("new", "beta.dev", "--sandbox", "--name", "Beta Support"),
            *("--customer", "C01sandbx", "--domain", "acme.example"),
            *("--admin", "admin@acme.example", "--runtime-domain", "acme-falcon-1234"),
            *("--account-sid", "AC" + "5a" * 16, "--person", "ada@acme.example=agent"),
        )
        shown = copy.flexsso(*asked, "--dry-run").split("--- ")[1].partition("\n")[2]
        said = copy.flexsso(*asked)
        path = tmp_path / "stacks" / "Pulumi.beta.dev.yaml"
        text = path.read_text()

        assert "next: ./flexsso up beta.dev" in said
        assert "# What people call it" in text
        assert text.startswith(shown.rstrip()), "as it was, whatever Pulumi makes of comments"
        assert f"base: {copy.base}" in text
        assert "encryptionsalt" in text

        said = copy.flexsso("up", "beta.dev", "--yes", "--skip-preview")
        assert "awaiting_connection" in said
        assert "is there already" in copy.flexsso(
            "new", "beta.dev", "--from", str(path), exit_code=1
        )
