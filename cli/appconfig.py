"""`./flexsso appconfig STACK`: the sign-in part of a self-hosted Flex UI's appConfig.js.

The client id is read from Flex, which shows it to everybody; all else is the stack's.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.project import PROJECT
from cli.stacks import Stack

if TYPE_CHECKING:
    from pathlib import Path

    from models.app_config import AppConfig


def appconfig(
    stack: Stack,
    as_json: Annotated[bool, typer.Option("--json", help="The object alone.")] = False,
) -> None:
    """Print appConfig.js for a self-hosted Flex UI."""
    from models.app_config import as_javascript  # noqa: PLC0415

    config = config_of(stack, PROJECT)
    typer.echo(json.dumps(config, indent=2) if as_json else as_javascript(config))


def config_of(name: str, project: Path) -> AppConfig:
    """The stack's part of appConfig. Raises FlexSsoError while it is not active."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from cli.stack_state import read_stack_state  # noqa: PLC0415
    from models.app_config import app_config  # noqa: PLC0415
    from models.stack import read_stack  # noqa: PLC0415
    from providers.settings import Settings  # noqa: PLC0415
    from providers.twilio.sign_in_probe import SignInProbe  # noqa: PLC0415

    state = read_stack_state(name, project)
    tenant = read_stack(name, state.get("tenant"), project / "stacks", datetime.now(UTC)).tenant
    with contextlib.chdir(project):
        listed = SignInProbe(Settings.from_config(state), tenant.flex.account_sid).connections()
    active = {one.connection: one.client_id for one in listed if one.active}
    return app_config(tenant.flex, active, state.outputs.get("connection"))
