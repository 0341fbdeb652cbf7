"""What a self-hosted Flex UI has to put into its appConfig.js for a stack.

Keys and meanings are those that Flex UI 2.x reads: `sso` (accountSid, loginPopup) for both
generations, `oauth` (connection, clientId, redirectUrl, loginPopup) for the enhanced one. The mere
presence of `oauth` makes Flex UI use it, so it is given only for a connection that is active.
Nothing in it is secret: a browser loads it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from models.errors import FlexSsoError
from models.flex import Generation

if TYPE_CHECKING:
    from models.tenant import FlexSettings

AppConfig = dict[str, dict[str, Any]]


def app_config(flex: FlexSettings, active: dict[str, str], connection: str | None) -> AppConfig:
    """The part of appConfig that is about signing in.

    `active` are the connections that Flex uses, with their client ids, `connection` is the
    stack's. Raises FlexSsoError while one of the values is not known: none is made up.
    """
    sso = {"accountSid": flex.account_sid, "loginPopup": flex.login_popup}
    if flex.generation is Generation.LEGACY:
        return {"sso": sso}
    if connection not in active:
        what = f"Flex does not use the connection {connection or '(not known yet)'} yet."
        raise FlexSsoError(what, hint="go on with the hand-off until the stack is active")
    if flex.default_redirect_url is None:
        what = "The address of your Flex UI is not in the stack."
        raise FlexSsoError(what, hint="tenant.flex.default_redirect_url: https://…")
    if not active[connection]:
        what = f"Flex tells no client id for {connection}."
        raise FlexSsoError(what, hint="ask Twilio for the clientId; there is no other source")
    oauth = {
        "connection": connection,
        "clientId": active[connection],
        "redirectUrl": flex.default_redirect_url,
        "loginPopup": flex.login_popup,
    }
    return {"sso": sso, "oauth": oauth}


def as_javascript(config: AppConfig) -> str:
    """The file, as a browser loads it before Flex UI."""
    return f"var appConfig = {json.dumps(config, indent=2)};"
