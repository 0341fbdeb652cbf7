"""Flex's own rules: roles, the two generations of SSO, addresses, identities, UI versions.

Sources: Twilio's pages "Configuring SSO and IdP in Flex", "Flex Insights User Roles", "Flex SSO
URL Migration Guide", "Worker Resource", and error 45050.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

Problem = tuple[str, str]


class FlexRole(StrEnum):
    """Roles that the claim `roles` may carry."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    WFO_FULL_ACCESS = "wfo.full_access"
    WFO_TEAM_LEADER = "wfo.team_leader"
    WFO_DATA_ANALYST = "wfo.data_analyst"
    WFO_DATA_AUDITOR = "wfo.data_auditor"
    WFO_QUALITY_MANAGER = "wfo.quality_manager"
    WFO_QUALITY_PROCESS_MANAGER = "wfo.quality_process_manager"
    WFO_DASHBOARD_VIEWER = "wfo.dashboard_viewer"

    @property
    def is_insights(self) -> bool:
        """Whether it is a role in Flex Insights, to be added to a base role."""
        return self.value.startswith("wfo.")


CONSOLE_ONLY = frozenset({"flex.readonlyadmin", "flex.readteams"})
MAY_USE_INSIGHTS = frozenset({"supervisor", "admin"})

_MEANT = {
    "administrator": "admin",
    "administrators": "admin",
    "admins": "admin",
    "flexadmin": "admin",
    "agents": "agent",
    "flexagent": "agent",
    "supervisors": "supervisor",
    "flexsupervisor": "supervisor",
    "manager": "supervisor",
    "user": "agent",
}


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


_BY_LETTERS = _MEANT | {_letters(role): role.value for role in FlexRole}
_BY_LETTERS |= {_letters(role.removeprefix("wfo.")): role.value for role in FlexRole}


def lint_role(text: str) -> Problem | None:
    """What is wrong with one role, and the word that was probably meant. None if it is right."""
    if text in set(FlexRole):
        return None
    if text.strip().lower() in CONSOLE_ONLY:
        what = f"the role '{text}' can't come by SSO"
        return what, "only the Twilio Console gives it (user role Support): leave it out"
    meant = _BY_LETTERS.get(_letters(text))
    hint = f"write {meant}" if meant else f"one of {', '.join(FlexRole)}"
    return f"Flex has no role '{text}'", hint


def lint_roles(roles: Iterable[str]) -> list[Problem]:
    """What is wrong with one person's roles: each by itself, and all together."""
    given = list(roles)
    problems = [problem for role in given if (problem := lint_role(role)) is not None]
    insights = [role for role in given if role.startswith("wfo.")]
    if not {"agent", *MAY_USE_INSIGHTS} & set(given):
        if not problems:  # a misspelt base role has been reported
            what = "there is no base role, so Flex refuses the login (error 45050)"
            problems.append((what, "add agent, supervisor or admin"))
    elif insights and not MAY_USE_INSIGHTS & set(given):
        what = f"{', '.join(insights)} does nothing for an agent"
        problems.append((what, "Flex Insights is for supervisor and admin: add one, or drop it"))
    return problems


def warn_roles(roles: Iterable[str]) -> list[Problem]:
    """What is allowed but easily overlooked: Flex's default role in Insights is full access."""
    given = set(roles)
    if MAY_USE_INSIGHTS & given and not any(role.startswith("wfo.") for role in given):
        what = "without a wfo. role, Flex Insights gives wfo.full_access"
        return [(what, "name the role that is meant, for example wfo.team_leader")]
    return []


class Generation(StrEnum):
    """Enhanced SSO (OAuth 2.0, login.flex.us1.twilio.com), or legacy SSO (iam.twilio.com)."""

    ENHANCED = "enhanced"
    LEGACY = "legacy"


class Way(StrEnum):
    """From legacy to enhanced SSO: the connection is modified in place, or a second one created."""

    MODIFY = "modify"
    CREATE = "create"


class SpSettings(BaseModel):
    """What Google must know of Flex: addresses, byte for byte."""

    model_config = ConfigDict(frozen=True)

    acs_url: str
    entity_id: str
    start_url: str


def derive_sp_settings(
    generation: Generation, account_sid: str, connection: str | None, runtime_domain: str
) -> SpSettings | None:
    """The values that the wizard asks for. None while an enhanced connection isn't known."""
    start_url = login_link(runtime_domain)
    if generation is Generation.LEGACY:
        acs_url = f"https://iam.twilio.com/v1/Accounts/{account_sid}/saml2"
        return SpSettings(acs_url=acs_url, entity_id=f"{acs_url}/metadata", start_url=start_url)
    if not connection:
        return None
    return SpSettings(
        acs_url=f"https://login.flex.us1.twilio.com/login/callback?connection={connection}",
        entity_id=f"urn:flex:{connection}",
        start_url=start_url,
    )


def login_link(runtime_domain: str) -> str:
    """The Login link of the Console's SSO page: `https://flex.twilio.com/<runtime domain>`."""
    return f"https://flex.twilio.com/{runtime_domain.removesuffix('.twil.io')}"


WORKER_NAME_LIMIT = 64


def worker_name_problem(email: str) -> Problem | None:
    """The NameID becomes the TaskRouter worker's friendly name, which has at most 64 characters."""
    if len(email) <= WORKER_NAME_LIMIT:
        return None
    what = f"{email} has {len(email)} characters, a Flex worker's name at most {WORKER_NAME_LIMIT}"
    return what, "give the person a shorter primary e-mail address"


_UI_VERSION = re.compile(r"([~^]?)(\d+)(?:\.(\d+|[nx*]))?(?:\.(\d+|[nx*]|auto))?")


def ui_version_at_least(range_string: str, wanted: str) -> bool | None:
    """Whether Flex UI in this range is `wanted` (a released version) or newer; None if unclear.

    `ui_version` of a Flex Configuration is a range: `2.x.auto`, `2.n`, `~2.0.0`, `2.11.0`. Flex
    serves the newest version in it, so its upper end counts.
    """
    match = _UI_VERSION.fullmatch(range_string.strip())
    if match is None:
        return None
    sign, *parts = match.groups()
    upper = [float(part) if part and part.isdigit() else math.inf for part in parts]
    if sign:
        upper[2] = math.inf
    if sign == "^" or upper[1] == math.inf:
        upper[1:] = [math.inf, math.inf]
    return upper >= [float(part) for part in wanted.split(".")]
