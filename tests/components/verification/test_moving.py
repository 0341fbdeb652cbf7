"""Between the generations: what the consoles still have from before waits, and is no drift."""

from __future__ import annotations

import pytest

from models.finding import ExitCode
from models.idp_metadata import parse_idp_metadata
from sandbox.google import activities
from tests.providers.vendor import CUSTOMER

JQ = "JQ" + "5a" * 16
IAM = f"https://iam.twilio.com/v1/Accounts/AC{'5a' * 16}/saml2"


def admin_log_tells(scene, name, **values):
    parameters = {"SAML2_SERVICE_PROVIDER_NAME": "Twilio Flex"}
    parameters["SAML2_SERVICE_PROVIDER_ENTITY_ID"] = f"{IAM}/metadata"
    event = {"type": "SAML2_SERVICE_PROVIDER_CONFIG_SETTINGS", "name": name}
    event["parameters"] = parameters | values
    activities.record(scene.world, CUSTOMER, "admin", "root@acme.example", event)


@pytest.mark.parametrize(("moving", "code"), [(True, ExitCode.WAITS), (False, ExitCode.WRONG)])
def test_the_apps_old_address_waits_while_moving(
    scene, make_certificate, make_metadata, moving, code
):
    scene.tenant["flex"] |= {"connection": JQ, "migration": "modify"}
    scene.sso = {"status": "awaiting_flex_form", "changed_at": "2026-01-01T00:00:00Z"}
    scene.sso["moving"] = moving
    admin_log_tells(scene, "CREATE_SAML2_SERVICE_PROVIDER_CONFIG")
    metadata = parse_idp_metadata(make_metadata(make_certificate(begins=scene.world.clock.now())))

    report = scene.report(metadata=metadata, connection=JQ)

    assert code is report.exit_code
    [found] = [one for one in report.findings if one.check == "saml_app.sp_entity_id"]
    assert f"{IAM}/metadata" == found.observed
    assert moving == found.waits
    assert moving == ("./flexsso migrate enhanced acme.prod leads on" in found.note)
