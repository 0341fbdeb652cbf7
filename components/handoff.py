"""The output `handoff`: a tenant's record, and what was seen of it, as the steps for a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pulumi

from models.flex import Generation, Way, login_link
from models.handoff import HandoffFacts, build_handoff, mapping_of
from models.phase import Phase
from models.tenant import Writer
from providers.base import to_props
from providers.webhook import HandoffDelivery

if TYPE_CHECKING:
    from models.endpoints import Endpoints
    from models.flex import SpSettings
    from models.tenant import Tenant


NAMED_GROUPS = 2


class Given(NamedTuple):
    """What is known before any resource has answered."""

    stack: str
    tenant: Tenant
    metadata_path: str
    sp: SpSettings | None
    connection: str | None
    endpoints: Endpoints


def handoff_of(given: Given, verdict: tuple[Phase, str], seen: dict[str, Any]) -> dict[str, Any]:
    """The document as plain JSON. `seen` has the outputs of SamlApp and FlexSso that matter.

    On the way between the generations what still is as it was is no difference.
    """
    tenant = given.tenant
    moving = bool(seen["moving"])
    facts = HandoffFacts(
        stack=given.stack,
        tenant=tenant.name,
        phase=verdict[0],
        next_step=verdict[1],
        generation=tenant.flex.generation,
        migration=_migration(tenant, moving=moving),
        google_domain=tenant.google.domain,
        google_customer=tenant.google.customer,
        people_in=people_in(given),
        account_sid=tenant.flex.account_sid,
        connection=given.connection or "",
        app_name=tenant.saml_app.name,
        app_description=tenant.saml_app.description,
        sp=given.sp,
        start_url=login_url(tenant),
        mapping=mapping_of(tenant.attribute_mapping),
        metadata_path=given.metadata_path,
        sso_url=seen["sso_url"] or "",
        idp_entity_id=seen["idp_entity_id"] or "",
        certificate=seen["certificate"] or "",
        friendly_name=friendly_name(tenant, given.stack),
        default_redirect_url=default_redirect_url(tenant),
        trusted_domains=list(tenant.flex.trusted_domains),
        login_popup=tenant.flex.login_popup,
        app_seen=_app_seen(seen["app_seen"]),
        app_not_checked=seen.get("app_not_checked") or "",
        google_differences=[] if moving else seen.get("app_drift") or [],
        flex_differences=[] if moving else seen.get("sso_drift") or [],
        proof=_sentence(seen["proof"]),
        tile_url=seen.get("tile_url") or "",
        endpoints=given.endpoints,
    )
    return build_handoff(facts).model_dump(mode="json")


def deliver(
    name: str, given: Given, handoff: pulumi.Output[dict[str, Any]], opts: pulumi.ResourceOptions
) -> HandoffDelivery | None:
    """With `writer: webhook`, the hand-off goes to its receiver too."""
    settings = given.tenant.handoff
    if settings.writer is not Writer.WEBHOOK:
        return None
    app = given.tenant.saml_app
    return HandoffDelivery(
        f"{name}-delivery",
        {
            "url": settings.url,
            "secret_env": settings.secret_env,
            "secret_file": settings.secret_file,
            "document": handoff.apply(lambda document: json.dumps(document, sort_keys=True)),
            "customer": given.tenant.google.customer,
            "saml_app": to_props(app),
            "folder": given.metadata_path.removesuffix(f"/{app.idp_metadata}"),
        },
        opts,
    )


def next_step_of(
    given: Given, verdict: pulumi.Output[tuple[Phase, str]], delivery: HandoffDelivery | None
) -> pulumi.Output[str]:
    """The sentence for people: with the command, and with what a receiver said."""
    if delivery is None:
        return verdict.apply(lambda seen: with_command(seen, given))
    return pulumi.Output.all(verdict, delivery.answer, delivery.message).apply(
        lambda seen: with_command(seen[0], given) + _said(seen[1], seen[2])
    )


def _said(answer: str | None, message: str | None) -> str:
    if not answer:
        return ""
    return f" Webhook: {answer}" + (f" ({message})." if message else ".")


def with_command(verdict: tuple[Phase, str], given: Given) -> str:
    """The next step, with the command that shows what to paste where, or that looks again."""
    phase, sentence = verdict
    if phase is Phase.VERIFIED:
        return f"{sentence} Look again: ./flexsso verify {given.stack}"
    return f"{sentence}{_whose(phase, given)} Hand-off: ./flexsso handoff {given.stack}"


def _whose(phase: Phase, given: Given) -> str:
    """Which account, or who: whoever has several has another one open than was meant."""
    if phase is Phase.ACTIVE:
        people = people_in(given).replace("`", "")
        return f" The people are in {people}." if people else ""
    if phase is Phase.AWAITING_GOOGLE_APP:
        return f" The Workspace is {given.tenant.google.domain}."
    if phase in {Phase.AWAITING_CONNECTION, Phase.AWAITING_FLEX_FORM}:
        return f" The account is {given.tenant.flex.account_sid}."
    return ""


def people_in(given: Given) -> str:
    """Where a person finds out who may sign in; empty where another program knows."""
    roles = given.tenant.roles
    folder = given.metadata_path.rpartition("/")[0]
    places = [f"`{folder}/{roles.file}`"] if roles.file else []
    places += ["`tenant.roles.people`"] if roles.people else []
    groups = list(roles.groups)
    places += [f"the group {group}" for group in groups[:NAMED_GROUPS]]
    places += [f"{more} more groups"] if (more := len(groups) - NAMED_GROUPS) > 0 else []
    return " or ".join(places)


def moving_step(given: Given) -> str:
    """The sentence while a stack goes to the other generation of SSO, or back."""
    back = " --back" if given.tenant.flex.generation is Generation.LEGACY else ""
    command = f"./flexsso migrate enhanced {given.stack}{back}"
    return f"Both consoles go to other addresses: `{command}` leads on; then run `up` again."


def _migration(tenant: Tenant, *, moving: bool) -> Way | None:
    """Without a word about the way, the default one of `flexsso migrate enhanced`."""
    return tenant.flex.migration or (Way.MODIFY if moving else None)


def login_url(tenant: Tenant) -> str:
    """Where people log in to this tenant's Flex."""
    return login_link(tenant.flex.runtime_domain)


def default_redirect_url(tenant: Tenant) -> str:
    """Where Flex sends people who come from Google's tile."""
    return tenant.flex.default_redirect_url or login_url(tenant)


def friendly_name(tenant: Tenant, stack: str) -> str:
    """The connection's name in the Twilio Console."""
    return tenant.flex.friendly_name or f"{tenant.name} ({stack})"


def _app_seen(text: str | None) -> str:
    if not text:
        return ""
    return f"{text} shows the app" if text.startswith("a login") else f"the app is in {text}"


def _sentence(proof: dict[str, Any] | None) -> str:
    if not proof:
        return ""
    roles = ", ".join(proof.get("roles", []))
    return f"{proof['email']} signed in on {proof['time'][:10]} with the roles {roles}"
