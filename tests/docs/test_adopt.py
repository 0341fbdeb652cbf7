"""The how-to page on adoption, walked on a tenant that was set up by hand."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.checkout import ROOT, checkout
from tests.docs.walk import Command, matches, steps
from tests.e2e.by_hand import ByHand
from tests.e2e.test_new_adopt import tenant

pytestmark = pytest.mark.xdist_group("new_adopt")
PAGE = ROOT / "docs" / "how-to" / "adopt.md"


def test_each_command_does_what_the_page_says(tmp_path: Path):
    commands = [one for one in steps(PAGE.read_text(encoding="utf-8")) if isinstance(one, Command)]
    assert len(commands) == 4
    with checkout(tmp_path) as copy:
        hand = ByHand(copy.base, tmp_path, tenant("enhanced"))
        hand.set_up()
        hand.sign_in("ada@acme.example")
        for command in commands:
            done = subprocess.run(
                ["bash", "-c", f"{command.line.replace('--adopt', '--adopt --sandbox')} 2>&1"],
                cwd=copy.root,
                env=copy.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout
            assert matches(command.expected, done.stdout), f"{command}\n\nprinted:\n{done.stdout}"
