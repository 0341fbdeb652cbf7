"""Each resource and data source, with a world in which every verb has something to do.

Others' things are in each of these worlds, so that losing one would show: a foreign schema and
foreign fields with values, roles that somebody had before us, keys of Flex's configuration.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from models.roles import union
from models.tenant import GoogleCredentials, Tenant
from providers.failures import PartialState
from providers.google.custom_schema import CustomSchemaProvider
from providers.google.groups import people_of_groups
from providers.google.role_assignments import RoleAssignmentsProvider
from providers.google.saml_app import SamlAppProvider
from providers.twilio.account import refuse_other_account
from providers.twilio.flex_api import FlexApi
from providers.twilio.flex_configuration import FlexConfigurationProvider
from providers.twilio.flex_sso import FlexSsoProvider
from providers.twilio.sign_in_probe import SignInProbe, find_connection
from providers.webhook import HandoffDeliveryProvider
from sandbox import seed
from sandbox.google import activities
from sandbox.google.service_accounts import address_of
from sandbox.twilio import workers
from sandbox.twilio.accounts import LEGACY, Connection, find_account, save_connection
from tools.torture import receiver
from tools.torture.place import CUSTOMER, ENHANCED

if TYPE_CHECKING:
    from collections.abc import Callable

    from providers.settings import Settings
    from sandbox.world import World
    from tools.torture.place import Place

JQ = "JQ" + "ab" * 16
OLD_ACCOUNT = "AC" + "1e" * 16
WORKSPACE = "WS" + "5a" * 16
SSO_URL = f"https://accounts.google.com/o/saml2/idp?idpid={CUSTOMER}"
ISSUER = f"https://accounts.google.com/o/saml2?idpid={CUSTOMER}"
TEXT = {"type": "STRING", "read_access": "ADMINS_AND_SELF"}


class Subject:
    """One resource: what the engine would remember of it, and the verbs on it."""

    def __init__(
        self,
        kind: type[Any],
        news: dict[str, dict[str, Any]],
        google: GoogleCredentials | None = None,
    ) -> None:
        self._kind = kind
        self._google = google
        self._news = news
        self._latest = "create"
        self.id = ""
        self.outs: dict[str, Any] = {}

    def copy(self) -> Subject:
        """The same memory, to be used once more."""
        return copy.deepcopy(self)

    def run(self, verb: str, settings: Settings) -> None:
        """One verb. A partial success is remembered, as the engine does, and raised."""
        provider = self._kind()
        provider.settings = self._signed_in(settings)
        try:
            getattr(self, f"_{verb}")(provider)
        except PartialState as partial:
            self.id, self.outs = partial.id, json.loads(json.dumps(partial.outs))
            raise

    def _signed_in(self, settings: Settings) -> Settings:
        """With Google's credentials of its own, if it has any."""
        if self._google is None:
            return settings
        both = settings.credentials.model_copy(update={"google": self._google})
        return settings.model_copy(update={"credentials": both})

    def _create(self, provider: Any) -> None:
        if self.id:  # made in part: the engine goes on with an update
            self._converge(provider, self._latest)
            return
        made = provider.create(provider.check({}, self._wanted(self._latest)).inputs)
        self.id, self.outs = made.id, json.loads(json.dumps(made.outs))

    def _update(self, provider: Any) -> None:
        self._latest = "update"
        self._converge(provider, "update")

    def _converge(self, provider: Any, name: str) -> None:
        wanted = provider.check({}, self._wanted(name)).inputs
        outs = provider.update(self.id, self.outs, wanted).outs
        self.outs = json.loads(json.dumps(outs))

    def _read(self, provider: Any) -> None:
        seen = provider.read(self.id, self.outs)
        self.id, self.outs = seen.id, json.loads(json.dumps(seen.outs))

    @property
    def gone(self) -> bool:
        """Whether a refresh did not find it, so that the engine forgets it and makes it again."""
        return not self.id and self._latest == "update"

    def _delete(self, provider: Any) -> None:
        provider.delete(self.id, self.outs)

    def _wanted(self, name: str) -> dict[str, Any]:
        return copy.deepcopy(self._news.get(name) or self._news["create"])


class Reading(Subject):
    """A data source: its value is what is remembered of it."""

    def __init__(self, look: Callable[[Settings], Any]) -> None:
        super().__init__(object, {})
        self._look = look

    def run(self, verb: str, settings: Settings) -> None:
        """Look."""
        del verb
        self.outs = {"value": self._look(settings)}

    def copy(self) -> Subject:
        """The same look, with nothing seen."""
        return Reading(self._look)


SCHEMA: dict[str, Any] = {
    "customer": CUSTOMER,
    "schema_name": "Flex_Details",
    "display_name": "Flex Details",
    "fields": {
        "Roles": {**TEXT, "display_name": "Roles", "multi_valued": True},
        "Full_Name": {**TEXT, "display_name": "Full Name"},
    },
    "retain": False,
}
TEAM = {"Team": {**TEXT, "display_name": "Team"}}
ROLES: dict[str, Any] = {
    "customer": CUSTOMER,
    "schema_name": "Flex_Details",
    "roles_field": "Roles",
    "full_name_field": "Full_Name",
}
CONFIGURATION: dict[str, Any] = {
    "account_sid": ENHANCED,
    "runtime_domain": "acme-falcon-1234",
    "login_popup": True,
}
APP: dict[str, Any] = {
    "customer": CUSTOMER,
    "name": "Twilio Flex",
    "start_url": "https://flex.twilio.com/acme-falcon-1234",
    "attribute_mapping": {"email": "Basic Information > Primary email"},
    "acs_url": f"https://login.flex.us1.twilio.com/login/callback?connection={JQ}",
    "sp_entity_id": f"urn:flex:{JQ}",
    "sso_url": SSO_URL,
    "entity_id": ISSUER,
}
SSO: dict[str, Any] = {
    "account_sid": ENHANCED,
    "generation": "enhanced",
    "runtime_domain": "acme-falcon-1234",
    "connection": JQ,
    "acs_url": APP["acs_url"],
    "sp_entity_id": APP["sp_entity_id"],
    "sso_url": SSO_URL,
    "issuer": ISSUER,
    "certificate": "…",
    "friendly_name": "Acme",
    "default_redirect_url": "https://flex.twilio.com/acme-falcon-1234",
    "evidence": {
        "customer": CUSTOMER,
        "app_name": "Twilio Flex",
        "schema_name": "Flex_Details",
        "roles_field": "Roles",
        "workspace_sid": WORKSPACE,
    },
}
OLD_SSO = {
    **{key: value for key, value in SSO.items() if key != "connection"},
    "account_sid": OLD_ACCOUNT,
    "generation": "legacy",
    "runtime_domain": "acme-heron-4321",
    "acs_url": f"https://iam.twilio.com/v1/Accounts/{OLD_ACCOUNT}/saml2",
    "sp_entity_id": f"https://iam.twilio.com/v1/Accounts/{OLD_ACCOUNT}/saml2/metadata",
}
TENANT = {
    "name": "Acme",
    "google": {"customer": CUSTOMER, "domain": "acme.example"},
    "flex": {"account_sid": ENHANCED, "runtime_domain": "acme-falcon-1234"},
    "roles": {"groups": {"flex-agents@acme.example": ["agent"]}},
}


KEYLESS = GoogleCredentials(service_account=address_of(CUSTOMER))
DELIVERY = "HandoffDelivery"


def deliveries(place: Place) -> dict[str, dict[str, Any]]:
    """A hand-off of which a step waits, and the next one."""
    delivery = {
        "url": f"{place.world.base}/{receiver.HOST}{receiver.PATH}",
        "secret_env": "",
        "secret_file": str(place.keys / "webhook.secret"),
        "customer": CUSTOMER,
        "saml_app": {"name": "Twilio Flex"},
        "folder": str(place.stacks / "acme.dev"),
    }
    steps = {"create": ["google_app"], "update": ["flex_form", "sign_in"]}
    waiting = {verb: [{"id": one, "waiting": True} for one in ids] for verb, ids in steps.items()}
    return {
        verb: {**delivery, "document": json.dumps({"steps": one})} for verb, one in waiting.items()
    }


def people(**roles: list[str]) -> str:
    """The listed people, as the resource takes them."""
    return json.dumps({f"{name}@acme.example": {"roles": given} for name, given in roles.items()})


def subjects(place: Place) -> dict[str, Subject]:
    """All of them, by name."""
    grown = {**SCHEMA, "display_name": "Flex details", "fields": {**SCHEMA["fields"], **TEAM}}
    first = {**ROLES, "people": people(ada=["agent"], grace=["supervisor", "agent"])}
    then = {**ROLES, "people": people(ada=["admin"], marie=["agent"])}
    off = {**CONFIGURATION, "login_popup": False}
    return {
        "CustomSchema": Subject(CustomSchemaProvider, {"create": SCHEMA, "update": grown}),
        "CustomSchema (no key)": Subject(CustomSchemaProvider, {"create": SCHEMA}, KEYLESS),
        "RoleAssignments": Subject(RoleAssignmentsProvider, {"create": first, "update": then}),
        "FlexConfiguration": Subject(
            FlexConfigurationProvider, {"create": CONFIGURATION, "update": off}
        ),
        "SamlApp": Subject(SamlAppProvider, {"create": APP}),
        "FlexSso": Subject(FlexSsoProvider, {"create": SSO}),
        "FlexSso (legacy)": Subject(FlexSsoProvider, {"create": OLD_SSO}),
        DELIVERY: Subject(HandoffDeliveryProvider, deliveries(place)),
        "people of groups": Reading(_people_of_groups),
        "account": Reading(
            lambda settings: refuse_other_account(
                settings, ENHANCED, CONFIGURATION["runtime_domain"]
            )
        ),
        "connection": Reading(lambda settings: find_connection(settings, ENHANCED)),
        "workers": Reading(
            lambda settings: [
                worker["friendly_name"] for worker in FlexApi(settings, ENHANCED).workers(WORKSPACE)
            ]
        ),
        "public configuration": Reading(
            lambda settings: SignInProbe(settings, ENHANCED).public_configuration()
        ),
    }


def _people_of_groups(settings: Settings) -> dict[str, Any]:
    found = people_of_groups(settings, Tenant.model_validate(TENANT), lambda _text: None)
    return {email: given.roles for email, given in union(found).items()}


def plant(world: World, name: str) -> None:
    """The world of the subject of that name."""
    spec = copy.deepcopy(seed.DEFAULT)
    workspace = spec["google"][0]
    if not name.startswith("CustomSchema"):
        workspace["schemas"].append(_schema())
        workspace["values"] = {
            "ada@acme.example": {
                "HR": {"Badge": "B-1815"},
                "Flex_Details": {"Roles": [{"value": "wfo.manager"}], "Team": "north"},
            }
        }
    seed.plant(world, spec)
    document = world.store.get("flex_configuration", ENHANCED) or {}
    document |= {"public_attributes": {"theme": "dark"}, "attributes": {"crm": {"url": "x"}}}
    world.store.put("flex_configuration", ENHANCED, document)
    for account, connection in ((ENHANCED, JQ), (OLD_ACCOUNT, LEGACY)):
        form = Connection(account, connection, active=True, sso_url=SSO_URL, issuer=ISSUER)
        save_connection(world.store, form)
    _sign_in(world)


def _schema() -> dict[str, Any]:
    of_text = {"fieldType": "STRING", "readAccessType": "ADMINS_AND_SELF"}
    fields = [
        {"fieldName": "Team", "displayName": "Team", **of_text},
        {"fieldName": "Roles", "displayName": "Roles", "multiValued": True, **of_text},
        {"fieldName": "Full_Name", "displayName": "Full Name", **of_text},
    ]
    return {"schemaName": "Flex_Details", "displayName": "Flex Details", "fields": fields}


def _sign_in(world: World) -> None:
    """The app was made, and ada has signed in to Flex by it: after any change made meanwhile.

    Google's tokens live for an hour, so the world can't be further ahead than that.
    """
    app = {
        "SAML2_SERVICE_PROVIDER_NAME": "Twilio Flex",
        "SAML2_SERVICE_PROVIDER_ENTITY_ID": f"urn:flex:{JQ}",
    }
    event = {"type": "SAML2_SERVICE_PROVIDER_CONFIG_SETTINGS", "parameters": app}
    event["name"] = "CREATE_SAML2_SERVICE_PROVIDER_CONFIG"
    activities.record(world, CUSTOMER, "admin", "admin@acme.example", event)
    world.set_clock(3000)
    login = {"application_name": "Twilio Flex", "initiated_by": "sp"}
    event = {"type": "login", "name": "login_success", "parameters": login}
    activities.record(world, CUSTOMER, "saml", "ada@acme.example", event)
    account = find_account(world.store, ENHANCED)
    if account is not None:
        workers.create(world, account, "ada@acme.example", {"roles": ["wfo.manager"]})
    world.set_clock(3100)
