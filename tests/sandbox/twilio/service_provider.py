"""Flex as a service provider, served without Google: one account of each generation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from sandbox import seed
from sandbox.twilio import room
from sandbox.twilio.accounts import Connection, save_connection
from sandbox.world import Options, World
from tests.sandbox.twilio import idp
from tests.sandbox.twilio.idp import Idp

ENHANCED, LEGACY = seed.DEFAULT["twilio"]
JQ = "JQ" + "7b" * 16
OTHER_JQ = "JQ" + "8c" * 16
LOGIN_LINK = "https://flex.twilio.com/acme-falcon-1234"


class ServiceProvider:
    """A world with a form that trusts `provider`; https://HOST/… is asked at /HOST/…"""

    def __init__(self, world: World, provider: Idp) -> None:
        world.options = Options()
        world.set_clock(0)
        world.store.clear()
        self.world = world
        for account in (ENHANCED, LEGACY):
            room.plant(self.world, account)
        self.provider = provider
        self.connection = self._save(ENHANCED["account_sid"], JQ)
        self.other = self._save(ENHANCED["account_sid"], OTHER_JQ)
        self.legacy = self._save(LEGACY["account_sid"], "legacy")
        self.http = httpx.Client(base_url=world.base, timeout=10)

    def here(self, url: str) -> str:
        """Where https://HOST/… is in this world."""
        return url.replace("https://", f"{self.world.base}/", 1)

    def change(self, **changes: Any) -> None:
        """Edit the enhanced connection."""
        self.connection = replace(self.connection, **changes)
        save_connection(self.world.store, self.connection)

    def document(self, **changes: Any) -> Any:
        """A Response for the enhanced connection, unsigned."""
        return idp.document(self.connection.acs_url, self.connection.sp_entity_id, **changes)

    def signed(self, **changes: Any) -> Any:
        """A Response for the enhanced connection, signed as a whole."""
        return self.provider.sign(self.document(**changes))

    def post(self, response: Any, relay_state: str = "", connection: str = JQ) -> httpx.Response:
        """The browser brings `response` (an element, bytes, or a field's text) to the ACS URL."""
        field = response if isinstance(response, str) else idp.encode(response)
        return self.http.post(
            f"/login.flex.us1.twilio.com/login/callback?connection={connection}",
            data={"SAMLResponse": field, "RelayState": relay_state},
        )

    def reason(self) -> str:
        """The code of the last rejection, "" if the last message was believed."""
        last = self.world.store.page("saml")[-1]
        return str(last["code"]) if last["kind"] == "rejected" else ""

    def authn_request(self) -> tuple[str, str]:
        """Begin a login at Flex: ID of the AuthnRequest and RelayState."""
        url = self.begin().headers["location"]
        relay_state = parse_qs(urlsplit(url).query)["RelayState"][0]
        sent = self.world.store.page("saml")[-1]
        return idp.parse(sent["xml"]).get("ID"), relay_state

    def begin(self) -> httpx.Response:
        """From Flex's login link to the redirect that leaves for the provider."""
        response = self.http.get("/flex.twilio.com/acme-falcon-1234/login")
        while "accounts.google.com" not in response.headers["location"]:
            response = self.http.get(response.headers["location"])
        return response

    def _save(self, account_sid: str, name: str) -> Connection:
        made = Connection(
            account_sid,
            name,
            active=True,
            certificate=self.provider.certificate,
            issuer=idp.ISSUER,
            sso_url=idp.SSO_URL,
            default_redirect_url="",
            trusted_domains=["https://desk.example/flex", "http://localhost:3000"],
        )
        save_connection(self.world.store, made)
        return made
