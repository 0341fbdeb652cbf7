"""`verify`: everything that can be known about a stack's sign-in, in one report.

OBSERVE looks at both consoles as far as anything shows them, PREDICT applies Flex's rules to what
Google would send for each person, EVIDENCE reads what real sign-ins left behind. Nothing is
written, nobody is signed in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.verification.arrivals import in_doubt_since
from components.verification.evidence_side import look_for_evidence
from components.verification.flex_side import look_at_flex
from components.verification.google_side import look_at_google
from components.verification.looking import waiting
from components.verification.traces import Traces
from models.finding import Finding, Part, Report, Who
from models.phase import Phase
from providers.evidence import WhereToLook, prove_sign_in

if TYPE_CHECKING:
    from components.verification.expected import Expected
    from providers.settings import Settings


def verify(settings: Settings, expected: Expected) -> Report:
    """Look at everything. Never raises an expected error: a failed look is a finding."""
    expected = _with_fresh_proof(settings, expected)
    traces = Traces(settings, expected)
    expected = expected.model_copy(update={"in_doubt": in_doubt_since(traces, expected)})
    findings = [
        *_deployment(expected),
        *look_at_flex(settings, expected),
        *look_at_google(settings, expected, traces),
        *look_for_evidence(traces, expected),
    ]
    order = list(Part)
    return Report(
        stack=expected.stack,
        phase=expected.phase.value if expected.deployed else "not_deployed",
        findings=sorted(findings, key=lambda one: order.index(one.part)),
    )


def _with_fresh_proof(settings: Settings, expected: Expected) -> Expected:
    """Somebody may have signed in since the last `up`: look, as the next one would."""
    if expected.proof or expected.phase is not Phase.ACTIVE or not expected.sso.get("evidence"):
        return expected
    where = WhereToLook(**expected.sso["evidence"], account_sid=expected.tenant.flex.account_sid)
    found = prove_sign_in(settings, where, expected.changed_at or "")
    seen = {"proof": found.model_dump()} if found.found else {"not_proved": found.why_not}
    return expected.model_copy(update={"sso": {**expected.sso, **seen}})


def _deployment(expected: Expected) -> list[Finding]:
    if expected.deployed:
        return []
    note = f"nothing was deployed yet: ./flexsso up {expected.stack}"
    return [waiting(Part.OBSERVE, "stack", note, who=Who.STACK)]
