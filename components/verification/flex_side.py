"""OBSERVE at Flex, without credentials: what it shows to everybody, and where it sends a login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.handoff import default_redirect_url, friendly_name
from components.verification.looking import looked, proved, unobservable, waiting
from models.errors import FlexSsoError, TenantConfigError
from models.finding import Finding, Part, Result, Who, compared
from models.flex import Generation
from models.phase import NEXT_STEP, Phase
from providers.twilio.account import domain_of, refuse_by_key
from providers.twilio.sign_in_probe import Seen, SignInProbe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.verification.expected import Expected
    from models.tenant import FlexSettings
    from providers.settings import Settings

SSO_PAGE = "Twilio Console: Flex > Users and access > Single sign-on (SSO)"
EMAIL_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
HARMLESS_FORMATS = {"", EMAIL_ADDRESS, "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"}
FORM_SCREEN = "flex_connection"
OBSERVE = Part.OBSERVE


def look_at_flex(settings: Settings, expected: Expected) -> list[Finding]:
    """Configuration/Public, Authentication/Config, and the door of the identity provider."""
    probe = SignInProbe(settings, expected.tenant.flex.account_sid)
    public = looked(OBSERVE, "runtime_domain", lambda: _public(probe, expected))
    fits = public[0].result is Result.MATCH
    if not fits and (other := _other_account(settings, expected.tenant.flex)):
        return other
    return [
        *public,
        *looked(OBSERVE, "connection", lambda: _connection(probe, expected)),
        *looked(OBSERVE, "sso_url", lambda: _door(probe, expected)),
        *_form(expected),
    ]


def _other_account(settings: Settings, flex: FlexSettings) -> list[Finding]:
    """What is wrong with account_sid or runtime_domain, as `up` would say it.

    Nothing else of Flex's is worth a look then. Who can't look says so in the looks that follow.
    """
    try:
        refuse_by_key(settings, flex.account_sid, flex.runtime_domain)
    except TenantConfigError as error:
        ((key, what, hint),) = error.problems
        more = {"note": what, "hint": hint, "who": Who.STACK, "where": key}
        return [Finding(check=key.rpartition(".")[2], result=Result.DRIFT, **more)]
    except FlexSsoError:
        return []
    return []


def _public(probe: SignInProbe, expected: Expected) -> Iterator[Finding]:
    public = probe.public_configuration()
    flex = expected.tenant.flex
    if public is None:
        note = f"Flex knows no account {flex.account_sid}"
        yield Finding(check="runtime_domain", result=Result.DRIFT, note=note, who=Who.STACK)
        return
    domain = domain_of(public)
    yield compared(
        "runtime_domain",
        flex.runtime_domain,
        domain,
        who=Who.STACK,
        where="tenant.flex.runtime_domain",
    )
    popup = bool((public.get("public_attributes") or {}).get("loginPopup"))
    yield compared(
        "login_popup",
        _on_off(flex.login_popup),
        _on_off(popup),
        who=Who.STACK,
        where="pulumi up writes it",
    )


def _connection(probe: SignInProbe, expected: Expected) -> Iterator[Finding]:
    if expected.tenant.flex.generation is Generation.LEGACY:
        return
    listed = {one.connection: one.active for one in probe.connections()}
    wanted = expected.connection
    if not wanted:
        step = NEXT_STEP[Phase.AWAITING_CONNECTION]
        yield waiting(OBSERVE, "connection", step, who=Who.TWILIO_ADMIN, where=SSO_PAGE)
    elif listed.get(wanted):
        yield compared("connection", wanted, wanted)
    elif _was_active(expected):
        seen = f"{wanted} (not active)" if wanted in listed else ", ".join(listed) or "none listed"
        yield compared("connection", wanted, seen, who=Who.TWILIO_ADMIN, where=SSO_PAGE)
    else:
        step = NEXT_STEP[Phase.AWAITING_FLEX_FORM]
        yield waiting(OBSERVE, "connection", step, who=Who.TWILIO_ADMIN, where=SSO_PAGE)


def _door(probe: SignInProbe, expected: Expected) -> Iterator[Finding]:
    record, flex = expected.record, expected.tenant.flex
    if not record.sso_url or record.acs_url is None:
        return  # the metadata file is reported as waiting, at Google
    seen = probe.look(flex.generation, expected.connection, flex.runtime_domain)
    if not seen.sso_url and not _was_active(expected):
        note = f"Flex sends nobody to Google yet ({seen.why_not})"
        yield waiting(OBSERVE, "sso_url", note, who=Who.TWILIO_ADMIN, where=SSO_PAGE)
        return
    if expected.moving and (seen.issuer, seen.acs_url) != (record.sp_entity_id, record.acs_url):
        note = f"Flex goes the old way: ./flexsso migrate enhanced {expected.stack} leads on"
        yield waiting(OBSERVE, "sso_url", note, who=Who.TWILIO_ADMIN, where=SSO_PAGE)
        return
    rows = [
        ("sso_url", record.sso_url, seen.sso_url or seen.why_not, "Single Sign-On URL"),
        ("acs_url", record.acs_url, seen.acs_url, "ACS URL (in Flex's request)"),
        ("sp_entity_id", record.sp_entity_id or "", seen.issuer, "Entity ID (in Flex's request)"),
    ]
    for check, wanted, observed, label in rows:
        where = f"{SSO_PAGE} > {label}"
        yield compared(check, wanted, observed, who=Who.TWILIO_ADMIN, where=where)
    if seen.sso_url:
        yield _name_id_format(seen)
        yield from _trusted_domains(probe, expected)


def _trusted_domains(probe: SignInProbe, expected: Expected) -> Iterator[Finding]:
    """One that is missing shows when a login begins there; one too many shows nowhere."""
    flex, where = expected.tenant.flex, f"{SSO_PAGE} > Trusted domains"
    missing = probe.untrusted(flex.generation, expected.connection, flex.trusted_domains)
    for address in flex.trusted_domains:
        if "*" in address:
            continue  # attested, with the rest of the form
        said = "Flex answers 70002 to a login from there" if address in missing else ""
        note = said or "Flex lets a login begin there"
        if flex.generation is Generation.ENHANCED:
            note += " (for enhanced SSO, that it answers so is inferred)"
        observed = "(not trusted)" if said else address
        who = Who.TWILIO_ADMIN
        yield compared("trusted_domain", address, observed, note=note, who=who, where=where)


def _name_id_format(seen: Seen) -> Finding:
    asked = seen.name_id_format or "(none asked for)"
    if seen.name_id_format in HARMLESS_FORMATS:
        return Finding(check="name_id_format", result=Result.MATCH, expected=asked, observed=asked)
    note = "Flex asks Google for another NameID format than the e-mail address"
    return compared("name_id_format", EMAIL_ADDRESS, asked, note=note, who=Who.TWILIO_ADMIN)


def _form(expected: Expected) -> Iterator[Finding]:
    """Fields that nothing shows. A real sign-in proves certificate and issuer, since the change."""
    certificate, flex = expected.certificate, expected.tenant.flex
    proving = {
        "issuer": expected.metadata.entity_id if expected.metadata else "",
        "certificate": certificate.fingerprint if certificate else "",
    }
    unseen = {
        "friendly_name": friendly_name(expected.tenant, expected.stack),
        "default_redirect_url": default_redirect_url(expected.tenant),
        "trusted_domains": ", ".join(flex.trusted_domains) or "(no further one)",
    }
    word = expected.attested.get(FORM_SCREEN, "")
    for check, value in (proving | unseen).items():
        if not value:
            continue  # not known before the metadata file is there
        if check in proving and expected.in_doubt:
            note = f"since {expected.in_doubt} Flex takes nobody in whom Google lets in: compare it"
            yield Finding(
                check=check, result=Result.UNOBSERVABLE, expected=value, note=note, where=SSO_PAGE
            )
        elif check in proving and expected.proof:
            yield proved(check, value, expected.proof["time"])
        else:
            yield unobservable(check, value, word, who=Who.TWILIO_ADMIN, where=SSO_PAGE)


def _was_active(expected: Expected) -> bool:
    return expected.phase.was_active


def _on_off(value: bool) -> str:  # noqa: FBT001  it is the value itself
    return "on" if value else "off"
