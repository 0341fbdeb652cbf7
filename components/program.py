"""What a program around `GoogleFlexSso` needs: output names, clean errors, typed arguments."""

from __future__ import annotations

import gc
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pulumi

from models.errors import FlexSsoError
from models.whole_list import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.tenant_args import RoleAssignmentArgs, TenantArgs
    from models.roles import RoleAssignment
    from models.stack import Stack
    from models.tenant import Tenant

OUTPUTS = (
    "status",
    "next_step",
    "sso_url",
    "idp_entity_id",
    "certificate_fingerprint",
    "certificate_not_after",
    "acs_url",
    "sp_entity_id",
    "start_url",
    "login_url",
    "connection",
    "runtime_domain",
    "schema_name",
    "role_counts",
    "strays",
    "handoff",
)


@contextmanager
def clean_errors() -> Iterator[None]:
    """An expected error inside the block ends the program with its text alone."""
    gc.freeze()  # what is imported stays: looking through it again doubles the time of roles.csv
    try:
        yield
    except FlexSsoError as error:
        raise pulumi.RunError(text_of(error)) from None


def end_without_a_word() -> None:
    """Let the engine's SIGINT, by which it ends a program of a failed run, end it at once.

    Otherwise a KeyboardInterrupt may fall into the last steps of Pulumi's own host, whose
    traceback then stands between the person and the error. In a thread (a fleet's) there is none.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def warn_of_unread_metadata(stack: Stack) -> None:
    """Say which file of the stack's folder looks like the one waited for, under another name."""
    if stack.idp_metadata is not None:
        return
    for path in sorted(stack.folder.glob("*.xml")):
        pulumi.log.warn(
            f"{stack.folder.name}/{path.name} is not read. If it is Google's metadata:"
            f" ./flexsso handoff {stack.name} --metadata stacks/{stack.name}/{path.name}"
        )


def tenant_args(tenant: Tenant) -> TenantArgs:
    """A tenant that was read, as an argument of the component."""
    return cast("TenantArgs", tenant.model_dump(mode="json"))


def people_args(people: dict[str, RoleAssignment]) -> dict[str, RoleAssignmentArgs]:
    """People that were read: taken as they are, for there may be thousands."""
    return cast("dict[str, RoleAssignmentArgs]", people)
