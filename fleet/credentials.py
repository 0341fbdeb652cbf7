"""Whose credentials reach which process: a stack's processes get those that its file names.

Everything else that is a credential of some stack, or is so by default, is taken out of their
environment. What a file names is read from it as it stands: a mistake in it must not give a
tenant's variables to all others. (Files are named by path; what may read them is for the operating
system to say.)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from models.tenant import Credentials, HandoffSettings, Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fleet.tenants import FleetStack

TWILIO = ("TWILIO_API_KEY", "TWILIO_API_SECRET")
GOOGLE = ("GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG")
WEBHOOK = str(HandoffSettings.model_fields["secret_env"].default)
NEVER = ("TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID")  # which Twilio's SDK would read by itself
PARTS = ("credentials", "handoff")
"""Parts of a tenant that name variables."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEPT = re.compile(r"PATH|HOME|PULUMI_\w*")
"""What nothing works without: no file takes it from the others by naming it."""
_VALUE = re.compile(r""":[ \t]*["']?([A-Za-z_][A-Za-z0-9_]*)""")


def needed(tenant: Mapping[str, Any]) -> frozenset[str]:
    """Variables of a stack's own; none where there is a mistake, which the program will name."""
    try:
        credentials = Credentials.model_validate(tenant.get(PARTS[0]) or {})
        handoff = HandoffSettings.model_validate(tenant.get(PARTS[1]) or {})
    except ValidationError:
        return frozenset()
    google, twilio = credentials.google, credentials.twilio
    names = set() if google.file else set(GOOGLE)
    if twilio.key_env and twilio.secret_env:
        names |= {twilio.key_env, twilio.secret_env}
    elif not twilio.file:
        names |= set(TWILIO)
    if handoff.writer is Writer.WEBHOOK and not handoff.secret_file:
        names.add(handoff.secret_env)
    return frozenset(names)


def named(tenant: Mapping[str, Any]) -> frozenset[str]:
    """Whatever in it may be the name of a variable, however mistaken the rest is."""
    return _variables(text for part in PARTS for text in _texts(tenant.get(part)))


def named_in_text(text: str) -> frozenset[str]:
    """The same of a file that is no YAML: every value that may be such a name."""
    return _variables(_VALUE.findall(text))


def all_names(fleet: Iterable[FleetStack]) -> set[str]:
    """Every variable that is somebody's credential."""
    own = (stack.needs | stack.names for stack in fleet)
    return {*TWILIO, *GOOGLE, WEBHOOK, *NEVER}.union(*own)


def environment_of(
    stack: FleetStack, environment: Mapping[str, str], credentials: Iterable[str]
) -> dict[str, str]:
    """`environment` without the `credentials` that are not this stack's."""
    hidden = set(credentials) - stack.needs
    return {name: value for name, value in environment.items() if name not in hidden}


def _variables(texts: Iterable[str]) -> frozenset[str]:
    found = {one for one in texts if _VARIABLE.fullmatch(one)}
    return frozenset(one for one in found if not _KEPT.fullmatch(one))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
