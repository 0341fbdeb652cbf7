"""Whose credentials reach which process: a stack's processes get those that its file names.

Everything else that is a credential of some stack, or is so by default, is taken out of their
environment. (Files are named by path; what may read them is for the operating system to say.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fleet.tenants import FleetStack

TWILIO = ("TWILIO_API_KEY", "TWILIO_API_SECRET")
GOOGLE = ("GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG")
NEVER = ("TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID")  # which Twilio's SDK would read by itself


def needed_by(stack: FleetStack) -> set[str]:
    """Names of the environment variables that hold this stack's credentials."""
    google, twilio = stack.credentials.google, stack.credentials.twilio
    names: set[str] = set()
    if not google.file:
        names |= set(GOOGLE)
    if twilio.key_env and twilio.secret_env:
        names |= {twilio.key_env, twilio.secret_env}
    elif not twilio.file:
        names |= set(TWILIO)
    return names


def all_names(fleet: Iterable[FleetStack]) -> set[str]:
    """Every variable that is somebody's credential."""
    named = (needed_by(stack) for stack in fleet)
    return {*TWILIO, *GOOGLE, *NEVER}.union(*named)


def environment_of(
    stack: FleetStack, environment: Mapping[str, str], credentials: Iterable[str]
) -> dict[str, str]:
    """`environment` without the `credentials` that are not this stack's."""
    hidden = set(credentials) - needed_by(stack)
    return {name: value for name, value in environment.items() if name not in hidden}
