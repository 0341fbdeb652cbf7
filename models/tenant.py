"""`Tenant`: the one shape of a stack's configuration (`flex-google-sso:tenant`).

Field names are the keys that a person writes; descriptions feed the reference page. Nothing in it
is a secret: credentials are named (environment variables, files), never given.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from models.attribute_mapping import AttributeMapping
from models.attributes import mapping_with_attributes, with_defaults
from models.custom_schema import SchemaField, api_name, default_fields
from models.flex import Generation, Way
from models.roles import Mode, RoleAssignment
from models.types import (
    AccountSid,
    ConnectionSid,
    CustomerId,
    Domain,
    EmailAddress,
    Fingerprint,
    HttpsOrLoopbackUrl,
    HttpsUrl,
    RuntimeDomain,
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SchemaSettings(_Part):
    """The category of custom attributes in the Google Admin console."""

    display_name: str = Field("Flex Details", min_length=1, description="The category's name.")
    schema_name: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="Its API name, if it is not the display name with `_` for spaces.",
    )
    fields: dict[str, SchemaField] = Field(
        default_factory=default_fields,
        description="Further fields by API name, such as team_id; roles and full name are added.",
    )
    allow_data_loss: bool = Field(
        False, description="Let a change or destroy delete values that people hold."
    )
    retain: bool = Field(True, description="Keep the schema when the stack is destroyed.")

    @field_validator("fields")
    @classmethod
    def _flexs_two_fields_too(cls, fields: dict[str, SchemaField]) -> dict[str, SchemaField]:
        return with_defaults(fields)

    @property
    def name(self) -> str:
        """The API name to create it under."""
        return self.schema_name or api_name(self.display_name)


class GoogleSettings(_Part):
    """The Google Workspace account."""

    customer: CustomerId = Field(description="Customer id: Account > Account settings > Profile.")
    domain: Domain = Field(description="Primary domain of the people who sign in.")
    admin: EmailAddress | None = Field(
        None, description="Administrator to act as, with domain-wide delegation."
    )
    custom_schema: SchemaSettings = Field(default_factory=SchemaSettings)


class SamlAppSettings(_Part):
    """The custom SAML app in the Google Admin console."""

    name: str = Field("Twilio Flex", min_length=1, description="App name.")
    description: str = Field("", description="App description.")
    idp_metadata: str = Field(
        "idp_metadata.xml", description="File from DOWNLOAD METADATA, in the stack's folder."
    )
    certificate: Fingerprint | None = Field(
        None, description="SHA-256 fingerprint of the certificate to use, if there are two."
    )
    spid: str | None = Field(
        None, pattern=r"\d{6,15}", description="The number in the app page's address, for its tile."
    )
    attribute_mapping: dict[str, str] | None = Field(
        None, description="App attribute → Google Directory attribute, in the console's words."
    )
    allow_any_idp_host: bool = Field(
        False, description="Accept metadata that does not point to accounts.google.com."
    )


class RoleSettings(_Part):
    """Who gets which Flex roles: the union of the three sources."""

    mode: Mode = Field(
        Mode.ADDITIVE,
        description="`authoritative` also clears people not listed, once a preview has named them.",
    )
    file: str | None = Field(
        None, description="CSV file in the stack's folder: email,roles[,full_name][,fields …]."
    )
    people: dict[EmailAddress, RoleAssignment] = Field(
        default_factory=dict, description="Person → roles."
    )
    groups: dict[EmailAddress, list[str]] = Field(
        default_factory=dict, description="Google group → roles of its members, nested ones too."
    )
    queries_per_minute: int = Field(
        2400, ge=1, description="Directory API quota to stay under, as the Cloud project has it."
    )


class FlexSettings(_Part):
    """The Twilio Flex account."""

    account_sid: AccountSid = Field(description="Account SID: Console > Account info.")
    generation: Generation = Field(
        Generation.ENHANCED, description="`enhanced` (OAuth 2.0), or `legacy` for iam.twilio.com."
    )
    connection: ConnectionSid | None = Field(
        None, description="JQ sid from the ACS URL on the SSO page. Found by itself where it can."
    )
    migration: Way | None = Field(
        None,
        description="While it goes from legacy to enhanced SSO, the way: `modify` or `create`.",
    )
    runtime_domain: RuntimeDomain = Field(description="The part after flex.twilio.com/.")
    friendly_name: str | None = Field(None, description="Friendly Name of the connection.")
    default_redirect_url: HttpsUrl | None = Field(
        None, description="Default Redirect URL, if it is not the Flex login link."
    )
    trusted_domains: list[HttpsOrLoopbackUrl] = Field(
        default_factory=list,
        description="Trusted domains, for self-hosted Flex; `http://` only on localhost.",
    )
    login_popup: bool = Field(False, description="Login using popup.")

    @field_validator("trusted_domains")
    @classmethod
    def _enhanced_sso_takes_no_wildcards(
        cls, domains: list[str], info: ValidationInfo
    ) -> list[str]:
        wild = [one for one in domains if "*" in one]
        if wild and info.data.get("generation") is Generation.ENHANCED:
            raise ValueError(f"enhanced SSO takes no wildcard ({wild[0]}): name each address")
        return domains

    @model_validator(mode="after")
    def _legacy_has_no_connection(self) -> Self:
        if self.generation is Generation.LEGACY and self.connection:
            raise ValueError("legacy SSO has no connection: leave it out, or choose enhanced")
        return self


class GoogleCredentials(_Part):
    """Google: a service account, by its key file or without one; or whatever ADC says."""

    file: str | None = Field(None, description="Path of a service account's key file.")
    service_account: EmailAddress | None = Field(
        None,
        description="Service account to work as without a key: whoever application default"
        " credentials (ADC) say is here lets Google's IAM sign for it.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.file and self.service_account:
            raise ValueError("give a key file, or the service_account to work as, not both")
        return self


class TwilioCredentials(_Part):
    """Twilio: an API key, in a file or in a pair of environment variables."""

    file: str | None = Field(None, description="Path of a credentials file.")
    key_env: str | None = Field(None, description="Environment variable that holds the API key.")
    secret_env: str | None = Field(None, description="Environment variable of the API secret.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.file and (self.key_env or self.secret_env):
            raise ValueError("give a file or environment variables, not both")
        if bool(self.key_env) != bool(self.secret_env):
            raise ValueError("key_env and secret_env go together")
        return self


class Credentials(_Part):
    """Names of credentials. By default Google ADC, and TWILIO_API_KEY / TWILIO_API_SECRET."""

    google: GoogleCredentials = Field(default_factory=GoogleCredentials)
    twilio: TwilioCredentials = Field(default_factory=TwilioCredentials)


class Writer(StrEnum):
    """How a console-only record gets into its console."""

    CONSOLE = "console"
    WEBHOOK = "webhook"


class HandoffSettings(_Part):
    """How the two steps without an API are handed over."""

    writer: Writer = Field(
        Writer.CONSOLE,
        description="`console`: a person fills in the forms. `webhook`: your own bot, at `url`.",
    )
    url: HttpsOrLoopbackUrl | None = Field(
        None, description="Where the hand-off is POSTed, for `webhook`."
    )
    secret_env: str = Field(
        "FLEXSSO_WEBHOOK_SECRET", description="Environment variable of the secret that signs it."
    )
    secret_file: str | None = Field(None, description="A file with that secret, instead.")

    @model_validator(mode="after")
    def _a_webhook_has_an_address(self) -> Self:
        if self.writer is Writer.WEBHOOK and not self.url:
            raise ValueError("writer: webhook needs a url")
        return self


class Tenant(_Part):
    """A contact centre in one environment."""

    name: str = Field(min_length=1, description="What people call it, for example Acme Support.")
    production: bool | None = Field(
        None,
        description="Whether the guard rails of production hold; if not said, the environment's"
        " name tells: prod, production, prd or live.",
    )
    google: GoogleSettings
    flex: FlexSettings
    saml_app: SamlAppSettings = Field(default_factory=SamlAppSettings)
    roles: RoleSettings = Field(default_factory=RoleSettings)
    credentials: Credentials = Field(default_factory=Credentials)
    handoff: HandoffSettings = Field(default_factory=HandoffSettings)

    @property
    def attribute_mapping(self) -> AttributeMapping:
        """The mapping that was given, or what Flex needs and all further fields."""
        given, schema = self.saml_app.attribute_mapping, self.google.custom_schema
        if given is None:
            return mapping_with_attributes(schema.display_name, schema.fields)
        return AttributeMapping(given)
