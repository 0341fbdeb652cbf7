"""The component under Pulumi's mocks: which children, wired how, with which outputs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pulumi
import pytest

from models.certificate import parse_der
from sandbox.world import World

ENTITY_ID = "https://accounts.google.com/o/saml2?idpid=C01sandbx"
SSO_URL = "https://accounts.google.com/o/saml2/idp?idpid=C01sandbx"
CONNECTION = "JQ" + "ab" * 16
ENDPOINTS = "flex-google-sso:endpoints"
ACCOUNT = "AC" + "5a" * 16
TENANT = {
    "name": "Acme Support",
    "google": {"customer": "C01sandbx", "domain": "acme.example"},
    "flex": {
        "account_sid": ACCOUNT,
        "runtime_domain": "acme-falcon-1234",
        "connection": CONNECTION,
    },
}
COMPUTED: dict[str, dict[str, Any]] = {
    "CustomSchema": {
        "schema_id": "s1",
        "field_names": {"Roles": "Roles", "Full_Name": "Full_Name"},
    },
    "RoleAssignments": {"strays": [], "stray_count": 0, "role_counts": {"agent": 1}},
    "SamlApp": {"seen": "", "not_checked": "", "drift": []},
    "FlexConfiguration": {"workspace_sid": "WS1", "login_url": "https://flex.twilio.com/x"},
    "FlexSso": {
        "status": "active",
        "next_step": "Sign in.",
        "drift": [],
        "proof": {},
        "moving": False,
    },
}


class Mocks(pulumi.runtime.Mocks):
    """Remembers each resource; outputs are its inputs and what its provider would compute."""

    def __init__(self) -> None:
        self.seen: dict[str, dict[str, Any]] = {}
        self.computed = {kind: dict(values) for kind, values in COMPUTED.items()}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        kind = args.typ.rpartition(":")[2]
        self.seen[kind] = {key: value for key, value in args.inputs.items() if value is not None}
        return f"{args.name}-id", {**args.inputs, **self.computed.get(kind, {})}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return {}


@pytest.fixture
def mocks(pretend_world: World) -> Iterator[Mocks]:
    """Pulumi's engine is pretended; Flex, which the program asks whose account it is, answers.

    Pulumi takes the thread's event loop, which an earlier `asyncio.run` may have taken away.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    mocks = Mocks()
    pulumi.runtime.set_mocks(mocks, project="flex-google-sso", stack="acme.prod")
    pulumi.runtime.set_config(ENDPOINTS, json.dumps({"base": pretend_world.base}))
    yield mocks
    pulumi.runtime.set_all_config({})
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def der(make_certificate) -> bytes:
    """Of a certificate that is valid now."""
    return make_certificate(begins=datetime.now(UTC) - timedelta(days=10))


@pytest.fixture
def metadata(der, make_metadata) -> str:
    return make_metadata(der, entity_id=ENTITY_ID, sso_url=SSO_URL).decode()


def build(idp_metadata: str | None, **tenant: Any) -> dict[str, Any]:
    """Run the component as a program would, and return its outputs."""
    from components import GoogleFlexSso  # noqa: PLC0415  after set_mocks
    from components.program import OUTPUTS  # noqa: PLC0415

    found: dict[str, Any] = {}

    @pulumi.runtime.test
    def program() -> pulumi.Output[None]:
        sso = GoogleFlexSso(
            "sso",
            {
                "stack": "acme.prod",
                "tenant": TENANT | tenant,
                "people": {"ada@acme.example": {"roles": ["agent"]}},
                "idp_metadata": idp_metadata,
                "metadata_path": "stacks/acme.prod/idp_metadata.xml",
            },
        )
        outputs = {name: getattr(sso, name) for name in OUTPUTS}
        return pulumi.Output.all(**outputs).apply(found.update)

    program()
    return found


def test_googles_values_flow_from_the_saml_app_into_flex(mocks, metadata, der):
    outputs = build(metadata)

    assert SSO_URL == mocks.seen["FlexSso"]["sso_url"] == outputs["sso_url"]
    assert ENTITY_ID == mocks.seen["FlexSso"]["issuer"] == outputs["idp_entity_id"]
    assert parse_der(der).pem == mocks.seen["FlexSso"]["certificate"]


def test_flexs_values_go_into_the_saml_app(mocks):
    outputs = build(None)

    assert outputs["acs_url"].endswith(f"?connection={CONNECTION}")
    assert outputs["acs_url"] == mocks.seen["SamlApp"]["acs_url"]
    assert f"urn:flex:{CONNECTION}" == mocks.seen["SamlApp"]["sp_entity_id"]


def test_roles_are_written_under_the_names_that_the_schema_really_has(mocks):
    mocks.computed["CustomSchema"] = {
        "schema_name": "Flex_Details",
        "schema_id": "s1",
        "field_names": {"Roles": "Flex_Roles", "Full_Name": "Full_Name"},
    }

    build(None)

    assert "Flex_Roles" == mocks.seen["RoleAssignments"]["roles_field"]
    assert "Flex_Roles" == mocks.seen["FlexSso"]["evidence"]["roles_field"]


def test_without_metadata_nothing_is_invented(mocks):
    outputs = build(None)

    assert "sso_url" not in mocks.seen["FlexSso"]
    assert outputs["sso_url"] is None
    assert outputs["certificate_fingerprint"] is None


def test_the_handoff_is_made_of_outputs_and_holds_the_certificate(mocks, metadata):
    handoff = build(metadata)["handoff"]

    text = str(handoff)
    assert "acme.prod" == handoff["stack"]
    assert "BEGIN CERTIFICATE" in text
    assert "PRIVATE" not in text


@pytest.mark.parametrize(("days", "said"), [(-1, "it ended on"), (6, "rotate it now"), (99, "")])
def test_the_certificates_end_is_told_and_stops_nothing(
    mocks, make_certificate, make_metadata, caplog, days, said
):
    der = make_certificate(ends=datetime.now(UTC) + timedelta(days=days, hours=1))

    outputs = build(make_metadata(der, entity_id=ENTITY_ID, sso_url=SSO_URL).decode())

    assert parse_der(der).fingerprint == outputs["certificate_fingerprint"]
    assert bool(said) is ("signing certificate" in caplog.text)
    assert said in caplog.text


def test_what_is_odd_about_the_metadata_file_is_told(mocks, der, make_metadata, caplog):
    file = make_metadata(der, entity_id=ENTITY_ID, sso_url=SSO_URL, valid_until="2027-01-01")

    build(file.decode())

    assert "idp_metadata.xml: The file says it is valid until 2027-01-01" in caplog.text


def test_two_certificates_and_no_name_leave_the_choice_to_the_record(
    mocks, der, make_certificate, make_metadata, caplog
):
    second = make_certificate(slot=1, begins=datetime.now(UTC) - timedelta(days=1))

    build(make_metadata(der, second, entity_id=ENTITY_ID, sso_url=SSO_URL).decode())

    assert [parse_der(one).pem for one in (der, second)] == mocks.seen["SamlApp"]["listed"]
    assert "certificate" not in mocks.seen["SamlApp"]
    assert "./flexsso migrate certificate acme.prod leads on" in caplog.text


@pytest.mark.parametrize("claim", ["team_member", "team_owner", "contact_uri"])
def test_claims_that_bite_are_told(mocks, caplog, claim):
    build(None)
    assert "attribute_mapping" not in caplog.text

    fields = {claim: {"display_name": "Further"}}
    build(None, google={**TENANT["google"], "custom_schema": {"fields": fields}})

    assert f"tenant.saml_app.attribute_mapping.{claim}: it " in caplog.text


def test_the_handoff_has_the_tiles_address_once_the_apps_number_is_known(mocks, metadata):
    mocks.computed["SamlApp"]["login_url"] = "https://accounts.google.com/o/saml2/initsso?spid=1"

    sign_in = build(metadata)["handoff"]["steps"][-1]

    assert "https://accounts.google.com/o/saml2/initsso?spid=1" in sign_in["done_when"]
    mocks.computed["SamlApp"]["login_url"] = None
    assert "initsso" not in build(metadata)["handoff"]["steps"][-1]["done_when"]


def test_drift_of_the_saml_app_is_drift_of_the_stack(mocks, metadata):
    mocks.computed["SamlApp"] = {
        "seen": "x",
        "drift": [{"field": "acs_url", "recorded": "https://a", "observed": "https://b"}],
    }

    outputs = build(metadata)

    assert "drifted" == outputs["status"]
    assert "acs_url is https://b, should be https://a" in outputs["next_step"]
    fields = [
        f for step in outputs["handoff"]["steps"] for s in step["screens"] for f in s["fields"]
    ]
    assert [("ACS URL", "https://b")] == [
        (f["label"], f["observed"]) for f in fields if f["observed"]
    ]


def test_why_nobody_could_look_for_the_app_reaches_the_handoff(mocks, metadata):
    mocks.computed["SamlApp"] |= {"not_checked": "no right to read reports"}
    mocks.computed["FlexSso"] |= {"status": "awaiting_flex_form"}

    google = build(metadata)["handoff"]["steps"][1]

    assert "(no right to read reports)" in google["unseen"]


@pytest.mark.parametrize(
    ("generation", "command"),
    [
        ("enhanced", "`./flexsso migrate enhanced acme.prod` leads on"),
        ("legacy", "`./flexsso migrate enhanced acme.prod --back` leads on"),
    ],
)
def test_between_the_generations_what_google_still_has_is_no_drift(
    mocks, metadata, generation, command
):
    mocks.computed["FlexSso"] |= {"status": "awaiting_flex_form", "moving": True}
    mocks.computed["SamlApp"] = {
        "seen": "x",
        "drift": [{"field": "acs_url", "recorded": "https://a", "observed": "https://b"}],
    }
    flex = {"account_sid": ACCOUNT, "runtime_domain": "acme-falcon-1234", "generation": generation}
    flex |= {"connection": CONNECTION} if generation == "enhanced" else {}

    outputs = build(metadata, flex=flex)

    assert "awaiting_flex_form" == outputs["status"]
    assert command in outputs["next_step"]
    first = outputs["handoff"]["steps"][0]["id"]
    assert first == ("migration_begin" if generation == "enhanced" else "google_app")


@pytest.mark.parametrize(
    ("phase", "where"),
    [
        ("awaiting_connection", f"The account is {ACCOUNT}."),
        ("awaiting_google_app", "The Workspace is acme.example."),
        ("awaiting_flex_form", f"The account is {ACCOUNT}."),
    ],
)
def test_the_next_step_names_the_account_to_be_open(mocks, phase, where):
    mocks.computed["FlexSso"] |= {"status": phase}

    assert f" {where} Hand-off: " in build(None)["next_step"]


def test_metadata_of_another_account_is_told(mocks, der, make_metadata, caplog):
    other = "https://accounts.google.com/o/saml2?idpid=C09other9"
    build(
        make_metadata(der, entity_id=other, sso_url=other.replace("saml2?", "saml2/idp?")).decode()
    )

    assert "of the Google account C09other9; the stack's is C01sandbx" in caplog.text
    assert "./flexsso handoff acme.prod --metadata FILE" in caplog.text


def test_who_may_sign_in_is_told_when_somebody_is_to(mocks, metadata):
    groups = {f"{name}@acme.example": ["agent"] for name in ("agents", "b", "c")}
    roles = {"file": "roles.csv", "groups": groups}

    outputs = build(metadata, roles=roles)

    where = (
        "stacks/acme.prod/roles.csv or the group agents@acme.example or the group b@acme.example"
    )
    where += " or 1 more groups"
    assert f"The people are in {where}." in outputs["next_step"]
    assert "`stacks/acme.prod/roles.csv`" in outputs["handoff"]["steps"][-1]["account"]


def test_legacy_needs_no_connection(mocks):
    flex = {"account_sid": ACCOUNT, "runtime_domain": "acme-falcon-1234", "generation": "legacy"}

    outputs = build(None, flex=flex)

    assert f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2" == outputs["acs_url"]
    assert outputs["connection"] is None


def test_further_fields_are_written_under_their_real_names_and_become_claims(mocks):
    fields = {
        "team_id": {"display_name": "Team ID"},
        "skills": {"display_name": "Skills", "multi_valued": True},
    }
    google = {**TENANT["google"], "custom_schema": {"fields": fields}}
    real = {"Roles": "Roles", "Full_Name": "Full_Name", "team_id": "Team", "skills": "skills"}
    mocks.computed["CustomSchema"] = {"schema_id": "s1", "field_names": real}

    build(None, google=google)

    written = mocks.seen["RoleAssignments"]["attribute_fields"]
    assert {"team_id": "Team", "skills": "skills"} == written
    mapping = mocks.seen["SamlApp"]["attribute_mapping"]
    assert "Flex Details > Skills" == mapping["skills.stringarray"]
    assert "Flex Details > Team ID" == mapping["team_id"]
    assert set(real) == set(mocks.seen["CustomSchema"]["fields"])
