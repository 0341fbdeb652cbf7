"""What the program says beside the component's own words."""

from __future__ import annotations

from datetime import UTC, datetime

import pulumi
import pytest

from components.program import warn_of_unread_metadata
from models.stack import read_stack
from tests.components.test_google_flex_sso import TENANT

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["GoogleIDPMetadata.xml", "idp_metadata.xml"])
def test_a_metadata_file_under_another_name_is_not_passed_over_in_silence(
    name, tmp_path, monkeypatch, make_certificate, make_metadata
):
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    folder = tmp_path / "acme.prod"
    folder.mkdir()
    certificate = make_certificate(begins=datetime(2026, 10, 1, tzinfo=UTC))
    (folder / name).write_bytes(make_metadata(certificate))

    warn_of_unread_metadata(read_stack("acme.prod", TENANT, tmp_path, NOW))

    command = "./flexsso handoff acme.prod --metadata stacks/acme.prod/GoogleIDPMetadata.xml"
    assert (name == "GoogleIDPMetadata.xml") == (command in "".join(said))
