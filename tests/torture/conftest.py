"""The real engine, as in tests/e2e, for what happens at the same time."""

from __future__ import annotations

from tests.e2e.conftest import project

__all__ = ["project"]
