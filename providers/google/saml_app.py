"""SamlApp: the record of the custom SAML app at Google, which has no public API.

Nothing is written at Google. Identity provider side: the metadata file that a person downloads,
already parsed and its certificate chosen (`models.idp_metadata`). Service provider side: what the
hand-off asks a person to type. Observed: the admin log of the Reports API (app created, deleted,
ACS URL or entity ID changed) and logins to it. Calls: activities.list, read-only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import Resource
from pydantic import Field

from models.errors import PermissionDeniedError
from providers.base import Inputs, Outs, Provider, declaring, to_props
from providers.google.reports_api import ReportsApi

if TYPE_CHECKING:
    from providers.google.reports_api import AppEvent


class SamlAppInputs(Inputs):
    """The record. The identity provider's values are absent until the metadata file is there."""

    customer: str
    name: str
    description: str = ""
    acs_url: str | None = None
    sp_entity_id: str | None = None
    start_url: str
    attribute_mapping: dict[str, str]
    sso_url: str | None = None
    entity_id: str | None = None
    certificate: str | None = None
    fingerprint: str | None = None
    not_after: str | None = None
    spid: str | None = None


class SamlAppOutputs(SamlAppInputs):
    """The record as it is in reality where that was seen, and what was seen of it.

    `recorded` keeps the service provider's values as they should be, so that each later look
    compares with them. `seen` says by what the app was seen, `drift` which fields differ.
    `login_url` is what the app's tile opens (IdP-initiated), known once `spid` is.
    """

    recorded: dict[str, str] = Field(default_factory=dict)
    seen: str = ""
    not_checked: str = ""
    drift: list[dict[str, str]] = Field(default_factory=list)
    login_url: str | None = None


_CHANGES = {
    "CHANGE_SAML2_SERVICE_PROVIDER_CONFIG_ACS_ENDPOINT": "acs_url",
    "CHANGE_SAML2_SERVICE_PROVIDER_CONFIG_ENTITY_ID": "sp_entity_id",
}
_CREATED = "CREATE_SAML2_SERVICE_PROVIDER_CONFIG"
_DELETED = "DELETE_SAML2_SERVICE_PROVIDER_CONFIG"


class SamlAppProvider(Provider[SamlAppInputs]):
    """Record and look; there is nothing to write."""

    inputs = SamlAppInputs
    replace_on = frozenset({"customer"})

    def wants_a_look(self, olds: Outs) -> bool:
        """Until the metadata is there and the app was seen, or while it differs."""
        pending = not olds.get("sso_url") or not (olds.get("seen") or olds.get("not_checked"))
        return pending or bool(olds.get("drift"))

    def create_it(self, wanted: SamlAppInputs) -> tuple[str, Outs]:
        """The natural key is the app's name in its account."""
        return f"{wanted.customer}/{wanted.name}", self._look(wanted, _recorded(wanted))

    def update_it(self, id_: str, olds: Outs, wanted: SamlAppInputs) -> Outs:
        """Record the new wish and look again."""
        del id_, olds
        outs = self._look(wanted, _recorded(wanted))
        return outs | to_props(wanted)

    def read_it(self, id_: str, olds: Outs) -> tuple[Outs, Outs] | None:
        """Refresh: the service provider's values as the admin log last reported them."""
        del id_
        known = SamlAppInputs.model_validate(
            {key: olds[key] for key in SamlAppInputs.model_fields if key in olds}
        )
        outs = self._look(known, olds.get("recorded") or _recorded(known))
        inputs = {key: outs[key] for key in SamlAppInputs.model_fields if key in outs}
        return outs, inputs

    def delete_it(self, id_: str, olds: Outs) -> None:
        """Only the record goes; the app is a person's to delete."""
        del id_
        pulumi_note = f"the SAML app '{olds.get('name')}' itself stays in the Google Admin console"
        print(pulumi_note)  # noqa: T201  shown among the stack's diagnostics

    def _look(self, wanted: SamlAppInputs, recorded: dict[str, str]) -> Outs:
        try:
            reports = ReportsApi(self.settings, wanted.customer)
            events = reports.app_events(wanted.name)
            seen = _seen(events) or self._seen_by_login(reports, wanted.name)
            not_checked = ""
        except PermissionDeniedError as error:
            events, seen, not_checked = [], "", error.what
        values = recorded | observed_values(events)
        drift = [
            {"field": field, "recorded": recorded[field], "observed": values[field]}
            for field in recorded
            if values[field] != recorded[field]
        ]
        given = wanted.model_dump() | values
        outs = SamlAppOutputs(
            **given,
            recorded=recorded,
            seen=seen,
            not_checked=not_checked,
            drift=drift,
            login_url=_tile_url(wanted),
        )
        return to_props(outs)

    def _seen_by_login(self, reports: ReportsApi, name: str) -> str:
        logins = reports.logins(name)
        return f"a login on {logins[-1].time[:10]}" if logins else ""


def _tile_url(wanted: SamlAppInputs) -> str | None:
    if not (wanted.spid and wanted.entity_id):
        return None
    idpid = wanted.entity_id.partition("idpid=")[2]
    address = "https://accounts.google.com/o/saml2/initsso"
    return f"{address}?idpid={idpid}&spid={wanted.spid}&forceauthn=false"


def _recorded(wanted: SamlAppInputs) -> dict[str, str]:
    values = {"acs_url": wanted.acs_url, "sp_entity_id": wanted.sp_entity_id}
    return {field: value for field, value in values.items() if value}


def _seen(events: list[AppEvent]) -> str:
    if not events:
        return ""
    last = events[-1]
    if last.name == _DELETED:
        return ""
    created = [event for event in events if event.name == _CREATED]
    return f"the admin log of {(created or events)[-1].time[:10]}"


def observed_values(events: list[AppEvent]) -> dict[str, str]:
    """The service provider's values that were last reported, since the app was last created."""
    values: dict[str, Any] = {}
    for event in events:
        if event.name == _CREATED:
            values = {"sp_entity_id": event.parameters.get("SAML2_SERVICE_PROVIDER_ENTITY_ID")}
        elif event.name == _DELETED:
            values = {"sp_entity_id": "(the app was deleted)"}
        elif field := _CHANGES.get(event.name):
            values[field] = event.parameters.get("NEW_VALUE", f"(changed by {event.actor})")
    return {field: value for field, value in values.items() if value}


class SamlApp(Resource, module="google", name="SamlApp"):
    """The record of the SAML app."""

    sso_url: pulumi.Output[str | None]
    entity_id: pulumi.Output[str | None]
    certificate: pulumi.Output[str | None]
    fingerprint: pulumi.Output[str | None]
    not_after: pulumi.Output[str | None]
    seen: pulumi.Output[str]
    drift: pulumi.Output[list[dict[str, str]]]

    def __init__(
        self, name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(SamlAppProvider(), name, declaring(SamlAppOutputs, props), opts)
