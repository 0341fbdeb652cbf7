"""What was set up by hand, in the words of a stack: for `./flexsso new --adopt`.

Nothing here asks anybody. What a vendor showed goes in; parts of a stack come out such that the
first `up` finds everything as it is wanted, or a `Gap`: what could not be read, and how to give it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from models.app_history import NAME, our_app
from models.attribute_mapping import AttributeMapping, DirectoryAttribute
from models.custom_schema import (
    FULL_NAME,
    ROLES,
    ApiField,
    SchemaField,
    api_name,
    default_fields,
    merge_fields,
    seen_field,
)
from models.flex import Generation, derive_sp_settings, lint_roles, worker_name_problem
from models.roles_csv import write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.app_history import Event

Section = dict[str, Any]
_CALLED = {
    ROLES: {"roles", "role", "flexroles", "flexrole"},
    FULL_NAME: {"fullname", "flexfullname", "displayname", "flexname"},
}


class Gap(NamedTuple):
    """Something that could not be read: what, why, and the way to give it (an option).

    `choices` are there where it is one of several.
    """

    what: str
    why: str
    way: str
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.what}: {self.why}\n    {self.way}"


class PersonSeen(Protocol):
    """A user of the directory with the values of one schema."""

    @property
    def email(self) -> str: ...  # noqa: D102
    @property
    def full_name(self) -> str: ...  # noqa: D102
    @property
    def values(self) -> dict[str, Any]: ...  # noqa: D102


# Flex --------------------------------------------------------------------------------------------


class FlexFound(BaseModel):
    """How Flex signs people in today, seen without credentials. Addresses are as Flex has them."""

    model_config = ConfigDict(frozen=True)

    account_sid: str
    runtime_domain: str
    generation: Generation
    connection: str | None = None
    login_popup: bool = False
    sso_url: str
    sp_entity_id: str
    acs_url: str

    def section(self) -> Section:
        """`flex` of the stack: what is not the default."""
        given: Section = {"account_sid": self.account_sid, "runtime_domain": self.runtime_domain}
        if self.generation is not Generation.ENHANCED:
            given["generation"] = self.generation.value
        if self.connection:
            given["connection"] = self.connection
        return given | ({"login_popup": True} if self.login_popup else {})

    def unlike(self) -> list[str]:
        """What this project would ask to be changed: Flex's side of the agreement is another."""
        expected = derive_sp_settings(
            self.generation, self.account_sid, self.connection, self.runtime_domain
        )
        pairs = [("ACS URL", expected.acs_url, self.acs_url)] if expected else []
        pairs += [("Entity ID", expected.entity_id, self.sp_entity_id)] if expected else []
        return [
            f"Flex's {label} is {seen}, not {wanted}"
            for label, wanted, seen in pairs
            if seen and seen != wanted
        ]

    @property
    def idpid(self) -> str | None:
        """Google's number of the account, in the SSO URL: usually the customer id."""
        found = re.search(r"[?&]idpid=(C[0-9a-zA-Z]{7,9})(?:&|$)", self.sso_url)
        return found[1] if found else None


# Google ------------------------------------------------------------------------------------------


class SchemaFound(BaseModel):
    """The category of custom attributes, and its two fields that Flex is fed from."""

    model_config = ConfigDict(frozen=True)

    name: str
    display_name: str
    roles: ApiField
    full_name: ApiField | None
    others: list[str]

    def section(self) -> Section:
        """`google.custom_schema` of the stack: what is not the default."""
        given: Section = {"display_name": self.display_name}
        if self.name != api_name(self.display_name):
            given["schema_name"] = self.name
        fields = {
            name: field.model_dump(mode="json", exclude_defaults=True)
            for name, field in self.fields().items()
            if field != default_fields()[name]
        }
        return given | ({"fields": fields} if fields else {})

    def fields(self) -> dict[str, SchemaField]:
        """The two fields as they are; what is not there is as it would be made."""
        found = {ROLES: seen_field(self.roles, None)}
        if self.full_name is not None:
            found[FULL_NAME] = seen_field(self.full_name, None)
        return default_fields() | found

    def mapping(self) -> dict[str, str] | None:
        """`saml_app.attribute_mapping`, where the fields are not called as usual."""
        fields = self.fields()
        rows = dict(AttributeMapping.default(self.display_name))
        for claim, name in (("full_name", FULL_NAME), ("roles", ROLES)):
            rows[claim] = str(DirectoryAttribute(self.display_name, fields[name].display_name))
        return rows if rows != dict(AttributeMapping.default(self.display_name)) else None

    def would_change(self, live: list[ApiField]) -> bool:
        """Whether the first `up` would write the schema."""
        return merge_fields(live, self.fields(), {}).changed


def find_schema(schemas: list[dict[str, Any]], called: str) -> SchemaFound | Gap:
    """The schema called so (API name or display name), else the only one with a field of roles."""
    if called:
        fitting = [one for one in schemas if called.casefold() in _names(one)]
    else:
        fitting = [one for one in schemas if _field(one, ROLES)]
        usual = [one for one in fitting if "flex details" in _names(one)]
        fitting = usual or fitting
    option = "--schema NAME"
    listed = ", ".join(sorted(str(one.get("displayName", one["schemaName"])) for one in schemas))
    if len(fitting) != 1:
        why = "several have a field of roles" if fitting else "none has a field of roles"
        if called:
            why = f"there is none called {called}"
        return Gap("the custom schema", f"{why}; Google has {listed or 'none'}", option)
    return _schema_found(fitting[0], option)


def _schema_found(schema: dict[str, Any], option: str) -> SchemaFound | Gap:
    name, roles = schema["schemaName"], _field(schema, ROLES)
    if roles is None:
        return Gap("the custom schema", f"{name} has no field of roles", option)
    if not roles.get("multiValued"):
        why = f"field {roles['fieldName']} of {name} holds a single value, and Google never changes"
        return Gap("the roles", f"{why} that; this project writes many", option)
    full_name = _field(schema, FULL_NAME)
    ours = {roles["fieldName"], full_name["fieldName"] if full_name else ""}
    return SchemaFound(
        name=name,
        display_name=schema.get("displayName") or name,
        roles=roles,
        full_name=full_name,
        others=[
            one["fieldName"] for one in schema.get("fields", []) if one["fieldName"] not in ours
        ],
    )


def _names(schema: dict[str, Any]) -> set[str]:
    return {str(schema.get(key, "")).casefold() for key in ("schemaName", "displayName")}


def _field(schema: dict[str, Any], ours: str) -> ApiField | None:
    """The field that is ours by API name or display name; the usual one before the others."""
    fields = list(schema.get("fields", []))
    fields.sort(key=lambda one: one["fieldName"].casefold() != ours.casefold())
    for field in fields:
        for key in ("fieldName", "displayName"):
            if re.sub(r"[\W_]", "", str(field.get(key, ""))).lower() in _CALLED[ours]:
                return dict(field)
    return None


class PeopleFound(NamedTuple):
    """`table` is a roles.csv of `emails`.

    `left_out` says whose roles Flex would refuse, and why; `nameless` have no name in the schema.
    """

    table: str
    emails: set[str]
    left_out: list[str]
    nameless: list[str]
    domain: str


def find_people(people: Iterable[PersonSeen], schema: SchemaFound) -> PeopleFound:
    """Everybody who holds roles. A name that is the directory's own goes unsaid."""
    rows, left_out, nameless = [], [], []
    field = schema.full_name["fieldName"] if schema.full_name else ""
    for person in sorted(people, key=lambda one: one.email):
        roles = sorted(
            {str(role).strip() for role in person.values.get(schema.roles["fieldName"]) or []}
        )
        if not any(roles):
            continue
        wrong = [*lint_roles(roles), *filter(None, [worker_name_problem(person.email)])]
        if wrong:
            left_out.append(f"{person.email}: {wrong[0][0]} ({wrong[0][1]})")
            continue
        name = str(person.values.get(field) or "")
        nameless += [] if name else [person.email]
        rows.append([person.email, " ".join(roles), name if name != person.full_name else ""])
    table = write_rows([["email", "roles", "full_name"], *rows])
    domains = Counter(row[0].partition("@")[2] for row in rows)
    domain = domains.most_common(1)[0][0] if domains else ""
    return PeopleFound(table, {row[0] for row in rows}, left_out, nameless, domain)


class AppFound(NamedTuple):
    """The SAML app's name, and by what it was told."""

    name: str
    told_by: str


def find_app(events: Iterable[Event], logins: Iterable[str], sp_entity_id: str) -> AppFound | Gap:
    """The app that has Flex's entity id in the admin log, else the only one that is logged in to.

    `logins` are the names of the apps that people with roles signed in to. Logs go back 180 days.
    """
    told = list(events)
    names = dict.fromkeys(event.parameters.get(NAME, "") for event in told)
    for name in filter(None, names):
        app = our_app((e for e in told if e.parameters.get(NAME) == name), sp_entity_id)
        if app and not app.deleted and app.entity_id == sp_entity_id:
            return AppFound(name, f"Google's admin log since {app.since[:10]}")
    used = sorted(set(filter(None, logins)))
    if len(used) == 1:
        return AppFound(used[0], "sign-ins of people with roles")
    why = f"Google's admin log tells of no app with the entity id {sp_entity_id}"
    seen = f"; people signed in to {', '.join(used)}" if used else ""
    return Gap("the SAML app's name", why + seen, "--app NAME")
