"""What Flex does when somebody logs in, looked at from outside: no credentials, no login.

Enhanced: Authentication/Config lists the connections; Authorize redirects, hop by hop, until one
leaves twilio.com: there is the Single Sign-On URL that somebody typed, and the SAML AuthnRequest
that Flex sends to it. Legacy: iam's `authenticate` answers with the same address at once.
Sources: @twilio/flex-sdk, and (for following it without a browser) techmatters/flex-plugins.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from models.errors import TenantConfigError, UnreachableError, VendorApiError
from models.flex import Generation, login_link
from providers.retry import retrying
from providers.twilio.answers import json_object, objects
from providers.twilio.failures import translate

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    import httpx

    from providers.settings import Settings

SERVICES = "https://services.twilio.com/v1/Flex"
IAM = "https://iam.twilio.com/v1/Accounts"
PUBLIC_CONFIGURATION = "https://flex-api.twilio.com/v1/Configuration/Public"
HOPS = 8
AUTHN_REQUEST_LIMIT = 65536
UNTRUSTED = "70002"
_SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
_SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


class Connection(NamedTuple):
    """An SSO connection that Flex lists."""

    connection: str
    active: bool
    client_id: str = ""


class Seen(NamedTuple):
    """Where Flex sends people, and what its AuthnRequest says. Empty where it says nothing.

    `why_not` is Flex's own word when it sends nobody anywhere, `code` its error code.
    """

    sso_url: str = ""
    issuer: str = ""
    acs_url: str = ""
    name_id_format: str = ""
    why_not: str = ""
    code: str = ""


class SignInProbe:
    """Looks at one account's sign-in."""

    def __init__(self, settings: Settings, account_sid: str) -> None:
        import httpx  # noqa: PLC0415

        self._endpoints = settings.endpoints
        self._account_sid = account_sid
        timeout = settings.endpoints.timeout_seconds
        self._http = httpx.Client(timeout=timeout, follow_redirects=False, verify=_trust())

    def connections(self) -> list[Connection]:
        """The enhanced connections of the account, as Authentication/Config lists them."""
        response = self._send(
            "GET",
            f"{SERVICES}/Authentication/Config",
            "asking Flex for its SSO connections",
            params={"AccountSid": self._account_sid},
        )
        return [
            Connection(
                str(item.get("connection_name", "")),
                item.get("active") is True,
                str(item.get("client_id") or ""),
            )
            for item in objects(_json_object(response), "config_list", "its SSO connections")
        ]

    def public_configuration(self) -> dict[str, Any] | None:
        """What Flex tells everybody of the account's configuration; None if it has no Flex."""
        response = self._send(
            "GET",
            PUBLIC_CONFIGURATION,
            "reading the public part of the Flex configuration",
            params={"AccountSid": self._account_sid},
        )
        found = objects(_json_object(response), "configurations", "its public configuration")
        return found[0] if found else None

    def look(self, generation: Generation, connection: str | None, runtime_domain: str) -> Seen:
        """Begin a login and stop at the door of the identity provider.

        What is seen then can take a verified sign-in away, so a refusal is looked at twice.
        """
        start = login_link(runtime_domain)
        seen = self._look_once(generation, connection, start)
        return self._look_once(generation, connection, start) if seen.why_not else seen

    def untrusted(
        self, generation: Generation, connection: str | None, addresses: Sequence[str]
    ) -> list[str]:
        """Those of the addresses from which nobody may begin a login: Flex says so (70002).

        Seen in clients of legacy SSO; that enhanced SSO answers the same is inferred. Any other
        answer proves nothing. A pattern with a wildcard (legacy) is no address, and not tried.
        """
        return [
            address
            for address in addresses
            if "*" not in address
            and self._look_once(generation, connection, address).code == UNTRUSTED
        ]

    def _look_once(self, generation: Generation, connection: str | None, start: str) -> Seen:
        try:
            if generation is Generation.LEGACY:
                return self._look_at_legacy(start)
            return self._look_at_enhanced(connection or "", start)
        except VendorApiError as error:
            if error.temporary or error.status in {0, 429} or error.status >= 500:
                raise
            return Seen(why_not=error.what, code=error.reason)

    def _look_at_enhanced(self, connection: str, start: str) -> Seen:
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "redirectUrl": start,
            "nonce": secrets.token_hex(16),
            "codeChallenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "state": secrets.token_urlsafe(16),
            "ssoProfileSid": connection,
        }
        url = f"{SERVICES}/Authorize?{urlencode(query)}"
        for _ in range(HOPS):
            response = self._send("GET", url, "beginning a login at Flex")
            target = response.headers.get("location", "")
            if not target:
                return Seen(why_not=f"Flex answered {response.status_code} and sent nobody on")
            url = self._endpoints.canonical(_absolute(str(response.url), target))
            host = urlsplit(url).hostname or ""
            if not url.startswith("https://"):
                return Seen(why_not="Flex redirected to an address without https")
            if host != "twilio.com" and not host.endswith(".twilio.com"):
                return read_authn_request(url)
        return Seen(why_not=f"Flex redirected more than {HOPS} times")

    def _look_at_legacy(self, start: str) -> Seen:
        response = self._send(
            "POST",
            f"{IAM}/{self._account_sid}/authenticate",
            "beginning a login at iam.twilio.com",
            json={"products": ["flex"], "resource": start},
        )
        target = str(_json_object(response).get("location") or "")
        location = self._endpoints.canonical(_absolute(IAM, target)) if target else ""
        return read_authn_request(location) if location else Seen(why_not="no location was given")

    def _send(self, method: str, url: str, doing: str, **parts: Any) -> httpx.Response:
        import httpx  # noqa: PLC0415

        def once() -> httpx.Response:
            try:
                response = self._http.request(method, self._endpoints.url(url), **parts)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise UnreachableError(
                    f"Twilio: no answer while {doing} ({type(error).__name__})",
                    hint=self._endpoints.hint,
                ) from None
            if response.is_error:
                wait = response.headers.get("retry-after")
                raise translate(response.status_code, response.text, doing, wait)
            return response

        return retrying(once)


@cache
def _trust() -> ssl.SSLContext:
    """Whom to trust, read once a process: it takes 40 ms, and each `up` looks more than once."""
    import httpx  # noqa: PLC0415

    return httpx.create_ssl_context()


def _absolute(base: str, target: str) -> str:
    """Where a redirect leads to; nowhere, if that is no address."""
    try:
        url = urljoin(base, target)
        return url if urlsplit(url).hostname else ""
    except ValueError:
        return ""


def _json_object(response: httpx.Response) -> dict[str, Any]:
    return json_object(response.text, f"reading {response.url.path}")


def read_authn_request(url: str) -> Seen:
    """Take the address of an identity provider apart: SSO URL, and the AuthnRequest in it."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    own = {key: values for key, values in query.items() if key not in _SAML_PARAMETERS}
    sso_url = parts._replace(query=urlencode(own, doseq=True), fragment="").geturl()
    message = query.get("SAMLRequest", [""])[0]
    root = _parse_deflated(message) if message else None
    if root is None:
        return Seen(sso_url=sso_url, why_not="Flex sends people there without a SAML request")
    policy = root.find(f"{_SAMLP}NameIDPolicy")
    return Seen(
        sso_url=sso_url,
        issuer=(root.findtext(f"{_SAML}Issuer") or "").strip(),
        acs_url=root.get("AssertionConsumerServiceURL", ""),
        name_id_format=policy.get("Format", "") if policy is not None else "",
    )


_SAML_PARAMETERS = {"SAMLRequest", "RelayState", "SigAlg", "Signature"}


def _parse_deflated(message: str) -> Any:
    """The AuthnRequest's root element, or None if it can't be read (bounded, no DTD)."""
    from defusedxml import ElementTree  # noqa: PLC0415
    from defusedxml.common import DefusedXmlException  # noqa: PLC0415

    try:
        packed = base64.b64decode(message, validate=True)
        document = zlib.decompressobj(-15).decompress(packed, AUTHN_REQUEST_LIMIT)
        return ElementTree.fromstring(document, forbid_dtd=True)
    except (ValueError, zlib.error, ElementTree.ParseError, DefusedXmlException):
        return None


def find_connection(settings: Settings, account_sid: str) -> str | None:
    """The connection that Flex lists for the account: the active one, else the only one.

    Raises TenantConfigError where there are several to choose from.
    """
    listed = SignInProbe(settings, account_sid).connections()
    active = [one for one in listed if one.active]
    choice = active if active else listed
    if len(choice) > 1:
        names = ", ".join(one.connection for one in choice)
        what = f"Flex lists several connections: {names}"
        raise TenantConfigError([("tenant.flex.connection", what, "name the one to use")])
    return choice[0].connection if choice else None
