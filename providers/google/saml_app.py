"""SamlApp: the record of the custom SAML app at Google, which has no public API.

Nothing is written at Google. Identity provider side: the metadata file that a person downloads,
already parsed and its certificate chosen (`models.idp_metadata`). Service provider side: what the
hand-off asks a person to type. Observed: the admin log of the Reports API (app created, deleted,
ACS URL or entity ID changed) and logins to it. Calls: activities.list, read-only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, DiffResult, Resource
from pydantic import Field

from models.app_history import App, our_app
from models.attribute_mapping import AttributeMapping, warn_removed
from models.certificate import Certificate, parse_pem
from models.certificate_choice import kept_certificate
from models.errors import CertificateError, MetadataError, PermissionDeniedError
from providers.base import Inputs, Outs, Provider, declaring, to_props
from providers.google.progress import say
from providers.google.reports_api import ReportsApi


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


LISTED = "listed"
"""Key of the certificates in PEM, where Google lists several and none is named: see `check`."""


def certificate_inputs(certificate: Certificate) -> dict[str, str]:
    """The three inputs about the certificate that goes into Flex."""
    return {
        "certificate": certificate.pem,
        "fingerprint": certificate.fingerprint,
        "not_after": certificate.not_after.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


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


class SamlAppProvider(Provider[SamlAppInputs]):
    """Record and look; there is nothing to write."""

    inputs = SamlAppInputs
    replace_on = frozenset({"customer"})

    def check(self, olds: Outs, news: Outs) -> CheckResult:
        """As ever; and while none of several certificates is named, the recorded one stays."""
        given = dict(news)
        if listed := given.pop(LISTED, None):
            try:
                kept = kept_certificate([*map(parse_pem, listed)], olds.get("fingerprint"))
            except CertificateError as error:
                return CheckResult(given, [CheckFailure("", str(error))])
            given |= certificate_inputs(kept)
        return super().check(olds, given)

    def diff(self, _id: str, olds: Outs, news: Outs) -> DiffResult:
        """As ever, and says what a row that is gone from the mapping leaves behind."""
        before, after = (AttributeMapping(_rows(props)) for props in (olds, news))
        for claim, what, hint in warn_removed(before, after) if _rows(news) else ():
            say(f"attribute mapping: {claim} {what}: {hint}")
        return super().diff(_id, olds, news)

    def wants_a_look(self, olds: Outs) -> bool:
        """Until the metadata is there and the app was seen, or while it differs."""
        pending = not olds.get("sso_url") or not (olds.get("seen") or olds.get("not_checked"))
        return pending or bool(olds.get("drift"))

    def create_it(self, wanted: SamlAppInputs) -> tuple[str, Outs]:
        """The natural key is the app's name in its account."""
        return f"{wanted.customer}/{wanted.name}", self._look(wanted, _recorded(wanted), {})

    def update_it(self, id_: str, olds: Outs, wanted: SamlAppInputs) -> Outs:
        """Record the new wish and look again. A record is changed, never lost by a missing file."""
        del id_
        if olds.get("sso_url") and not wanted.sso_url:
            raise MetadataError(
                "the metadata file is gone, which this stack was set up with",
                hint="put idp_metadata.xml back into the stack's folder (download it again with"
                " DOWNLOAD METADATA, or take it from your version control)",
            )
        known = olds if olds.get("name") == wanted.name else {}  # another app was not seen yet
        return self._look(wanted, _recorded(wanted), known) | to_props(wanted)

    def read_it(self, id_: str, olds: Outs) -> tuple[Outs, Outs] | None:
        """Refresh: the service provider's values as the admin log last reported them."""
        del id_
        known = SamlAppInputs.model_validate(
            {key: olds[key] for key in SamlAppInputs.model_fields if key in olds}
        )
        outs = self._look(known, olds.get("recorded") or _recorded(known), olds)
        inputs = {key: outs[key] for key in SamlAppInputs.model_fields if key in outs}
        return outs, inputs

    def delete_it(self, id_: str, olds: Outs) -> None:
        """Only the record goes; the app is a person's to delete."""
        del id_
        pulumi_note = f"the SAML app '{olds.get('name')}' itself stays in the Google Admin console"
        print(pulumi_note)  # noqa: T201  shown among the stack's diagnostics

    def _look(self, wanted: SamlAppInputs, recorded: dict[str, str], olds: Outs) -> Outs:
        """The log forgets after 180 days: what was seen or differed once stays until told anew."""
        app, seen, not_checked = self._observe(wanted.name, wanted.customer, recorded)
        last_told = {one["field"]: one["observed"] for one in olds.get("drift", [])}
        values = recorded | last_told | (app.observed if app else {})
        drift = [
            {"field": field, "recorded": recorded[field], "observed": values[field]}
            for field in recorded
            if values[field] != recorded[field]
        ]
        outs = SamlAppOutputs(
            **(wanted.model_dump() | values),
            recorded=recorded,
            seen=olds.get("seen") or seen,
            not_checked=not_checked,
            drift=drift,
            login_url=_tile_url(wanted),
        )
        return to_props(outs)

    def _observe(
        self, name: str, customer: str, recorded: dict[str, str]
    ) -> tuple[App | None, str, str]:
        """(our app in the admin log, by what it was seen, why nobody could look)."""
        try:
            reports = ReportsApi(self.settings, customer)
            app = our_app(reports.app_events(name), recorded.get("sp_entity_id"))
            if app is not None:
                return app, "" if app.deleted else f"the admin log of {app.since[:10]}", ""
            logins = reports.logins(name)
        except PermissionDeniedError as error:
            return None, "", error.what
        return None, f"a login on {logins[0].time[:10]}" if logins else "", ""


def _rows(props: Outs) -> dict[str, str]:
    """The attribute mapping of inputs or outputs; nothing where it isn't known yet."""
    rows = props.get("attribute_mapping")
    return dict(rows) if isinstance(rows, dict) else {}


def _tile_url(wanted: SamlAppInputs) -> str | None:
    if not (wanted.spid and wanted.entity_id):
        return None
    idpid = wanted.entity_id.partition("idpid=")[2]
    address = "https://accounts.google.com/o/saml2/initsso"
    return f"{address}?idpid={idpid}&spid={wanted.spid}&forceauthn=false"


def _recorded(wanted: SamlAppInputs) -> dict[str, str]:
    values = {"acs_url": wanted.acs_url, "sp_entity_id": wanted.sp_entity_id}
    return {field: value for field, value in values.items() if value}


class SamlApp(Resource, module="google", name="SamlApp"):
    """The record of the SAML app."""

    sso_url: pulumi.Output[str | None]
    entity_id: pulumi.Output[str | None]
    certificate: pulumi.Output[str | None]
    fingerprint: pulumi.Output[str | None]
    not_after: pulumi.Output[str | None]
    login_url: pulumi.Output[str | None]
    seen: pulumi.Output[str]
    not_checked: pulumi.Output[str]
    drift: pulumi.Output[list[dict[str, str]]]

    def __init__(
        self, name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(SamlAppProvider(), name, declaring(SamlAppOutputs, props), opts)
