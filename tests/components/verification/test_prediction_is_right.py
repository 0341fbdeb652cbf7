"""The prediction against Flex's door in the sandbox, which shares no code with it.

The same response, signed by the same throw-away key: who is refused there must have been predicted
to be, and nobody else.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.assertion import Address, ThrowAwayIdp
from models.attribute_mapping import TYPES
from models.prediction import predict
from models.saml_response import SpExpectation, explain_response
from sandbox import seed
from sandbox.twilio import room, saml_document, sign_in, sp
from sandbox.twilio.accounts import Connection, find_account
from sandbox.twilio.claims import ClaimsError
from sandbox.twilio.rejected import RejectedError
from sandbox.world import World

JQ = "JQ" + "7b" * 16
ISSUER = "https://accounts.google.com/o/saml2?idpid=C01sandbx"
ADA = {"email": ["ada@acme.example"], "full_name": ["Ada Lovelace"], "roles": ["agent"]}
ACCOUNT = seed.DEFAULT["twilio"][0]


class Door:
    """Flex's door with a form that trusts the throw-away key, and the product's idea of it."""

    def __init__(self, world: World) -> None:
        room.plant(world, ACCOUNT)
        self.world = world
        self.idp = ThrowAwayIdp(datetime.now(UTC))
        sid, pem = ACCOUNT["account_sid"], self.idp.certificate.pem
        self.connection = Connection(sid, JQ, active=True, issuer=ISSUER, certificate=pem)
        self.address = Address(ISSUER, self.connection.acs_url, self.connection.sp_entity_id)

    def refuses(self, xml: bytes) -> bool:
        account = find_account(self.world.store, self.connection.account_sid)
        assert account is not None
        try:
            assertion = sp.believe(self.world, self.connection, saml_document.parse(xml))
            sign_in.sign_in(self.world, account, self.connection, assertion)
        except (RejectedError, ClaimsError):
            return True
        return False

    def explains(self, xml: bytes) -> list[str]:
        expected = SpExpectation(
            acs_url=self.address.acs_url,
            sp_entity_id=self.address.sp_entity_id,
            idp_entity_id=ISSUER,
            certificate=self.idp.certificate,
        )
        return [row.check for row in explain_response(xml, expected).findings if row.wrong]


@pytest.fixture(scope="module")
def door(tmp_path_factory) -> Door:
    return Door(World("http://127.0.0.1:9", tmp_path_factory.mktemp("door")))


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, False),
        ({"roles": ["supervisor", "wfo.team_leader"]}, False),
        ({"roles": ["agent,admin"]}, False),
        ({"roles": ["agent", "night_shift"]}, False),
        ({"seat.int": ["12"], "vip.boolean": ["TRUE"], "ids.intarray": ["1,2"]}, False),
        ({"seat.int": []}, False),
        ({"roles": []}, True),
        ({"roles": None}, True),
        ({"roles": [" , "]}, True),
        ({"roles": ["administrator"]}, True),
        ({"roles": ["wfo.full_access"]}, True),
        ({"full_name": []}, True),
        ({"full_name": [" "]}, True),
        ({"email": None}, True),
        ({"seat.int": ["twelve"]}, True),
        ({"seat.int": ["1", "2"]}, True),
        ({"vip.boolean": ["yes"]}, True),
        ({"ids.intarray": ["1,x"]}, True),
        ({"name.string": ["a", "b"]}, True),
        ({"channel.voice.capacity": ["many"]}, True),
    ],
)
def test_what_is_predicted_is_what_flex_does(door, changes, refused):
    claims = {key: value for key, value in (ADA | changes).items() if value is not None}
    xml = door.idp.response(door.address, "ada@acme.example", claims)

    assert refused == door.refuses(xml)
    assert refused == predict(claims, claims, "ada@acme.example").refused
    if refused:
        assert door.explains(xml)


def test_a_name_that_is_too_long_for_a_worker(door):
    email = "a" * 60 + "@acme.example"
    claims = ADA | {"email": [email]}

    assert door.refuses(door.idp.response(door.address, email, claims))
    assert predict(claims, claims, email).refused


VALUES = st.lists(
    st.sampled_from(
        ["agent", "admin", "wfo.full_access", "boss", "", " ", "1", "1,2", "true", "é"]
    ),
    max_size=3,
)
NAMES = st.sampled_from(
    ["email", "full_name", "roles", "team_id", "Roles", "channel.chat.availability"]
    + [f"thing.{kind}" for kind in TYPES]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.dictionaries(NAMES, VALUES, max_size=4), without=st.sets(NAMES, max_size=1))
def test_whatever_the_directory_holds(door, changes, without):
    claims = {key: value for key, value in (ADA | changes).items() if key not in without}

    xml = door.idp.response(door.address, "ada@acme.example", claims)

    assert door.refuses(xml) == predict(claims, claims, "ada@acme.example").refused
