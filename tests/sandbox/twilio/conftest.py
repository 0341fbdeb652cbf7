"""Twilio's own client and a person's browser, against the pretend Flex."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client  # noqa: TID251  the vendor's client is the judge here

from sandbox import seed
from sandbox.twilio import room
from sandbox.world import World
from tests.sandbox.google.browser import Browser
from tests.sandbox.twilio.idp import Idp
from tests.sandbox.twilio.service_provider import ServiceProvider
from tests.servers import one_room, served

ENHANCED, LEGACY = seed.DEFAULT["twilio"]
CONSOLE = "https://console.twilio.com"

Get = Callable[..., httpx.Response]


class Rewriting(TwilioHttpClient):
    """The one seam that the client has: https://HOST/… goes to BASE/HOST/…"""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=10)
        self._base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        at_base = url.replace("https://", f"{self._base}/", 1)
        return super().request(method, at_base, *args, **kwargs)


@pytest.fixture
def world(pretend_world: World) -> World:
    return pretend_world


def key_of(world: World, account: dict[str, Any] = ENHANCED) -> tuple[str, str]:
    """The API key and its secret, from the file that the sandbox writes."""
    path = world.state_dir / "credentials" / f"twilio-{account['account_sid']}.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    return content["api_key"], content["api_secret"]


@pytest.fixture
def client(world: World) -> Client:
    """twilio-python, with the API key of the enhanced account."""
    key, secret = key_of(world)
    return Client(key, secret, ENHANCED["account_sid"], http_client=Rewriting(world.base))


@pytest.fixture
def http(world: World) -> Iterator[httpx.Client]:
    """Plain HTTP with the API key; paths begin with the host."""
    with httpx.Client(base_url=world.base, auth=key_of(world), timeout=10) as opened:
        yield opened


@pytest.fixture
def browser(world: World) -> Iterator[Browser]:
    with Browser(world.base) as opened:
        yield opened


@pytest.fixture(scope="session")
def twilio_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Twilio's room served alone; a ServiceProvider plants it."""
    with served(tmp_path_factory.mktemp("twilio"), one_room(room)) as world:
        yield world


@pytest.fixture(scope="session")
def provider() -> Idp:
    """An identity provider that is not the sandbox's."""
    return Idp()


@pytest.fixture
def sp(twilio_server: World, provider: Idp) -> Iterator[ServiceProvider]:
    """Flex, which trusts `provider`."""
    made = ServiceProvider(twilio_server, provider)
    with made.http:
        yield made
