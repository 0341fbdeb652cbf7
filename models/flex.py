"""Flex's words: generations of sign-in, service provider settings, roles, workers' names.

Sources: Twilio's "Configuring SSO and IdP in Flex", "Flex SSO URL Migration Guide", "Flex Insights
User Roles"; the encoding of identities from twilio-flex-token-validator.
"""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

WORKER_NAME_LIMIT = 64


class Generation(StrEnum):
    """`enhanced` is OAuth 2.0 with a connection; `legacy` is iam.twilio.com by Account SID."""

    ENHANCED = "enhanced"
    LEGACY = "legacy"


class SpSettings(BaseModel):
    """Flex as a SAML service provider: what goes into the custom SAML app at Google."""

    model_config = ConfigDict(frozen=True)

    acs_url: str
    entity_id: str
    start_url: str


def derive_sp_settings(
    generation: Generation, account_sid: str, connection: str | None, runtime_domain: str
) -> SpSettings | None:
    """What follows from the account or the connection; None while there is no connection."""
    start_url = login_link(runtime_domain)
    if generation is Generation.LEGACY:
        acs_url = f"https://iam.twilio.com/v1/Accounts/{account_sid}/saml2"
        return SpSettings(acs_url=acs_url, entity_id=f"{acs_url}/metadata", start_url=start_url)
    if connection is None:
        return None
    return SpSettings(
        acs_url=f"https://login.flex.us1.twilio.com/login/callback?connection={connection}",
        entity_id=f"urn:flex:{connection}",
        start_url=start_url,
    )


def login_link(runtime_domain: str) -> str:
    """Flex's own "Login link": where people begin, and where IdP-initiated logins end."""
    return f"https://flex.twilio.com/{runtime_domain}"


BASE_ROLES = ("agent", "supervisor", "admin")
INSIGHTS_ROLES = (
    "wfo.full_access",
    "wfo.team_leader",
    "wfo.data_analyst",
    "wfo.data_auditor",
    "wfo.quality_manager",
    "wfo.quality_process_manager",
    "wfo.dashboard_viewer",
)
_CONSOLE_ONLY = ("flex.readonlyadmin", "flex.readteams")
_NEAR_MISSES = {
    "administrator": "admin",
    "administrators": "admin",
    "admins": "admin",
    "agents": "agent",
    "supervisors": "supervisor",
    "manager": "supervisor",
    "user": "agent",
}


def lint_role(role: str) -> tuple[str, str] | None:
    """(what is wrong, hint) of a role that Flex would not take, or None."""
    if role in BASE_ROLES or role in INSIGHTS_ROLES:
        return None
    if role.casefold() in _CONSOLE_ONLY:
        return f"role '{role}' can't come by SSO", "it is given in the Twilio Console only"
    likely = role.strip().casefold()
    likely = _NEAR_MISSES.get(likely, likely)
    known = likely in BASE_ROLES or likely in INSIGHTS_ROLES
    hint = f"did you mean {likely}?" if known else f"Flex knows {', '.join(BASE_ROLES)} and wfo.*"
    return f"role '{role}' is unknown to Flex", hint


def lint_roles(roles: list[str]) -> list[tuple[str, str]]:
    """What is wrong with one person's roles, taken together as well."""
    found = [problem for role in roles if (problem := lint_role(role))]
    insights = [role for role in roles if role.startswith("wfo.")]
    if not set(roles) & set(BASE_ROLES) and not found:
        found.append(("no role that opens Flex", f"add one of {', '.join(BASE_ROLES)}"))
    elif insights and not set(roles) & {"supervisor", "admin"}:
        found.append(
            (f"{', '.join(insights)} without supervisor or admin", "agents get no Insights roles")
        )
    return found


def identity_of(name_id: str) -> str:
    """Flex's identity: everything that isn't a letter or digit as `_XX`."""
    return re.sub(r"[^a-zA-Z0-9]", lambda found: f"_{ord(found[0]):02X}", name_id)


def worker_name_problem(name_id: str) -> str | None:
    """Why TaskRouter would not take this NameID as a worker's name, or None."""
    if len(name_id) > WORKER_NAME_LIMIT:
        return f"{name_id} has {len(name_id)} characters; a worker's name takes {WORKER_NAME_LIMIT}"
    return None
