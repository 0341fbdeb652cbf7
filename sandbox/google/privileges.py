"""Which privilege of an administrator's role each call needs, by the names of Google's Roles API.

A super administrator has all. That reading a schema needs SCHEMA_RETRIEVE, and not only Users >
Read, is what Google's help page says; the text of the refusal is the general one (inferred).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.google import errors

if TYPE_CHECKING:
    from collections.abc import Collection

ALL = (
    "USERS_RETRIEVE",
    "USERS_UPDATE",
    "SCHEMA_RETRIEVE",
    "SCHEMA_MANAGEMENT",
    "GROUPS_RETRIEVE",
    "REPORTS_ACCESS",
)
_READ, _WRITE = ("get", "list"), ("insert", "update", "patch", "delete")
_OF = {
    **{f"directory.users.{verb}": "USERS_RETRIEVE" for verb in _READ},
    **{f"directory.users.{verb}": "USERS_UPDATE" for verb in _WRITE},
    **{f"directory.schemas.{verb}": "SCHEMA_RETRIEVE" for verb in _READ},
    **{f"directory.schemas.{verb}": "SCHEMA_MANAGEMENT" for verb in _WRITE},
    **{f"directory.members.{verb}": "GROUPS_RETRIEVE" for verb in (*_READ, "hasMember")},
    **{f"directory.groups.{verb}": "GROUPS_RETRIEVE" for verb in _READ},
    "reports.activities.list": "REPORTS_ACCESS",
}


def check(held: Collection[str] | None, method_id: str) -> None:
    """Raise 403 if the call needs a privilege that is not `held` (None: a super administrator)."""
    needed = _OF.get(method_id)
    if held is not None and needed is not None and needed not in held:
        raise errors.not_authorized()
