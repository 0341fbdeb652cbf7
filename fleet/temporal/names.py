"""What things are called on a Temporal server: queues, workflow ids, search attributes.

A fleet is known by the name of its queue; several fleets can share a namespace. The id of a stack's
workflow is its lease: the server never runs two of one id.
"""

from __future__ import annotations

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.common import SearchAttributeKey

QUEUE = "flexsso"
"""The default name of a fleet."""

LOOK_UP, SELECT, RECONCILE = "look_up", "select", "reconcile"
"""The activities."""

TENANT = SearchAttributeKey.for_keyword("FlexssoTenant")
ENVIRONMENT = SearchAttributeKey.for_keyword("FlexssoEnvironment")
PHASE = SearchAttributeKey.for_keyword("FlexssoPhase")
OUTCOME = SearchAttributeKey.for_keyword("FlexssoOutcome")
RUN = SearchAttributeKey.for_keyword("FlexssoRun")
"""Of a stack's workflow: the Temporal run id of the fleet workflow that it belongs to."""
WAITING, AT_WORK = "waiting", "at work"
"""Outcomes of a stack that is not done."""

SEARCH_ATTRIBUTES = {
    key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    for key in (TENANT, ENVIRONMENT, PHASE, OUTCOME, RUN)
}


def stacks_queue(queue: str) -> str:
    """Where the work on stacks waits, apart from the quick tasks of workflows."""
    return f"{queue}-stacks"


def lease_of(queue: str, stack: str) -> str:
    """The id of the workflow that has the right to work on the stack."""
    return f"{queue}:{stack}"


def run_id(queue: str, run: str) -> str:
    """The id of the workflow of a run that the ledger knows."""
    return f"{queue}:run:{run}"


SCHEDULED = "scheduled:"
"""How the ids of runs begin that the server began by itself."""


def schedule_id(queue: str, name: str) -> str:
    """The id of the schedule of that name."""
    return f"{queue}:schedule:{name}"
