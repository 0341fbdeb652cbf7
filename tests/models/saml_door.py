"""Flex's door as the product's `explain` knows it, for responses that somebody brings to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models.certificate import parse_pem
from models.flex import Generation, derive_sp_settings
from models.saml_input import read_saml_inputs
from models.saml_response import Explanation, SpExpectation, explain_response
from tests.sandbox.twilio import idp
from tests.sandbox.twilio.idp import Idp

JQ, OTHER_JQ = "JQ" + "7b" * 16, "JQ" + "8c" * 16


class Door:
    """Flex's side of the agreement, as far as an attack needs it."""

    def __init__(self, provider: Idp, connection: str = JQ) -> None:
        self.provider = provider
        sp = derive_sp_settings(Generation.ENHANCED, "", connection, "acme-falcon-1234")
        assert sp is not None
        self.acs_url, self.sp_entity_id = sp.acs_url, sp.entity_id
        self.connection = self

    @property
    def other(self) -> Door:
        return Door(self.provider, OTHER_JQ)

    def document(self, **changes: Any) -> Any:
        return idp.document(self.acs_url, self.sp_entity_id, **changes)

    def signed(self, **changes: Any) -> Any:
        return self.provider.sign(self.document(**changes))

    @property
    def expected(self) -> SpExpectation:
        return SpExpectation(
            acs_url=self.acs_url,
            sp_entity_id=self.sp_entity_id,
            idp_entity_id=idp.ISSUER,
            certificate=parse_pem(self.provider.certificate),
        )

    def explain(self, response: Any, at: datetime | None = None) -> Explanation:
        field = response if isinstance(response, str) else idp.encode(response)
        return explain_response(read_saml_inputs(field.encode())[0].xml, self.expected, at)


def wrong(explanation: Explanation) -> list[str]:
    """What is wrong, by name of the check."""
    return [row.check for row in explanation.findings if row.wrong]
