"""Members of Google groups as people with roles: a plain read in the program, so that previews
show who gains or loses a role when a group changes.

Nested members count. People outside the account (EXTERNAL), suspended ones and those whose address
Flex cannot take are dropped and reported by name. Calls: members.list with
includeDerivedMembership, 200 a page.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pulumi

from models.errors import NotFoundError
from models.flex import WORKER_NAME_LIMIT, worker_name_problem
from models.roles import RoleAssignment, union
from models.whole_list import named
from providers.google.directory_api import DirectoryApi
from providers.google.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from models.tenant import Tenant
    from providers.google.directory_api import Member
    from providers.settings import Settings

OUTSIDE = "are outside the account"
SUSPENDED = "are suspended"
TOO_LONG = f"have an address of more than {WORKER_NAME_LIMIT} characters, which Flex can't take"
WHOLE_ACCOUNT = "stands for the whole account, which is not looked into"


def people_of_groups(
    settings: Settings, tenant: Tenant, warn: Callable[[str], None] = pulumi.log.warn
) -> dict[str, RoleAssignment]:
    """Everybody who is in one of the tenant's groups, with the union of their roles.

    Asks Google only if the tenant names groups. Raises the errors of `models.errors`; groups that
    are not there are named all at once.
    """
    api = DirectoryApi(settings, tenant.google.customer)
    sources, missing = [], []
    for group, roles in tenant.roles.groups.items():
        try:
            progress = Progress(None, what=f"of group {group} read")
            emails, left_out = usable(progress.counting(api.members(group)))
        except NotFoundError:
            missing.append(group)
            continue
        for reason, who in left_out.items():
            warn(f"group {group}: no roles for {len(who):,} members who {reason}: {named(who)}")
        sources.append({email: RoleAssignment(roles=roles) for email in emails})
    if missing:
        raise NotFoundError(
            f"Google: there is no group {named(missing)}",
            hint="correct tenant.roles.groups, or make the group first; people belong in roles.csv",
        )
    return union(*sources)


def usable(members: Iterable[Member]) -> tuple[list[str], dict[str, list[str]]]:
    """Addresses of those who can get roles, and the others by the reason why not."""
    emails: list[str] = []
    left_out: defaultdict[str, list[str]] = defaultdict(list)
    for member in members:
        reason = _reason(member)
        if reason:
            left_out[reason].append(member.email or member.type)
        elif member.type == "USER":
            emails.append(member.email)
    return emails, {reason: sorted(who) for reason, who in left_out.items()}


def _reason(member: Member) -> str | None:
    if member.type == "EXTERNAL":
        return OUTSIDE
    if member.type == "CUSTOMER":
        return WHOLE_ACCOUNT
    if member.status == "SUSPENDED":
        return SUSPENDED
    return TOO_LONG if member.type == "USER" and worker_name_problem(member.email) else None
