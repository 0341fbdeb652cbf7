"""What Google and Flex show when a sign-in fails: meaning, cause, who puts it right, and where.

Sources: Google's help page "SAML app error messages" and the Reports API's `saml` events; Twilio's
error dictionary (45050) and the codes in Flex's own clients. Which of Google's pages goes with
which `failure_type` is an inference, marked where it is one.
"""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict

from models.finding import Who

APP = "Google Admin console: Apps > Web and mobile apps > the app"
SSO_FORM = "Twilio Console: Flex > Users and access > Single sign-on (SSO)"
API_KEYS = "Twilio Console: Account > API keys & tokens"


class Failure(BaseModel):
    """One error. `codes` are the words and numbers under which it is met."""

    model_config = ConfigDict(frozen=True)

    codes: tuple[str, ...]
    means: str
    fix: str
    who: Who
    where: str
    inferred: str = ""

    @property
    def advice(self) -> str:
        """What it means and what to do, in two sentences."""
        return f"{self.means} To do: {self.fix}"


GOOGLE = (
    Failure(
        codes=("app_not_configured", "failure_invalid_sp_id"),
        means="Google has no SAML app with the Entity ID that Flex sent, or the tile's number"
        " (spid) is wrong.",
        fix="copy the Entity ID from the hand-off into the app, byte for byte",
        who=Who.GOOGLE_ADMIN,
        where=f"{APP} > Service provider details > Entity ID",
        inferred="that the page and the failure_type belong together",
    ),
    Failure(
        codes=("app_not_configured_for_user", "failure_app_not_configured_for_user"),
        means="The Issuer that Flex sent is not the app's Entity ID (case counts), the app is so"
        " new that it has not reached everybody (minutes to 24 hours), or the browser is signed in"
        " with a private Gmail account first.",
        fix="compare the Entity ID, wait, or try in a private window",
        who=Who.GOOGLE_ADMIN,
        where=f"{APP} > Service provider details > Entity ID",
        inferred="that the page and the failure_type belong together",
    ),
    Failure(
        codes=("app_not_enabled_for_user", "failure_app_not_enabled_for_user"),
        means="The app is OFF for this person's organizational unit and groups.",
        fix="turn it ON for everyone, or for the unit or group of the person",
        who=Who.GOOGLE_ADMIN,
        where=f"{APP} > User access",
        inferred="that the page and the failure_type belong together",
    ),
    Failure(
        codes=("duplicate entity id",),
        means="Another SAML app of this account has the same Entity ID.",
        fix="delete the other app, or edit it instead of making a second one",
        who=Who.GOOGLE_ADMIN,
        where="Google Admin console: Apps > Web and mobile apps",
    ),
    Failure(
        codes=("failure_invalid_user_id_mapping", "failure_user_id_mapping_unavailable"),
        means="Google can't make the NameID in the format that was asked for.",
        fix="Name ID format EMAIL, Name ID Basic Information > Primary email",
        who=Who.GOOGLE_ADMIN,
        where=f"{APP} > Service provider details > Name ID",
    ),
    Failure(
        codes=("failure_request_denied", "RequestDenied", "doesn't match configured ACS Url"),
        means="The ACS URL in Flex's request is not the one in the app.",
        fix="copy the ACS URL from the hand-off, with its whole query (connection=JQ…)",
        who=Who.GOOGLE_ADMIN,
        where=f"{APP} > Service provider details > ACS URL",
        inferred="that failure_request_denied has no other cause",
    ),
    Failure(
        codes=("not_a_saml_app",),
        means="The number of the tile (spid) belongs to an app that is not a SAML app.",
        fix="take the number from the address of the app's page into tenant.saml_app.spid",
        who=Who.STACK,
        where="tenant.saml_app.spid",
    ),
    Failure(
        codes=("failure_malformed_request",),
        means="Google could not read the request: the link was cut, or changed on its way.",
        fix="start again from the Flex login link, not from a bookmark of Google's page",
        who=Who.PERSON,
        where="the Flex login link",
    ),
    Failure(
        codes=("failure_no_passive",),
        means="Flex asked for a silent sign-in, and nobody was signed in at Google.",
        fix="sign in at Google, then try again",
        who=Who.PERSON,
        where="the Flex login link",
    ),
    Failure(
        codes=("failure_unknown",),
        means="Google gives no reason.",
        fix="look into the log event's other fields and try again",
        who=Who.GOOGLE_ADMIN,
        where="Google Admin console: Reporting > Audit and investigation > SAML log events",
    ),
)

TWILIO = (
    Failure(
        codes=("45050", "Missing User Attributes"),
        means="The response lacks one of email, full_name, roles, or has no role out of agent,"
        " supervisor and admin. Names are in lower case and without a namespace; an empty value"
        " counts as missing.",
        fix="fill in the person's fields (pulumi up does), and compare the app's attribute mapping",
        who=Who.GOOGLE_ADMIN,
        where=f"{APP} > SAML attribute mapping",
    ),
    Failure(
        codes=("70002",),
        means="The address where the login began is not a trusted domain of the connection.",
        fix="add that address, with https:// and without a wildcard",
        who=Who.TWILIO_ADMIN,
        where=f"{SSO_FORM} > Trusted domains",
    ),
    Failure(
        codes=("70004", "Invalid issuer in the Assertion/Response"),
        means="Flex refused the SAML response: mostly the Identity Provider Issuer is not Google's"
        " Entity ID, or the certificate is another one.",
        fix="copy Identity Provider Issuer and X.509 Certificate from the hand-off again",
        who=Who.TWILIO_ADMIN,
        where=f"{SSO_FORM} > Identity Provider Issuer",
    ),
    Failure(
        codes=("70251", "no valid certificate for identity realm"),
        means="The SSO form has no certificate that can be read, or it has ended.",
        fix="paste the whole PEM again, with both ----- lines",
        who=Who.TWILIO_ADMIN,
        where=f"{SSO_FORM} > X.509 Certificate",
    ),
    Failure(
        codes=("70253",),
        means="The person's grants are not valid in this account.",
        fix="compare the roles of the person with those that Flex knows",
        who=Who.GOOGLE_ADMIN,
        where="Google Admin console: Directory > Users",
        inferred="its cause: only the code is known",
    ),
    Failure(
        codes=("This XML file does not appear to have any style information",),
        means="The Single Sign-On URL leads to a file, not to Google's sign-in.",
        fix="copy Google's SSO URL, the one with /idp? in it",
        who=Who.TWILIO_ADMIN,
        where=f"{SSO_FORM} > Single Sign-On URL",
    ),
    Failure(
        codes=("InvalidNameIDPolicy",),
        means="Google could not give the NameID format that Flex asked for. Flex then shows a"
        " dialog for user name and password.",
        fix="Name ID format EMAIL; compare Identity Provider Issuer too",
        who=Who.GOOGLE_ADMIN,
        where=f"{APP} > Service provider details > Name ID format",
    ),
)

ONLY_CODE = "its cause: only the code's name is known, from Flex's own clients"

TWILIO_API = (
    Failure(
        codes=("20003",),
        means="Twilio does not know the API key, or its secret is wrong, or the key is another"
        " account's.",
        fix="make a key in the tenant's own account and give both parts of it: TWILIO_API_KEY and"
        " TWILIO_API_SECRET, or tenant.credentials.twilio",
        who=Who.TWILIO_ADMIN,
        where=API_KEYS,
    ),
    Failure(
        codes=("20101",),
        means="The access token is not valid: it is of another account, was changed, or is none.",
        fix="sign in again by the Flex login link",
        who=Who.PERSON,
        where="the Flex login link",
    ),
    Failure(
        codes=("20104",),
        means="The access token has ended. Flex renews it while its page is open.",
        fix="sign in again by the Flex login link; if it comes back, set the computer's clock",
        who=Who.PERSON,
        where="the Flex login link",
    ),
    Failure(
        codes=("45002",),
        means="Flex does not know whoever asks: the sign-in or the token is missing or not valid.",
        fix="sign in again by the Flex login link; for a program, check its API key",
        who=Who.PERSON,
        where="the Flex login link",
        inferred=ONLY_CODE,
    ),
    Failure(
        codes=("45003",),
        means="Whoever asks is signed in, but may not do this: their Flex roles are not enough.",
        fix="give the person the role that it needs, in the stack's roles, then sign in again",
        who=Who.STACK,
        where="tenant.roles",
        inferred=ONLY_CODE,
    ),
    Failure(
        codes=("45004", "You are not allowed to modify property"),
        means="Flex does not take a value: it has another form, or the property can't be changed.",
        fix="compare the name in the message with the documentation of the Flex Configuration API",
        who=Who.STACK,
        where="what was sent to flex-api.twilio.com",
    ),
    Failure(
        codes=("45010",),
        means="Flex limits the rate of requests, and it was reached.",
        fix="wait a minute and try again; fewer stacks of one account at a time",
        who=Who.STACK,
        where="the next run",
    ),
    Failure(
        codes=("45775",),
        means="A session could not be renewed: its token is not valid any more.",
        fix="sign in again by the Flex login link",
        who=Who.PERSON,
        where="the Flex login link",
    ),
    Failure(
        codes=("45780",),
        means="Another request about the same thing was under way.",
        fix="try again; do not change the Flex configuration from two places at once",
        who=Who.STACK,
        where="the next run",
    ),
    Failure(
        codes=("70051",),
        means="The API key lacks a permission: it is a restricted one.",
        fix="make a standard or main key",
        who=Who.TWILIO_ADMIN,
        where=API_KEYS,
    ),
)

CATALOGUE = (*GOOGLE, *TWILIO, *TWILIO_API)


def failure_of(code: str) -> Failure | None:
    """The entry with exactly this code, whatever its case."""
    wanted = code.strip().casefold()
    known = {one.casefold(): failure for failure in CATALOGUE for one in failure.codes}
    return known.get(wanted)


def failures_in(text: str) -> list[Failure]:
    """Entries whose code is in a text, such as an error page; a longer code hides its part."""
    return [one for one in CATALOGUE if any(_is_in(code, text) for code in one.codes)]


def _is_in(code: str, text: str) -> bool:
    """A bare number may be anything, such as a size: the word code, or errors/, is before it."""
    before = r"(?:\bcode\W{1,5}|/errors/)" if code.isdigit() else r"(?<![\w-])"
    return bool(re.search(rf"{before}{re.escape(code)}(?![\w-])", text, re.IGNORECASE))
