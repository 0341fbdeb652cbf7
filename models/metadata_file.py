"""The metadata file that a person, or a webhook, brings back: judged before it is kept.

The same rules as `pulumi up` applies, and one more: the account that the file names.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from models.certificate import problems
from models.certificate_choice import CERTIFICATE_KEY, certificate_in_use, choose_certificate
from models.errors import FlexSsoError, MetadataError
from models.idp_metadata import parse_idp_metadata
from models.private_file import write_private
from models.tenant import GoogleSettings, SamlAppSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.certificate import Certificate
    from models.idp_metadata import IdpMetadata


class Settings(NamedTuple):
    """What the stack says about Google."""

    customer: str
    app: SamlAppSettings


class Kept(NamedTuple):
    """Where the file is now, and sentences about what it says and what changed."""

    path: Path
    said: list[str]


def settings_of(tenant: dict[str, Any]) -> Settings:
    """From the stack's configuration. Mistakes elsewhere in it are for `pulumi up` to report."""
    try:
        google = GoogleSettings.model_validate(tenant.get("google"))
        app = SamlAppSettings.model_validate(tenant.get("saml_app") or {})
    except ValidationError as error:
        key = ".".join(str(part) for part in error.errors()[0]["loc"])
        what = f"The stack's configuration has a mistake at {key}."
        raise FlexSsoError(what, hint="pulumi up names them all") from None
    return Settings(google.customer, app)


def keep(
    folder: Path, settings: Settings, content: bytes, now: datetime, *, any_account: bool = False
) -> Kept:
    """Check the file and put it into the stack's folder. Raises MetadataError; nothing is kept."""
    app = settings.app
    new = parse_idp_metadata(content, allow_any_host=app.allow_any_idp_host)
    if not any_account:
        _check_account(new, settings.customer)
    path = folder / app.idp_metadata
    old = _read_old(path, app)
    choose = certificate_in_use if _brings_another(old, new) else choose_certificate
    chosen = choose(new, app.certificate, now)
    said = [*_changes(old, new, chosen, app.certificate)]
    said += [f"warning: {warning}" for warning in new.warnings]
    for one in problems(chosen, now) if chosen else ():
        said.append(f"warning: the certificate: {one.what} ({one.hint})")
    write_private(path, content)
    return Kept(path, said)


def other_account(metadata: IdpMetadata, customer: str) -> str:
    """A sentence if the file names another Google account than the stack; "" if it does not.

    Google's idpid looks like the customer id; no page promises that, so there is a way out.
    """
    if metadata.idpid is None or customer in {"my_customer", metadata.idpid}:
        return ""
    return f"This file is of the Google account {metadata.idpid}; the stack's is {customer}."


def _check_account(new: IdpMetadata, customer: str) -> None:
    what = other_account(new, customer)
    if not what:
        return
    hint = (
        f"download it in the Admin console of {customer} (Account > Account settings shows the"
        " id); only if that is where this very file is from: --any-account"
    )
    raise MetadataError(what, hint=hint)


def _brings_another(old: IdpMetadata | None, new: IdpMetadata) -> bool:
    """Whether a second certificate came beside one we had: the first step of a rotation."""
    had = {one.fingerprint for one in old.certificates} if old else set()
    return len(new.certificates) > 1 and any(one.fingerprint in had for one in new.certificates)


def _read_old(path: Path, app: SamlAppSettings) -> IdpMetadata | None:
    try:
        return parse_idp_metadata(path.read_bytes(), allow_any_host=app.allow_any_idp_host)
    except (OSError, MetadataError):
        return None


def _changes(
    old: IdpMetadata | None, new: IdpMetadata, chosen: Certificate | None, wanted: str | None
) -> Iterator[str]:
    """Field by field; without an old file all is new."""
    if old is None:
        yield f"SSO URL: {new.sso_url}"
        yield f"Entity ID: {new.entity_id}"
        yield f"Certificate: {chosen}"
        return
    before = len(list(old.certificates))
    was = {one.fingerprint: one for one in old.certificates}
    found = []
    if old.sso_url != new.sso_url:
        found.append(f"SSO URL: {old.sso_url} → {new.sso_url}")
    if old.entity_id != new.entity_id:
        found.append(f"Entity ID: {old.entity_id} → {new.entity_id}")
    if chosen and (chosen.fingerprint not in was or (wanted is None and before > 1)):
        listed = ", ".join(str(one) for one in old.certificates)
        found.append(f"Certificate: {listed} → {chosen}")
    if len(new.certificates) != before:
        found.append(f"The file lists {len(new.certificates)} certificates, before {before}.")
    if chosen is None:
        added = ", ".join(str(one) for one in new.certificates if one.fingerprint not in was)
        found += [f"New: {added}"] if added else []
        found.append(f"The recorded certificate stays until {CERTIFICATE_KEY} names another.")
    yield from found or ["Nothing changed: the same addresses, the same certificate."]
