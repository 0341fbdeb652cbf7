"""Before the first `up`, at Twilio: the key and its account, Flex's address, version of its UI."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from models.checkup import Check, State, failed, of_error, ok, skipped
from models.errors import FlexSsoError
from models.flex import Generation, ui_version_at_least
from models.legacy_end import announced_end
from models.migration_steps import RELEASES
from models.migration_steps import UI_VERSION as MIGRATION
from providers.twilio.account import domain_of
from providers.twilio.flex_api import FlexApi
from providers.twilio.sign_in_probe import SignInProbe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from models.tenant import Tenant
    from providers.settings import Settings

FIRST_ENHANCED = "2.5.0"


def check_twilio(settings: Settings, tenant: Tenant) -> list[Check]:
    """What anybody can see first, then what the key can."""
    checks = [_public(settings, tenant)]
    try:
        live = FlexApi(settings, tenant.flex.account_sid).configuration()
    except FlexSsoError as error:
        because = "needs the API key"
        names = ("twilio account", "flex ui version", "taskrouter")
        return [*checks, of_error("twilio api key", error), *(skipped(n, because) for n in names)]
    if live.get("account_sid") != tenant.flex.account_sid and checks[0].state is State.FAILED:
        checks = [checks[0].model_copy(update={"hint": "see twilio account, below"})]
    return [
        *checks,
        ok("twilio api key", "it may read the Flex configuration"),
        *_with_key(settings, tenant, live),
    ]


def _public(settings: Settings, tenant: Tenant) -> Check:
    flex = tenant.flex
    try:
        public = SignInProbe(settings, flex.account_sid).public_configuration()
    except FlexSsoError as error:
        return of_error("flex", error)
    if public is None:
        hint = "Console > Account info shows the Account SID; was Flex ever set up in it?"
        return failed("flex", f"{flex.account_sid} has no Flex", hint)
    domain = domain_of(public)
    if domain != flex.runtime_domain:
        what = f"{flex.account_sid} is at flex.twilio.com/{domain}, not /{flex.runtime_domain}"
        return failed("flex", what, f"tenant.flex.runtime_domain: {domain}, if that is the account")
    return ok("flex", f"flex.twilio.com/{domain}")


def _with_key(settings: Settings, tenant: Tenant, live: dict[str, Any]) -> Iterator[Check]:
    account = str(live.get("account_sid") or "")
    if account != tenant.flex.account_sid:
        whose = f"{account} (flex.twilio.com/{domain_of(live)})"
        what = f"the key belongs to {whose}, the stack to {tenant.flex.account_sid}"
        hint = f"tenant.flex.account_sid: {account}, or use a key of the account that is there"
        yield failed("twilio account", what, hint)
    else:
        yield ok("twilio account", account)
    yield ui_version_check(str(live.get("ui_version") or ""), tenant)
    if tenant.flex.generation is Generation.LEGACY:
        yield legacy_end_check(datetime.now(UTC).date())
    workspace = str(live.get("taskrouter_workspace_sid") or "")
    try:
        next(FlexApi(settings, tenant.flex.account_sid).workers(workspace), None)
    except FlexSsoError as error:
        yield of_error("taskrouter", error)
    else:
        yield ok("taskrouter", f"workers of {workspace} can be read")


def legacy_end_check(today: date) -> Check:
    """Legacy SSO has an announced end: a warning, for the day has been moved before."""
    hint = "./flexsso migrate enhanced STACK leads to enhanced SSO, and back for 30 days"
    return Check(name="legacy sso", state=State.WARNING, note=announced_end(today), hint=hint)


def ui_version_check(ui_version: str, tenant: Tenant) -> Check:
    """Whether Flex UI is new enough for the generation of SSO; a range counts by its newest."""
    name = "flex ui version"
    flex = tenant.flex
    if flex.generation is Generation.LEGACY:
        note = f"{ui_version}; legacy SSO works with every version, a migration needs {MIGRATION}"
        return ok(name, note)
    wanted, what_for = FIRST_ENHANCED, "enhanced SSO"
    if flex.migration is not None:
        wanted, what_for = MIGRATION, "the migration (tenant.flex.migration)"
    elif flex.trusted_domains:
        wanted, what_for = MIGRATION, "enhanced SSO of a self-hosted Flex"
    new_enough = ui_version_at_least(ui_version, wanted)
    if new_enough is None:
        note = f"'{ui_version}' is no range that is known; {what_for} needs {wanted}"
        return Check(name=name, state=State.WARNING, note=note, hint=f"compare: {RELEASES}")
    if not new_enough:
        what = f"{ui_version} is older than {wanted}, which {what_for} needs"
        return failed(name, what, f"{RELEASES}; or tenant.flex.generation: legacy")
    return ok(name, f"{ui_version} ({what_for} needs {wanted})")
