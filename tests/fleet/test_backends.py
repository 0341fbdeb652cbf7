"""What a backend is, what it can't do, and that nobody reads a password."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fleet.backends import CONNECTIONS, PARALLEL, Kind, backend_of, guarded, problems, refuse
from fleet.said import lines_of
from models.errors import FlexSsoError

POSTGRES = "postgres://fleet:s3cret@db.example:5432/pulumi?sslmode=require"


@pytest.mark.parametrize(
    ("environment", "kind", "shown"),
    [
        ({"PULUMI_BACKEND_URL": "file:///srv/a%20b"}, Kind.FILE, "file:///srv/a%20b"),
        ({"PULUMI_BACKEND_URL": "s3://bucket/x?region=eu"}, Kind.OBJECTS, "s3://bucket/x"),
        ({"PULUMI_BACKEND_URL": POSTGRES}, Kind.POSTGRES, "postgres://db.example:5432/pulumi"),
        ({"PULUMI_ACCESS_TOKEN": "pul-1"}, Kind.SERVICE, "https://api.pulumi.com"),
        ({}, Kind.OTHER, "://"),
    ],
)
def test_backend_by_what_is_set(environment: dict[str, str], kind: Kind, shown: str) -> None:
    backend = backend_of({"HOME": "/nowhere", **environment})

    assert (kind, shown) == (backend.kind, backend.shown)


def test_backend_of_pulumi_login(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text(json.dumps({"current": "gs://bucket"}))

    assert Kind.OBJECTS is backend_of({"PULUMI_CREDENTIALS_PATH": str(tmp_path)}).kind


def test_folder_of_files_only(tmp_path: Path) -> None:
    assert tmp_path / ".pulumi" == backend_of({"PULUMI_BACKEND_URL": f"file://{tmp_path}"}).folder
    assert backend_of({"PULUMI_BACKEND_URL": POSTGRES}).folder is None


@pytest.mark.parametrize(
    ("more", "names", "at_once", "said"),
    [
        ({}, ["acme.prod"], 45, None),
        ({}, ["acme_eu.prod"], 1, "wildcards"),
        ({}, ["a%b.prod"], 1, "wildcards"),
        ({PARALLEL: "10"}, ["acme.prod"], 1, "block itself"),
        ({PARALLEL: "1"}, ["acme.prod"], 1, None),
        ({}, ["acme.prod"], 46, "92 connections"),
        ({CONNECTIONS: "200"}, ["acme.prod"], 100, None),
    ],
)
def test_what_postgres_can_not_do(
    more: dict[str, str], names: list[str], at_once: int, said: str | None
) -> None:
    """Each with its reason; the same is no matter for files."""
    environment = {"PULUMI_BACKEND_URL": POSTGRES, **more}
    found = problems(environment, names, at_once)

    assert bool(said) == bool(found)
    assert [] == problems({**environment, "PULUMI_BACKEND_URL": "file:///x"}, names, at_once)
    if said:
        with pytest.raises(FlexSsoError, match=said) as error:
            refuse(environment, names, at_once)
        assert "s3cret" not in str(error.value)


def test_guards_are_set_where_nobody_chose() -> None:
    assert "1" == guarded({"PULUMI_BACKEND_URL": POSTGRES})[PARALLEL]
    assert "7" == guarded({"PULUMI_BACKEND_URL": POSTGRES, PARALLEL: "7"})[PARALLEL]
    assert PARALLEL not in guarded({"PULUMI_BACKEND_URL": "file:///x"})


def test_words_of_the_engine_are_not_those_of_its_client() -> None:
    """Warnings with a time in them would each be a cause of their own, and hide the reason."""
    warning = "SDK 2026/11/27 22:33:43 WARN Response has no supported checksum. Not validating."

    assert ["no stack named 'a'", "b"] == lines_of(f"{warning}\n\nerror: no stack named 'a'\n b\n")
