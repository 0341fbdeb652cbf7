"""Chromium, and a stack with its hand-off page, on the real engine and a pretend world."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from cli import handoff as command
from cli.main import run
from tests.browser.visitor import Change, Visitor, rightly
from tests.e2e.conftest import Project, Stack, project

__all__ = ["project"]

Launch = Callable[..., Browser]
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
]


def chromium() -> str:
    """The browser's path. Without one the tests are skipped, except in CI."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("CI runs the browser tests, and there is no Chromium")
    if found is None:
        pytest.skip("no Chromium here: apt-get install --no-install-recommends chromium")
    return found


@pytest.fixture(scope="module")
def launch() -> Iterator[Launch]:
    """Call with further flags for a browser; all are closed at the end of the module.

    Not later: Playwright's loop runs in this thread, where other tests want one of their own.
    """
    path = chromium()
    with sync_playwright() as playwright:
        yield lambda *flags: playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])


@pytest.fixture(scope="module")
def browser(launch: Launch) -> Browser:
    """One browser for all tests of a module."""
    return launch()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh context: no cookies, nobody signed in."""
    with fresh(browser) as made:
        yield made


@contextmanager
def fresh(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """Another fresh context."""
    made = browser.new_context(**options)
    made.set_default_timeout(30_000)
    yield made
    made.close()


class Tenant:
    """A stack whose person uses a browser: `up`, the page, the consoles, the file, `up` again."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.root = stack.project.root

    def handoff(self, *words: str) -> Path:
        """`flexsso handoff`; returns where the page is."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(command, "PROJECT", self.root)
            patch.setenv("PULUMI_BACKEND_URL", f"file://{self.root / '.state'}")
            assert 0 == run(["handoff", self.stack.name, *words])
        return self.root / "stacks" / self.stack.name / command.PAGE

    def walk(self, context: BrowserContext, *slips: Change) -> list[tuple[str, list[str]]]:
        """From nothing to where only a sign-in is missing, each visit with the slip of its turn.

        Returns for each visit the step's title, and what the page marked as differing before it.
        """
        done = []
        for change in [*slips, *[rightly] * (3 - len(slips))]:
            assert self.stack.up()["status"] not in {"active", "verified"}
            visitor = Visitor(context, self.handoff())
            done.append((visitor.do_what_waits(change), visitor.marked))
            if visitor.brought_back:
                self.handoff("--metadata", str(visitor.brought_back))
        assert "active" == self.stack.up()["status"]
        return done

    def reach(self, url: str) -> str:
        """Where an address of a vendor is reached in this world."""
        return f"{self.stack.project.base}/{url.removeprefix('https://')}"


def tenant_of(project: Project, name: str, **changes: Any) -> Tenant:
    """A new tenant in the project's world, which forgets everybody before."""
    return Tenant(project.stack(name, **changes))
