"""`Expected`: how a stack should look in both consoles, from its configuration and its last `up`.

The configuration says what is wanted. The state adds what only a run knows: the connection that
Flex made, the schema's real names if one was adopted, since when the record is as it is, and whose
sign-in proved it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from models.attributes import attribute_fields
from models.custom_schema import FULL_NAME, ROLES
from models.flex import Generation, SpSettings, derive_sp_settings
from models.handoff import HandoffScreen
from models.idp_metadata import IdpMetadata, parse_idp_metadata
from models.observation import SsoRecord
from models.phase import Phase
from models.prediction import SchemaNames
from models.roles import RoleAssignment
from models.stack import Stack
from models.tenant import Tenant
from models.value_fields import ValueFields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.certificate import Certificate

TYPE = "pulumi-python:dynamic/"
NEVER = Phase.AWAITING_CONNECTION


class Expected(BaseModel):
    """What verification compares with. `sso` are FlexSso's outputs of the last `up`, perhaps none.

    `metadata` is None while a person has not brought it; `attested` tells for a screen of the
    hand-off who vouched for its present values, and when; `now` is the moment of the look;
    `shows_claims` asks for what Google would send for each person. `in_doubt` is since when Flex
    takes in nobody whom Google lets in, empty if it does. `screens` are those of the last `up`'s
    hand-off that a person can vouch for.
    """

    model_config = ConfigDict(frozen=True)

    stack: str
    tenant: Tenant
    people: dict[str, RoleAssignment]
    metadata: IdpMetadata | None
    connection: str | None
    schema_name: str
    field_names: dict[str, str]
    workspace_sid: str
    instance_sid: str = ""
    in_doubt: str = ""
    screens: dict[str, HandoffScreen] = {}
    sso: dict[str, Any]
    attested: dict[str, str]
    now: datetime
    shows_claims: bool = False

    @property
    def sp(self) -> SpSettings | None:
        """Flex's side of the SAML agreement, None while an enhanced connection isn't known."""
        flex = self.tenant.flex
        return derive_sp_settings(
            flex.generation, flex.account_sid, self.connection, flex.runtime_domain
        )

    @property
    def record(self) -> SsoRecord:
        """The record of Flex's form, as far as it can be observed."""
        sp = self.sp
        return SsoRecord(
            generation=self.tenant.flex.generation,
            connection=self.connection,
            acs_url=sp.acs_url if sp else None,
            sp_entity_id=sp.entity_id if sp else None,
            sso_url=self.metadata.sso_url if self.metadata else None,
        )

    @property
    def phase(self) -> Phase:
        """The phase of the last `up`."""
        return Phase(self.sso["status"]) if "status" in self.sso else NEVER

    @property
    def deployed(self) -> bool:
        """Whether there was an `up` at all."""
        return bool(self.sso)

    @property
    def moving(self) -> bool:
        """Whether the stack is between two generations: both consoles have yet to follow."""
        return bool(self.sso.get("moving"))

    @property
    def changed_at(self) -> str | None:
        """Since when the record is as it is: only sign-ins after that prove it (RFC 3339)."""
        return self.sso.get("changed_at")

    @property
    def proof(self) -> dict[str, Any]:
        """Whose sign-in proved the record: email, time, initiated_by, roles; or nothing."""
        return dict(self.sso.get("proof") or {})

    @property
    def certificate(self) -> Certificate | None:
        """The one that belongs into Flex's form: named, else recorded, else the first listed."""
        listed = self.metadata.certificates if self.metadata else ()
        recorded = (self.sso.get("recorded") or {}).get("certificate")
        if (wanted := self.tenant.saml_app.certificate) is None:
            fitting = [one for one in listed if one.pem == recorded] or listed
        else:
            fitting = [one for one in listed if one.fingerprint == wanted]
        return fitting[0] if fitting else None

    @property
    def value_fields(self) -> ValueFields:
        """API names of the schema's fields, at Google."""
        ours = self.tenant.google.custom_schema.fields
        return ValueFields(
            roles=self.field_names.get(ROLES, ROLES),
            full_name=self.field_names.get(FULL_NAME, FULL_NAME),
            attributes={name: self.field_names.get(name, name) for name in attribute_fields(ours)},
        )

    @property
    def schema_names(self) -> SchemaNames:
        """The schema in the words of the wizard's list."""
        schema = self.tenant.google.custom_schema
        return SchemaNames(
            display_name=schema.display_name,
            fields={
                field.display_name: self.field_names.get(name, name)
                for name, field in schema.fields.items()
            },
        )


def expected_of(
    stack: Stack,
    people: dict[str, RoleAssignment],
    resources: Mapping[str, dict[str, Any]],
    attested: dict[str, str],
    now: datetime,
) -> Expected:
    """Join configuration and state. `resources` are outputs of the last `up`, by Pulumi's type."""
    tenant, sso = stack.tenant, resources.get(f"{TYPE}twilio:FlexSso", {})
    schema = resources.get(f"{TYPE}google:CustomSchema", {})
    flex = resources.get(f"{TYPE}twilio:FlexConfiguration", {})
    return Expected(
        stack=stack.name,
        tenant=tenant,
        people=people,
        metadata=_metadata(stack),
        connection=_connection(tenant, sso),
        schema_name=schema.get("schema_name") or tenant.google.custom_schema.name,
        field_names=schema.get("field_names") or {},
        workspace_sid=flex.get("workspace_sid", ""),
        instance_sid=flex.get("flex_instance_sid", ""),
        sso=sso,
        attested=attested,
        now=now,
    )


def _metadata(stack: Stack) -> IdpMetadata | None:
    if stack.idp_metadata is None:
        return None
    any_host = stack.tenant.saml_app.allow_any_idp_host
    return parse_idp_metadata(stack.idp_metadata.encode(), allow_any_host=any_host)


def _connection(tenant: Tenant, sso: dict[str, Any]) -> str | None:
    """As typed into the stack, else as the last `up` found it (a drifted one says so beside)."""
    if tenant.flex.generation is Generation.LEGACY or tenant.flex.connection:
        return tenant.flex.connection
    recorded: str | None = (sso.get("recorded") or {}).get("connection")
    return recorded
