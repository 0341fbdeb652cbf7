"""Google's side of the agreement, out of the metadata file: inputs of SamlApp, and warnings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pulumi

from components.certificate_watch import watch
from models.attribute_mapping import warn
from models.certificate_choice import CERTIFICATE_KEY, certificate_in_use
from models.idp_metadata import parse_idp_metadata
from models.metadata_file import other_account
from providers.google.saml_app import LISTED, certificate_inputs

if TYPE_CHECKING:
    from models.tenant import Tenant


def identity_provider(stack: str, tenant: Tenant, idp_metadata: str | None) -> dict[str, Any]:
    """SSO URL, entity ID, and the certificate or all of them. Nothing while there is no file.

    Raises MetadataError for a file that isn't Google's, or whose certificate is of no use.
    """
    if idp_metadata is None:
        return {}
    app, now = tenant.saml_app, datetime.now(UTC)
    metadata = parse_idp_metadata(idp_metadata.encode(), allow_any_host=app.allow_any_idp_host)
    for warning in metadata.warnings:
        pulumi.log.warn(f"{app.idp_metadata}: {warning}")
    if other := other_account(metadata, tenant.google.customer):
        right = f"./flexsso handoff {stack} --metadata FILE"
        pulumi.log.warn(
            f"{app.idp_metadata}: {other} The right one is put in its place by: {right}"
        )
    chosen = certificate_in_use(metadata, app.certificate, now)
    addresses = {"sso_url": metadata.sso_url, "entity_id": metadata.entity_id}
    if chosen is not None:
        watch(chosen, stack, now)
        return addresses | certificate_inputs(chosen)
    pulumi.log.warn(
        f"Google lists {len(metadata.certificates)} certificates and {CERTIFICATE_KEY} names none:"
        f" the recorded one stays (./flexsso migrate certificate {stack} leads on)"
    )
    for certificate in metadata.certificates:
        watch(certificate, stack, now)
    return addresses | {LISTED: [one.pem for one in metadata.certificates]}


def warn_of_claims(tenant: Tenant) -> None:
    """Say which claims of the mapping are allowed but bite: teams, contact_uri."""
    for claim, what, hint in warn(tenant.attribute_mapping):
        pulumi.log.warn(f"tenant.saml_app.attribute_mapping.{claim}: it {what}; {hint}")
