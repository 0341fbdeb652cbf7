"""The whole way under the vendors' real host names, mapped to loopback, over TLS.

Cookies, redirects and forms then cross hosts as they do outside. No engine here: the hand-off is
made from what the person brought back, as `up` would make it.
"""

from __future__ import annotations

import copy
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import BrowserContext

from cli.handoff import write_page
from cli.handoff_view import view_of
from models.flex import Generation, derive_sp_settings
from models.idp_metadata import parse_idp_metadata
from models.phase import Phase
from sandbox import seed
from sandbox.app import create_app
from sandbox.twilio.accounts import connections_of
from sandbox.world import World
from tests.browser.conftest import Launch, fresh
from tests.browser.visitor import Visitor, sign_in
from tests.cli.handoffs import ACCOUNT, outputs

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser_names")]

ROLES = {"fieldName": "Roles", "displayName": "Roles", "fieldType": "STRING", "multiValued": True}
NAME = {"fieldName": "Full_Name", "displayName": "Full Name", "fieldType": "STRING"}
SCHEMA = {"schemaName": "Flex_Details", "displayName": "Flex Details", "fields": [ROLES, NAME]}
ADA = {"Roles": [{"value": "agent"}], "Full_Name": "Ada Lovelace"}
MAPPING = {
    "email": "Basic Information > Primary email",
    "full_name": "Flex Details > Full Name",
    "roles": "Flex Details > Roles",
}


def planted() -> dict[str, Any]:
    spec = copy.deepcopy(seed.DEFAULT)
    spec["google"][0]["schemas"].append(SCHEMA)
    spec["google"][0]["values"]["ada@acme.example"]["Flex_Details"] = ADA
    return spec


def self_signed(folder: Path) -> tuple[str, str]:
    """A key and a certificate for this one server; the browser is told not to mind."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sandbox")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, own = folder / "tls.pem", folder / "tls.key"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    own.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(pem), str(own)


@pytest.fixture
def world_and_port(tmp_path: Path) -> Iterator[tuple[World, int]]:
    pem, own = self_signed(tmp_path)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    world = World(base=f"https://127.0.0.1:{port}", state_dir=tmp_path / "sandbox")
    seed.plant(world, planted())
    config = uvicorn.Config(create_app(world), log_level="error", ssl_certfile=pem, ssl_keyfile=own)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield world, port
    server.should_exit = True
    thread.join(timeout=5)


@pytest.fixture
def names_context(launch: Launch, world_and_port: tuple[World, int]) -> Iterator[BrowserContext]:
    """A browser for which every name in the world is this server."""
    browser = launch(f"--host-resolver-rules=MAP * 127.0.0.1:{world_and_port[1]}")
    with fresh(browser, ignore_https_errors=True) as context:
        yield context
    browser.close()


def test_from_nothing_to_flex_under_real_names(world_and_port, names_context, tmp_path):
    world, _ = world_and_port

    def do(phase: Phase, **known: Any) -> Visitor:
        given = outputs(phase, mapping=MAPPING, **known)
        page = write_page(tmp_path, view_of(given, {}, datetime.now(UTC)))
        visitor = Visitor(names_context, page)
        visitor.do_what_waits()
        return visitor

    do(Phase.AWAITING_CONNECTION, sp=None, connection="")
    connection = connections_of(world.store, ACCOUNT)[0].name
    sp = derive_sp_settings(Generation.ENHANCED, ACCOUNT, connection, "acme-falcon-1234")
    visitor = do(Phase.AWAITING_GOOGLE_APP, sp=sp, connection=connection)
    assert visitor.brought_back is not None
    google = parse_idp_metadata(visitor.brought_back.read_bytes())
    do(
        Phase.AWAITING_FLEX_FORM,
        sp=sp,
        connection=connection,
        sso_url=google.sso_url,
        idp_entity_id=google.entity_id,
        certificate=google.certificates[0].pem,
    )

    page = names_context.new_page()
    page.goto("https://flex.twilio.com/acme-falcon-1234")
    page.get_by_role("link", name="Log in with SSO").click()
    assert page.url.startswith("https://accounts.google.com/")
    sign_in(page, "ada@acme.example")

    page.get_by_role("heading", name="Welcome to Flex, Ada Lovelace").wait_for()
    assert "https://flex.twilio.com/acme-falcon-1234" == page.url.split("?")[0]
    assert "agent" == page.locator("dt", has_text="Roles").locator("+ dd").inner_text()
