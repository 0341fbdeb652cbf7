"""GoogleFlexSso: one tenant's sign-in from Google to Twilio Flex, the whole trip.

1. CustomSchema: Google gets (or keeps) the category "Flex Details" with roles and full name.
2. RoleAssignments: everybody's roles and names are written there. (1 comes first.)
3. SamlApp: the record of the custom SAML app. A person makes it in the Google Admin console from
   the hand-off, with Flex's ACS URL and entity ID in it, and brings back the metadata file.
4. FlexConfiguration: Flex's own document: popup login, and the names of account and workspace.
5. FlexSso: the record of Flex's SSO connection. Google's SSO URL, entity ID and certificate flow
   into it from 3. A person pastes them into the Twilio Console from the hand-off.

After each `up` the component says in one word how far that has come (`status`), in one sentence who
does what next (`next_step`), and in full what to paste where (`handoff`). Flex's side of the SAML
agreement (ACS URL, entity ID) follows from the connection, so nothing here depends on itself.
"""

# Annotations are not postponed here: Pulumi reads them for the schema of the component package.
from typing import Any, NotRequired, TypedDict

import pulumi

from components.handoff import (
    Given,
    default_redirect_url,
    deliver,
    friendly_name,
    handoff_of,
    login_url,
    moving_step,
    next_step_of,
)
from components.identity_provider import identity_provider, warn_of_claims
from components.tenant_args import RoleAssignmentArgs, TenantArgs
from models.attributes import attribute_fields
from models.flex import SpSettings, derive_sp_settings
from models.guard_rails import is_production, refuse
from models.handoff import mapping_of
from models.phase import NEXT_STEP, Phase
from models.tenant import Tenant
from providers.base import to_props
from providers.google.custom_schema import CustomSchema
from providers.google.role_assignments import RoleAssignments
from providers.google.role_values import PEOPLE, dump
from providers.google.saml_app import SamlApp
from providers.settings import Settings
from providers.twilio.account import refuse_other_account
from providers.twilio.flex_configuration import FlexConfiguration
from providers.twilio.flex_sso import FlexSso
from providers.twilio.sign_in_probe import find_connection

ROLES, FULL_NAME = "Roles", "Full_Name"


class GoogleFlexSsoArgs(TypedDict):
    """What one tenant needs."""

    stack: str
    """Its name, <tenant>.<environment>; part of the connection's Friendly Name."""
    tenant: TenantArgs
    """The contact centre, as under `flex-google-sso:tenant` in a stack's file."""
    people: dict[str, RoleAssignmentArgs]
    """E-mail → roles and, if given, full name and attributes."""
    idp_metadata: NotRequired[str | None]
    """The text of GoogleIDPMetadata.xml; none until a person has brought it."""
    metadata_path: str
    """Where that file should be put, for the hand-off."""


class GoogleFlexSso(pulumi.ComponentResource):
    """A tenant's sign-in from Google to Twilio Flex."""

    status: pulumi.Output[str]
    """How far the stack has come, a phase: `awaiting_connection` … `verified`, or `drifted`."""
    next_step: pulumi.Output[str]
    """One sentence: who does what next, and where."""
    sso_url: pulumi.Output[str | None]
    """Google's SSO URL, from the metadata file; none while there is no file."""
    idp_entity_id: pulumi.Output[str | None]
    """Google's Entity ID, from the metadata file."""
    certificate_fingerprint: pulumi.Output[str | None]
    """SHA-256 fingerprint of the signing certificate of Google's that is used."""
    certificate_not_after: pulumi.Output[str | None]
    """When that certificate ends, in UTC: 2031-05-06T07:08:09Z."""
    acs_url: pulumi.Output[str | None]
    """Flex's ACS URL, for the SAML app; none before there is a connection."""
    sp_entity_id: pulumi.Output[str | None]
    """Flex's Entity ID, for the SAML app."""
    start_url: pulumi.Output[str]
    """The SAML app's Start URL, where Google's tile leads."""
    login_url: pulumi.Output[str]
    """Where people log in to this Flex."""
    connection: pulumi.Output[str | None]
    """The JQ sid of Flex's SSO connection; none with legacy SSO."""
    runtime_domain: pulumi.Output[str]
    """The part after flex.twilio.com/, as Flex tells it."""
    schema_name: pulumi.Output[str]
    """API name of the custom schema at Google."""
    role_counts: pulumi.Output[dict[str, int]]
    """Role → number of people who have it here."""
    strays: pulumi.Output[list[str]]
    """People who hold our fields at Google and are not listed; the first 50 by name."""
    handoff: pulumi.Output[dict[str, Any]]
    """What to paste where, as data: steps, screens, fields (`models.handoff.Handoff`)."""

    def __init__(
        self, name: str, args: GoogleFlexSsoArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flexsso:index:GoogleFlexSso", name, None, opts)
        self._name = name
        self._args = args
        self._tenant = tenant = Tenant.model_validate(args["tenant"])
        people = PEOPLE.validate_python(args["people"])
        warn_of_claims(tenant)
        refuse(args["stack"], tenant, {email: given.roles for email, given in people.items()})
        protected = is_production(args["stack"], tenant) or None  # None: as the component's own
        self._child = pulumi.ResourceOptions(parent=self, protect=protected)
        self._settings = settings = Settings.from_config(pulumi.Config())
        refuse_other_account(settings, tenant.flex.account_sid, tenant.flex.runtime_domain)
        connection = _connection(settings, tenant)
        sp = derive_sp_settings(
            tenant.flex.generation, tenant.flex.account_sid, connection, tenant.flex.runtime_domain
        )
        schema = self._custom_schema()
        roles = self._role_assignments(schema)
        app = self._saml_app(sp)
        flex = self._flex_configuration()
        sso = self._flex_sso(connection, sp, app, flex, schema)
        self._publish(connection, sp, schema, roles, app, flex, sso)

    # Children -------------------------------------------------------------------------------

    def _custom_schema(self) -> CustomSchema:
        wanted = self._tenant.google.custom_schema
        return CustomSchema(
            f"{self._name}-schema",
            {
                "customer": self._tenant.google.customer,
                "schema_name": wanted.name,
                "display_name": wanted.display_name,
                "fields": {name: to_props(field) for name, field in wanted.fields.items()},
                "allow_data_loss": wanted.allow_data_loss,
                "retain": wanted.retain,
            },
            self._child,
        )

    def _role_assignments(self, schema: CustomSchema) -> RoleAssignments:
        people = PEOPLE.validate_python(self._args["people"])
        return RoleAssignments(
            f"{self._name}-roles",
            {
                "customer": self._tenant.google.customer,
                "schema_name": schema.schema_name,
                "roles_field": _real_name(schema, ROLES),
                "full_name_field": _real_name(schema, FULL_NAME),
                "attribute_fields": self._attribute_fields(schema),
                "people": dump(PEOPLE.dump_python(people, mode="json", exclude_none=True)),
                "mode": self._tenant.roles.mode.value,
            },
            self._child,
        )

    def _attribute_fields(self, schema: CustomSchema) -> pulumi.Output[dict[str, str]] | None:
        """API names of the fields beyond roles and full name; None where there are none."""
        ours = attribute_fields(self._tenant.google.custom_schema.fields)
        if not ours:
            return None
        return schema.field_names.apply(lambda real: {name: real.get(name, name) for name in ours})

    def _saml_app(self, sp: SpSettings | None) -> SamlApp:
        tenant = self._tenant
        return SamlApp(
            f"{self._name}-app",
            {
                "customer": tenant.google.customer,
                "name": tenant.saml_app.name,
                "description": tenant.saml_app.description,
                "acs_url": sp.acs_url if sp else None,
                "sp_entity_id": sp.entity_id if sp else None,
                "start_url": login_url(tenant),
                "attribute_mapping": mapping_of(tenant.attribute_mapping),
                "spid": tenant.saml_app.spid,
                **identity_provider(self._args["stack"], tenant, self._args.get("idp_metadata")),
            },
            self._child,
        )

    def _flex_configuration(self) -> FlexConfiguration:
        flex = self._tenant.flex
        return FlexConfiguration(
            f"{self._name}-flex",
            {
                "account_sid": flex.account_sid,
                "runtime_domain": flex.runtime_domain,
                "login_popup": flex.login_popup,
            },
            self._child,
        )

    def _flex_sso(
        self,
        connection: str | None,
        sp: SpSettings | None,
        app: SamlApp,
        configuration: FlexConfiguration,
        schema: CustomSchema,
    ) -> FlexSso:
        tenant = self._tenant
        return FlexSso(
            f"{self._name}-sso",
            {
                "account_sid": tenant.flex.account_sid,
                "generation": tenant.flex.generation.value,
                "runtime_domain": tenant.flex.runtime_domain,
                "connection": connection,
                "acs_url": sp.acs_url if sp else None,
                "sp_entity_id": sp.entity_id if sp else None,
                "sso_url": app.sso_url,
                "issuer": app.entity_id,
                "certificate": app.certificate,
                "friendly_name": friendly_name(tenant, self._args["stack"]),
                "default_redirect_url": default_redirect_url(tenant),
                "trusted_domains": list(tenant.flex.trusted_domains),
                "login_popup": tenant.flex.login_popup,
                "evidence": {
                    "customer": tenant.google.customer,
                    "app_name": tenant.saml_app.name,
                    "schema_name": schema.schema_name,
                    "roles_field": _real_name(schema, ROLES),
                    "workspace_sid": configuration.workspace_sid,
                },
            },
            self._child,
        )

    # Outputs --------------------------------------------------------------------------------

    def _publish(  # noqa: PLR0913  one for each child
        self,
        connection: str | None,
        sp: SpSettings | None,
        schema: CustomSchema,
        roles: RoleAssignments,
        app: SamlApp,
        flex: FlexConfiguration,
        sso: FlexSso,
    ) -> None:
        link = login_url(self._tenant)
        given = Given(
            self._args["stack"],
            self._tenant,
            self._args["metadata_path"],
            sp,
            connection,
            self._settings.endpoints,
        )
        verdict = pulumi.Output.all(
            status=sso.status, next_step=sso.next_step, drift=app.drift, moving=sso.moving
        ).apply(lambda seen: _whole_verdict(seen, given))
        handoff = pulumi.Output.all(
            verdict=verdict,
            sso_url=app.sso_url,
            idp_entity_id=app.entity_id,
            certificate=app.certificate,
            app_seen=app.seen,
            tile_url=app.login_url,
            app_not_checked=app.not_checked,
            app_drift=app.drift,
            sso_drift=sso.drift,
            proof=sso.proof,
            moving=sso.moving,
        ).apply(lambda seen: handoff_of(given, seen["verdict"], seen))
        delivery = deliver(self._name, given, handoff, pulumi.ResourceOptions(parent=self))
        outputs: dict[str, Any] = {
            "status": verdict.apply(lambda seen: seen[0].value),
            "next_step": next_step_of(given, verdict, delivery),
            "sso_url": app.sso_url,
            "idp_entity_id": app.entity_id,
            "certificate_fingerprint": app.fingerprint,
            "certificate_not_after": app.not_after,
            "acs_url": sp.acs_url if sp else None,
            "sp_entity_id": sp.entity_id if sp else None,
            "start_url": link,
            "login_url": link,
            "connection": connection,
            "runtime_domain": flex.runtime_domain,
            "schema_name": schema.schema_name,
            "role_counts": roles.role_counts,
            "strays": roles.strays,
            "handoff": handoff,
        }
        for output, value in outputs.items():
            setattr(self, output, pulumi.Output.from_input(value))
        self.register_outputs(outputs)


def _connection(settings: Settings, tenant: Tenant) -> str | None:
    """Typed into the stack, or as Flex lists it. Legacy sign-in has none."""
    if tenant.flex.generation.value == "legacy" or tenant.flex.connection:
        return tenant.flex.connection
    return find_connection(settings, tenant.flex.account_sid)


def _real_name(schema: CustomSchema, field: str) -> pulumi.Output[str]:
    """The field's API name at Google: an adopted schema may have another one."""
    return schema.field_names.apply(lambda names: names.get(field, field))


def _whole_verdict(seen: dict[str, Any], given: Given) -> tuple[Phase, str]:
    """Flex's phase, unless the SAML app at Google is not as recorded.

    On the way between the generations it may still be as it was, and one command leads on.
    """
    phase, drift = Phase(seen["status"]), seen["drift"] or []
    if seen["moving"]:
        return phase, moving_step(given)
    if not drift:
        return phase, seen["next_step"]
    differing = " ".join(
        f"({one['field']} is {one['observed']}, should be {one['recorded']})" for one in drift
    )
    return Phase.DRIFTED, f"Google Admin console: {NEXT_STEP[Phase.DRIFTED]} {differing}"
