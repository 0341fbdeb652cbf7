"""What `flexsso migrate enhanced` knows of a stack, and what it writes down for the way back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from models.endpoints import Endpoints
from models.errors import FlexSsoError
from models.flex import Generation, Way, derive_sp_settings
from models.handoff import Handoff
from models.migration_facts import Before, EnhancedFacts
from models.private_file import write_private
from models.stack import read_tenant

if TYPE_CHECKING:
    from pathlib import Path

    from cli.stack_state import StackState
    from models.tenant import Tenant

MIGRATION = "migration.json"
SSO = "pulumi-python:dynamic/twilio:FlexSso"
APP = "pulumi-python:dynamic/google:SamlApp"
CONFIGURATION = "pulumi-python:dynamic/twilio:FlexConfiguration"


def enhanced_facts(
    state: StackState, folder: Path, now: datetime, *, back: bool = False
) -> EnhancedFacts:
    """What the plan is made from; writes down the old values while they still are the stack's.

    Raises FlexSsoError for a stack that never had legacy SSO.
    """
    tenant, sso = read_tenant(state.get("tenant")), state.resources.get(SSO, {})
    app = state.resources.get(APP, {})
    configuration = state.resources.get(CONFIGURATION, {})
    document = state.outputs.get("handoff")
    facts = EnhancedFacts(
        stack=state.name,
        account_sid=tenant.flex.account_sid,
        app_name=tenant.saml_app.name,
        generation=tenant.flex.generation,
        recorded_generation=sso.get("generation"),
        migration=tenant.flex.migration,
        ui_version=configuration.get("ui_version", ""),
        before=_read_before(folder),
        phase=sso.get("status"),
        moving=bool(sso.get("moving")),
        second_app_seen=app.get("name") == tenant.saml_app.name and bool(app.get("seen")),
        handoff=Handoff.model_validate(document) if document else None,
        endpoints=Endpoints.model_validate(state.get("endpoints") or {}),
        now=now,
    )
    before = facts.before if back else _before(facts, tenant, sso.get("changed_at"))
    if before is None:
        what = f"{state.name}: no migration from legacy SSO was begun here."
        raise FlexSsoError(what, hint="begin it while tenant.flex.generation is legacy")
    if before != facts.before:
        text = before.model_dump_json(indent=2, exclude_none=True) + "\n"
        write_private(folder / MIGRATION, text)
    return facts.model_copy(update={"before": before})


def _read_before(folder: Path) -> Before | None:
    try:
        return Before.model_validate_json((folder / MIGRATION).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        what = f"Can't read {folder / MIGRATION} ({type(error).__name__})."
        raise FlexSsoError(what, hint="put the last good version back") from None


def _before(facts: EnhancedFacts, tenant: Tenant, changed_at: str | None) -> Before | None:
    """What should be written down now: anew while all is legacy, then the way, then since when."""
    known, flex = facts.before, tenant.flex
    if facts.generation is Generation.ENHANCED:
        return known and _further(known, facts, changed_at)
    if known is not None and facts.recorded_generation is Generation.ENHANCED:
        return known  # the way back was begun, and needs it
    sp = derive_sp_settings(flex.generation, flex.account_sid, None, flex.runtime_domain)
    assert sp is not None  # noqa: S101  legacy addresses follow from the account alone
    fresh = Before(noted_at=facts.now.replace(microsecond=0), sp=sp, app_name=facts.app_name)
    same = known == fresh.model_copy(update={"noted_at": known.noted_at}) if known else False
    return known if same else fresh


def _further(known: Before, facts: EnhancedFacts, changed_at: str | None) -> Before:
    since = known.enhanced_since
    if since is None and facts.in_use and changed_at:
        since = datetime.fromisoformat(changed_at)
    return known.model_copy(update={"way": facts.migration or known.way, "enhanced_since": since})


def chosen_way(facts: EnhancedFacts, given: Way | None) -> Way:
    """What was begun, else the option. Raises FlexSsoError where they differ."""
    begun = facts.migration or (facts.before.way if facts.before else None)
    if begun and given and begun is not given:
        what = f"{facts.stack}: the migration was begun as `{begun}`, not `{given}`."
        raise FlexSsoError(what, hint="leave --way out, or Cancel setup at Twilio and begin anew")
    return begun or given or Way.MODIFY
