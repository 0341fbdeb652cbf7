"""One sign-on: may this user open this app, and what does the app get to hear?

Order: the app, its age, the user's Workspace, user access, the ACS URL, the Name ID. A refusal is
either a page of Google's (Refusal), or a Response that tells the app (unsigned, as Google does).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.clock import rfc3339_ms
from sandbox.google import (
    activities,
    attributes,
    certificates,
    idp_metadata,
    login_faults,
    saml_apps,
    saml_response,
    sessions,
    users,
)

if TYPE_CHECKING:
    from sandbox.google.authn_request import AuthnRequest
    from sandbox.world import World

Document = dict[str, Any]


class Refusal(Exception):  # noqa: N818  it is a page, with Google's own word for what is wrong
    """A page instead of a Response: HTTP status, Google's error name, a sentence."""

    def __init__(self, status: int, error: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.error = error
        self.text = text


@dataclass(frozen=True)
class SsoRequest:
    """What is wanted: by an AuthnRequest, or by an app's number (IdP-initiated)."""

    customer: str
    asked: AuthnRequest | None
    spid: str | None
    relay_state: str
    force_authn: bool = False

    @property
    def initiated_by(self) -> str:
        """`sp` or `idp`, as the SAML log says it."""
        return "sp" if self.asked else "idp"

    def needs_sign_in(self, world: World, session: Document | None) -> bool:
        """True if a person has to say who they are first."""
        if self.asked and self.asked.is_passive:
            return False
        if session is None:
            return True
        forced = self.force_authn or bool(self.asked and self.asked.force_authn)
        return forced and not sessions.is_fresh(world, session)


@dataclass(frozen=True)
class Posted:
    """What the browser is to POST, and where (the real ACS URL)."""

    acs_url: str
    fields: dict[str, str]


def sign_on(world: World, wanted: SsoRequest, session: Document | None) -> Posted:
    """The Response for the app. Raises Refusal."""
    _remember(world, "received", "AuthnRequest", wanted.asked.xml if wanted.asked else "", wanted)
    app = _app(world, wanted, session)
    if session is None:
        return _tell_app(world, wanted, app, session, "failure_no_passive")
    user = users.get(world, session["customer"], session["email"])
    if not saml_apps.is_on_for(world, app, user):
        raise _refused(world, wanted, session, "app_not_enabled_for_user")
    if wanted.asked and wanted.asked.acs_url not in {"", app["acs_url"]}:
        return _tell_app(world, wanted, app, session, "failure_request_denied")
    if not attributes.read(user, app["name_id"]):
        raise _refused(world, wanted, session, "invalid_user_id_mapping")
    fault = world.next_login_faults.pop(0).get("fault", "") if world.next_login_faults else None
    login = _login(world, wanted, app, user, session)
    response = login_faults.respond(world, wanted.customer, login, fault)
    _log(world, wanted, session, {"application_name": app["name"], "saml_status_code": _SUCCESS})
    return _post(world, wanted, app, response)


_SUCCESS = "SUCCESS_URI"

_REFUSALS = {
    # Google's error name: (HTTP status, its sentence, the log's failure_type)
    "app_not_configured": (403, "Service is not configured.", "failure_invalid_sp_id"),
    "app_not_configured_for_user": (
        403,
        "Service is not configured for this user.",
        "failure_app_not_configured_for_user",
    ),
    "app_not_enabled_for_user": (
        403,
        "Service is not enabled for this user.",
        "failure_app_not_enabled_for_user",
    ),
    "invalid_user_id_mapping": (
        400,
        "The user has no value for the app's Name ID.",
        "failure_invalid_user_id_mapping",
    ),
}


def _app(world: World, wanted: SsoRequest, session: Document | None) -> Document:
    """The app that is meant, if it can be used by this session's Workspace."""
    app = _find(world, wanted)
    if app is None:
        near = wanted.asked and _differs_in_case_only(world, wanted.customer, wanted.asked.issuer)
        name = "app_not_configured_for_user" if near else "app_not_configured"
        raise _refused(world, wanted, session, name)
    age = world.clock.now().timestamp() - app["_created"]
    stranger = session is not None and session["customer"] != wanted.customer
    if stranger or age < world.options.propagation_delay:
        raise _refused(world, wanted, session, "app_not_configured_for_user")
    return app


def _find(world: World, wanted: SsoRequest) -> Document | None:
    if wanted.asked:
        return saml_apps.by_entity_id(world, wanted.customer, wanted.asked.issuer)
    return saml_apps.get(world, wanted.customer, wanted.spid or "")


def _differs_in_case_only(world: World, customer: str, issuer: str) -> bool:
    apps = saml_apps.all_of(world, customer)
    return any(app["entity_id"].lower() == issuer.lower() for app in apps)


def _refused(world: World, wanted: SsoRequest, session: Document | None, name: str) -> Refusal:
    status, text, failure_type = _REFUSALS[name]
    if session is not None:
        _log(world, wanted, session, {"failure_type": failure_type})
    return Refusal(status, name, text)


def _tell_app(
    world: World, wanted: SsoRequest, app: Document, session: Document | None, failure_type: str
) -> Posted:
    """An unsigned Response with a Status instead of an Assertion."""
    if wanted.asked is None:
        raise AssertionError(failure_type)
    if failure_type == "failure_no_passive":
        codes, text = (saml_response.RESPONDER, saml_response.NO_PASSIVE), ""
    else:
        codes = (saml_response.REQUESTER, saml_response.REQUEST_DENIED)
        text = (
            f"Invalid request, ACS Url in request {wanted.asked.acs_url}"
            f" doesn't match configured ACS Url {app['acs_url']}."
        )
    if session is not None:
        status = {"saml_status_code": "REQUESTER_URI", "failure_type": failure_type}
        _log(
            world, wanted, session, status | {"saml_second_level_status_code": "REQUEST_DENIED_URI"}
        )
    issuer, now = idp_metadata.entity_id(wanted.customer), world.clock.now()
    made = saml_response.failure(issuer, app["acs_url"], now, wanted.asked.id, codes, text)
    return _post(world, wanted, app, made)


def _login(
    world: World, wanted: SsoRequest, app: Document, user: Document, session: Document
) -> saml_response.Login:
    held = certificates.get(world, wanted.customer, app["certificate"])
    held = held or certificates.all_of(world, wanted.customer)[0]
    asked_format = wanted.asked.name_id_format if wanted.asked else ""
    return saml_response.Login(
        issuer=idp_metadata.entity_id(wanted.customer),
        audience=app["entity_id"],
        acs_url=app["acs_url"],
        name_id=attributes.read(user, app["name_id"])[0],
        name_id_format=asked_format or saml_apps.NAME_ID_FORMATS[app["name_id_format"]],
        attributes=attributes.statement(world, app, user),
        now=world.clock.now(),
        signed_in_at=sessions.signed_in_at(session),
        key=held["key"],
        certificate=held["certificate"],
        in_response_to=wanted.asked.id if wanted.asked else "",
        signed_response=app["signed_response"],
    )


def _post(world: World, wanted: SsoRequest, app: Document, response: Any) -> Posted:
    document = saml_response.to_bytes(response)
    _remember(world, "sent", "Response", document.decode(), wanted)
    fields = {"SAMLResponse": base64.b64encode(document).decode()}
    relay_state = wanted.relay_state or ("" if wanted.asked else app["start_url"])
    if relay_state:
        fields["RelayState"] = relay_state
    return Posted(app["acs_url"], fields)


def _remember(world: World, direction: str, kind: str, xml: str, wanted: SsoRequest) -> None:
    if xml:
        document = {
            "time": rfc3339_ms(world.clock.now()),
            "party": "Google",
            "direction": direction,
            "kind": kind,
            "xml": xml,
            "relay_state": wanted.relay_state,
        }
        world.store.append("saml", document)


def _log(world: World, wanted: SsoRequest, session: Document, values: dict[str, str]) -> None:
    """One event of the SAML log; the application's name stays blank on a failure."""
    user = users.get(world, session["customer"], session["email"])
    parameters = {
        "application_name": "",
        "device_id": "",
        "initiated_by": wanted.initiated_by,
        "orgunit_path": user["orgUnitPath"],
        "saml_status_code": "",
        **values,
    }
    name = "login_failure" if "failure_type" in values else "login_success"
    if name == "login_failure":
        parameters.setdefault("saml_second_level_status_code", "")
    event = {"type": "login", "name": name, "parameters": parameters}
    activities.record(world, wanted.customer, "saml", session["email"], event)
