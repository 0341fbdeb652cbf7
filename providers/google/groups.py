"""Members of Google groups as people with roles: a plain read in the program, so that previews
show who gains or loses a role when a group changes.

Nested members count. People outside the account (EXTERNAL) and suspended ones are dropped and
reported. Calls: members.list with includeDerivedMembership, 200 a page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from models.roles import RoleAssignment, union
from providers.google.directory_api import DirectoryApi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.tenant import Tenant
    from providers.google.directory_api import Member
    from providers.settings import Settings


def people_of_groups(settings: Settings, tenant: Tenant) -> dict[str, RoleAssignment]:
    """Everybody who is in one of the tenant's groups, with the union of their roles.

    Asks Google only if the tenant names groups. Raises the errors of `models.errors`.
    """
    sources = []
    for group, roles in tenant.roles.groups.items():
        api = DirectoryApi(settings, tenant.google.customer)
        emails = _usable(group, api.members(group))
        sources.append({email: RoleAssignment(roles=roles) for email in emails})
    return union(*sources)


def _usable(group: str, members: Iterator[Member]) -> Iterator[str]:
    for member in members:
        if member.type == "EXTERNAL" or member.status == "SUSPENDED":
            reason = "is outside the account" if member.type == "EXTERNAL" else "is suspended"
            pulumi.log.warn(f"group {group}: {member.email} {reason} and gets no roles")
        elif member.type == "USER":
            yield member.email
