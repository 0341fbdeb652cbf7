"""Twilio's part of the pretend world: which hosts it serves, and how an account is planted."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from sandbox.twilio import (
    configuration,
    console,
    credentials,
    flex_api,
    login_hosts,
    taskrouter,
    tokens,
    workers,
)
from sandbox.twilio.accounts import Account, save_account
from sandbox.world import new_sid

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.world import World

PARITY = [*flex_api.PARITY, *taskrouter.PARITY, *console.PARITY, *login_hosts.PARITY]

_SHOWN = (
    "account_sid",
    "identity",
    "name_id",
    "email",
    "full_name",
    "roles",
    "worker_sid",
    "generation",
    "signed_in_at",
)


def hosts(world: World) -> dict[str, ASGIApp]:
    """The applications of Twilio's host names."""
    own = {
        flex_api.HOST: flex_api.create_app(world),
        taskrouter.HOST: taskrouter.create_app(world),
        console.HOST: console.create_app(world),
    }
    return own | login_hosts.hosts(world)


def plant(world: World, spec: dict[str, Any]) -> None:
    """Put one account into the world. Shape of `spec`:

        {"account_sid": "AC…", "friendly_name": "Acme Flex", "runtime_domain": "acme-falcon-1234",
         "flex_instance_sid": "GO…", "workspace_sid": "WS…", "ui_version": "2.11.0",
         "generation": "enhanced" or "legacy"}

    The API key is made fresh; its file goes to <state_dir>/credentials/twilio-<account_sid>.json.
    """
    account = Account(
        **spec,
        api_key=new_sid("SK"),
        api_secret=secrets.token_urlsafe(24),
        auth_token=secrets.token_hex(16),
    )
    save_account(world.store, account)
    configuration.plant(world, account)
    credentials.write_file(world, account)


def session_response(world: World, request: Request) -> Response:
    """Who is signed in to Flex, by cookie or Bearer token; 401 if nobody is."""
    session = tokens.session_of_request(world, request)
    if session is None:
        return JSONResponse({"error": "nobody is signed in"}, 401)
    worker = workers.find(world, session["workspace_sid"], session["name_id"])
    shown = {name: session[name] for name in _SHOWN}
    return JSONResponse(shown | {"worker_attributes": worker["attributes"] if worker else None})
