"""Providers at work: configured for the pretend world, as the engine would configure them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stamina

from providers.base import Provider
from providers.settings import Settings
from sandbox.world import World

CUSTOMER = "C01sandbx"
ENHANCED = "AC" + "5a" * 16


class Config(dict[str, str]):
    """Configuration as Pulumi hands it to a provider: texts by key."""


@pytest.fixture
def settings(pretend_world: World) -> Settings:
    folder = pretend_world.state_dir / "credentials"
    tenant = {
        "google": {"admin": "admin@acme.example"},
        "credentials": {
            "google": {"file": str(folder / f"google-{CUSTOMER}.json")},
            "twilio": {"file": str(folder / f"twilio-{ENHANCED}.json")},
        },
    }
    config = {"tenant": tenant, "endpoints": {"base": pretend_world.base}}
    return Settings.from_config(Config({key: json.dumps(value) for key, value in config.items()}))


@pytest.fixture
def configured(settings: Settings) -> Callable[[type[Provider[Any]]], Provider[Any]]:
    def configure(kind: type[Provider[Any]]) -> Provider[Any]:
        provider = kind()
        provider.settings = settings
        return provider

    return configure


@pytest.fixture(autouse=True)
def _files_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals and the quota's ledger of one test must not reach the next one."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg-state"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture(autouse=True)
def _short_waits() -> Any:
    """Retries are made, but not waited for."""
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)
