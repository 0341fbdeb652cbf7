"""Before the first `up`, at Google: credentials, each scope, each administrator's privilege.

Only reads are made. That a write would be let through is known as far as its scope goes; the
privilege to write shows when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.checkup import Check, State, failed, of_error, ok, skipped
from models.errors import (
    CredentialsError,
    FlexSsoError,
    ImpersonationError,
    PermissionDeniedError,
)
from providers.google import access
from providers.google.directory_api import GROUPS, READ, WRITE, DirectoryApi
from providers.google.reports_api import SCOPES as REPORTS
from providers.google.reports_api import ReportsApi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from models.tenant import Tenant
    from providers.google.access import Identity
    from providers.settings import Settings

SCOPE_URL = "https://www.googleapis.com/auth/"
DELEGATION = (
    "Google Admin console: Security > Access and data control > API controls >"
    " Manage Domain Wide Delegation"
)
ROLES = "Google Admin console: Account > Admin roles"
IMPERSONATION = "google impersonation"
_SIGNS = "Google's IAM signs for the service account; no key is needed"


def check_google(settings: Settings, tenant: Tenant) -> list[Check]:
    """Credentials, then scopes, then one read call for each privilege."""
    try:
        who = access.identity(settings)
    except CredentialsError as error:
        return [of_error("google credentials", error)]
    checks = [_identity(who, settings), *_impersonation(settings, tenant, who)]
    if checks[-1].state is State.FAILED and checks[-1].name == IMPERSONATION:
        because = f"needs {IMPERSONATION}"
        return [*checks, *(skipped(f"scope {one}", because) for one in scopes_of(tenant))]
    checks += _scopes(settings, tenant, who)
    names = {one.name for one in checks if one.state == "ok"}
    return [*checks, *_privileges(settings, tenant, names)]


def scopes_of(tenant: Tenant) -> list[str]:
    """All scopes that the stack's runs ask for."""
    groups = GROUPS if tenant.roles.groups else ()
    return list(dict.fromkeys([*READ, *WRITE, *groups, *REPORTS]))


def _identity(who: Identity, settings: Settings) -> Check:
    name = f"{who.email or 'somebody'} ({who.kind})"
    wanted = settings.google_admin
    if wanted and not who.acts_as:
        hint = (
            "name the service account that is to act (tenant.credentials.google.service_account),"
            " or give this one an administrator's role and leave out tenant.google.admin"
        )
        return failed("google credentials", f"{name} can't act as {wanted}", hint)
    acting = f", acting as {who.acts_as}" if who.acts_as else ", acting for itself"
    return ok("google credentials", name + acting)


def _impersonation(settings: Settings, tenant: Tenant, who: Identity) -> Iterator[Check]:
    """Whether IAM signs for a service account without a key: asked for the first scope."""
    if not settings.credentials.google.service_account:
        return
    try:
        access.ask_for(settings, scopes_of(tenant)[0])
    except ImpersonationError as error:
        yield of_error(IMPERSONATION, error, f"{error.hint} ({who.email})")
    except FlexSsoError as error:
        signed = _is_delegation(error)  # then the scopes say what is missing
        yield ok(IMPERSONATION, _SIGNS) if signed else of_error(IMPERSONATION, error)
    else:
        yield ok(IMPERSONATION, _SIGNS)


def _scopes(settings: Settings, tenant: Tenant, who: Identity) -> Iterator[Check]:
    for scope in scopes_of(tenant):
        name = f"scope {scope}"
        try:
            access.ask_for(settings, scope)
        except CredentialsError as error:
            yield of_error(name, error, _delegation_hint(who, scope, error))
        except FlexSsoError as error:
            yield of_error(name, error)
        else:
            yield ok(name, "granted")


def _is_delegation(error: FlexSsoError) -> bool:
    return "unauthorized_client" in error.what


def _delegation_hint(who: Identity, scope: str, error: FlexSsoError) -> str:
    if not who.acts_as or not _is_delegation(error):
        return ""
    client = who.client_id or f"of {who.email}"
    return f"{DELEGATION}: client id {client}, scope {SCOPE_URL}{scope} (up to 24 hours)"


def _privileges(settings: Settings, tenant: Tenant, granted: set[str]) -> Iterator[Check]:
    """One small read for each; what lacks its scope can't be tried."""
    directory = DirectoryApi(settings, tenant.google.customer)
    schema = tenant.google.custom_schema
    tries: list[tuple[str, str, Callable[[], object], str]] = [
        (
            "custom schemas",
            READ[1],
            lambda: directory.find_schema(schema.name, schema.display_name),
            "Users > Read and Schema management",
        ),
        ("users", READ[0], lambda: next(directory.people(schema.name), None), "Users > Read"),
        (
            "reports",
            REPORTS[0],
            lambda: ReportsApi(settings, tenant.google.customer).app_events(tenant.saml_app.name),
            "Reports",
        ),
    ]
    for group in tenant.roles.groups:
        tries.append(
            (f"group {group}", GROUPS[0], _members(settings, tenant, group), "Groups > Read")
        )
    for name, scope, call, privilege in tries:
        if f"scope {scope}" not in granted:
            yield skipped(name, f"needs the scope {scope}")
        else:
            yield _tried(name, call, privilege, settings)


def _members(settings: Settings, tenant: Tenant, group: str) -> Callable[[], object]:
    directory = DirectoryApi(settings, tenant.google.customer)
    return lambda: next(iter(directory.members(group)), None)


def _tried(name: str, call: Callable[[], object], privilege: str, settings: Settings) -> Check:
    who = settings.google_admin or "the service account"
    try:
        call()
    except PermissionDeniedError as error:
        hint = f"{ROLES}: give {who} the privilege {privilege}; or is the customer id another's?"
        return of_error(name, error, hint)
    except FlexSsoError as error:
        return of_error(name, error)
    return ok(name, "can be read")
