"""`HandoffFacts`: what a hand-off is made of. Plain values, no secret among them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from models.endpoints import Endpoints
from models.flex import Generation, SpSettings, Way
from models.observation import Difference
from models.phase import Phase


class HandoffFacts(BaseModel):
    """The record's values, the phase, and by what each thing was seen (`app_seen`, `proof`).

    `app_not_checked` is why nobody could look for the app. The differences are what each console
    was seen to hold instead of the record. `migration` is the way from legacy SSO while it is gone,
    with generation enhanced. `people_in` is where the people are listed. `tile_url` is what
    Google's tile opens, where the app's number is known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    stack: str
    tenant: str = ""
    phase: Phase
    next_step: str
    generation: Generation
    migration: Way | None = None
    google_domain: str = ""
    google_customer: str = ""
    people_in: str = ""
    account_sid: str
    connection: str = ""
    app_name: str
    app_description: str
    sp: SpSettings | None
    start_url: str
    mapping: dict[str, str]
    metadata_path: str
    sso_url: str
    idp_entity_id: str
    certificate: str
    friendly_name: str
    default_redirect_url: str
    trusted_domains: list[str]
    login_popup: bool
    app_seen: str = ""
    app_not_checked: str = ""
    google_differences: list[Difference] = []
    flex_differences: list[Difference] = []
    proof: str = ""
    tile_url: str = ""
    endpoints: Endpoints = Endpoints()
