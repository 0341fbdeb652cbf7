"""What a vendor, or the network before it, can do to one call: each a fault of `sandbox.faults`.

Bodies are the vendors' own: Google's reasons come from the Directory API's "Handle errors", those
of its token server from OAuth 2.0, IAM's from google.rpc.Status, Twilio's codes from its error
dictionary. `temporary` says that trying again must be enough when it happens once; the others may
be retried or not, as the product thinks best.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.torture import receiver

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_SECONDS = 0.3
"""What the product is told to wait where a fault is silence."""

SILENCE_SECONDS = 0.6

PAGE = (
    "<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title><p><b>502.</b>"
    " <ins>That is an error.</ins><p>The server encountered a temporary error.</html>"
)


class Named(NamedTuple):
    """A fault by name. `silent` ones need a short time-out, `of_transport` ones have no status."""

    name: str
    fault: dict[str, Any]
    temporary: bool = False
    silent: bool = False

    @property
    def of_transport(self) -> bool:
        """Whether it happens to the connection, so that a part of a batch can't have it."""
        return "status" not in self.fault


GOOGLE_REASONS = [
    (400, "invalid", "Invalid Input: custom_schema", False),
    (400, "badRequest", "Bad Request", False),
    (401, "authError", "Invalid Credentials", False),
    (401, "required", "Login Required.", False),
    (403, "forbidden", "Not Authorized to access this resource/api", False),
    (403, "insufficientPermissions", "Insufficient Permission", False),
    (403, "accessNotConfigured", "Admin SDK API has not been used in project 1", False),
    (403, "userRateLimitExceeded", "User Rate Limit Exceeded.", True),
    (403, "rateLimitExceeded", "Rate Limit Exceeded", True),
    (403, "quotaExceeded", "Quota exceeded for quota metric 'Queries'", True),
    (404, "notFound", "Resource Not Found: userKey", False),
    (409, "duplicate", "Entity already exists.", False),
    (412, "conditionNotMet", "User creation is not complete.", True),
    (413, "uploadTooLarge", "Request Too Large", False),
    (429, "rateLimitExceeded", "Too many requests", True),
    (500, "backendError", "Backend Error", True),
    (500, "", "Cannot delete a field in use.resource.fields", False),
    (503, "backendError", "The service is currently unavailable.", True),
]
TOKEN_ERRORS = [
    (400, "invalid_grant", "Invalid JWT Signature.", False),
    (401, "unauthorized_client", "Client is unauthorized to retrieve access tokens.", False),
    (403, "access_denied", "Account restricted", False),
    (500, "internal_failure", "Backend Error", True),
    (503, "temporarily_unavailable", "Try again", True),
]
IAM_STATUSES = [
    (400, "INVALID_ARGUMENT", "Request contains an invalid argument.", False),
    (401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", False),
    (403, "PERMISSION_DENIED", "Permission 'iam.serviceAccounts.signJwt' denied", False),
    (404, "NOT_FOUND", "Not found; Gaia id not found for the service account", False),
    (429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Requests'", True),
    (500, "INTERNAL", "Internal error encountered.", True),
    (503, "UNAVAILABLE", "The service is currently unavailable.", True),
]
TWILIO_CODES = [
    (400, 20001, "Invalid request body", False),
    (401, 20003, "Authenticate", False),
    (403, 70051, "Authorization Error", False),
    (404, 20404, "The requested resource was not found", False),
    (409, 20409, "Conflict", False),
    (412, 20412, "Precondition Failed", False),
    (413, 20413, "Request Entity Too Large", False),
    (429, 20429, "Too Many Requests", True),
    (429, 45010, "Flex: too many requests", True),
    (500, 20500, "An internal server error has occurred", True),
    (503, 20503, "Service is unavailable. Please try again", True),
]


def of_host(host: str) -> Iterator[Named]:
    """What the server of that name may do."""
    if host == "oauth2.googleapis.com":
        return tokens()
    if host == "iamcredentials.googleapis.com":
        return iam()
    if host == receiver.HOST:
        return _of_any_server()
    return google() if host.endswith((".google.com", ".googleapis.com")) else twilio()


def tokens() -> Iterator[Named]:
    """Answers of Google's token server that refuse."""
    for status, error, description, temporary in TOKEN_ERRORS:
        body = {"error": error, "error_description": description}
        yield Named(f"{status} {error}", {"status": status, "body": body}, temporary)
    yield from _of_any_server()


def google() -> Iterator[Named]:
    """Answers of Google that refuse."""
    for status, reason, message, temporary in GOOGLE_REASONS:
        errors = [{"message": message, "domain": "global", "reason": reason}]
        body = {"error": {"code": status, "message": message, "errors": errors}}
        yield Named(f"{status} {reason or message}", {"status": status, "body": body}, temporary)
    for plain in ("Request rate higher than configured.", "quotaExceeded"):
        yield Named(f"403 {plain} plain", {"status": 403, "body": plain}, temporary=True)
    yield from _of_any_server()


def iam() -> Iterator[Named]:
    """Answers of Google's IAM that refuse to sign."""
    for status, name, message, temporary in IAM_STATUSES:
        body = {"error": {"code": status, "message": message, "status": name}}
        yield Named(f"{status} {name}", {"status": status, "body": body}, temporary)
    yield from _of_any_server()


def twilio() -> Iterator[Named]:
    """Answers of Twilio that refuse."""
    for status, code, message, temporary in TWILIO_CODES:
        about = f"https://www.twilio.com/docs/errors/{code}"
        body = {"code": code, "message": message, "more_info": about, "status": status}
        yield Named(f"{status} {code}", {"status": status, "body": body}, temporary)
    yield from _of_any_server()


def _of_any_server() -> Iterator[Named]:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    waits = {"seconds": "2", "a date": soon, "a day": "86400", "nonsense": "soon"}
    for name, wait in waits.items():
        fault = {"status": 429, "body": "Slow down.", "headers": {"retry-after": wait}}
        yield Named(f"429 Retry-After {name}", fault, temporary=name != "a day")
    plain = {401: "Unauthorized", 404: PAGE, 413: "Payload Too Large", 500: "", 502: PAGE}
    for status, text in {**plain, 503: "upstream connect error", 504: "Gateway Timeout"}.items():
        yield Named(f"{status} plain", {"status": status, "body": text}, status >= 500)
    portal = {"location": "http://127.0.0.1:9/login"}
    yield Named("302 elsewhere", {"status": 302, "body": "", "headers": portal})
    yield Named("400 JSON of another kind", {"status": 400, "body": {"error": "invalid_grant"}})
    yield from _no_answer_of_the_api()


def _no_answer_of_the_api() -> Iterator[Named]:
    """200, and not what the API answers: a portal, a proxy, a cut or empty body."""
    bodies = {"a web page": PAGE, "nothing": "", "null": "null", "a list": "[]", "a text": '"x"'}
    for name, body in bodies.items():
        headers = {"content-type": "application/json"}
        yield Named(f"200 with {name}", {"status": 200, "body": body, "headers": headers})
    yield Named("200 cut", {"truncate": 7})
    yield Named("hung up in the middle", {"hang_up": True}, temporary=True)
    yield Named("slow body", {"pause": 0.05}, temporary=True)
    yield Named("reset before the effect", {"reset": True}, temporary=True)
    yield Named("reset after the effect", {"reset": True, "after_effect": True}, temporary=True)
    late = {"delay": SILENCE_SECONDS}
    yield Named("silence, carried out later", late, temporary=True, silent=True)
    yield Named("silence, never carried out", {**late, "reset": True}, temporary=True, silent=True)
