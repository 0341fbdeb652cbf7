"""What travels through the server. Never a credential: workers find those by the stack's name."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from fleet.run import Ending
from fleet.tenants import FleetStack, Selector
from fleet.verb import Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = 250
"""Stacks of a batch. A workflow may hold 2,000 pending children, and 50,000 events."""
NOT_BEGUN = "stopped before it began"
"""Said of a stack that a drain or a cancel kept from being begun: nothing was done."""
_KEY_BYTES = 64


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True)


class How(_Message):
    """How each stack of a run is done.

    `fleet` is the run id of the fleet's workflow; `per_account` how many stacks of one Google
    customer or Flex account may be at work at once, of those in one batch.
    """

    verb: Verb
    queue: str
    per_account: int = 1
    look: str = ""
    timeout: float = 0.0
    fleet: str = ""


class FleetOrder(_Message):
    """A run: the stacks by name or, where `names` is None, those that the selector takes then.

    `batch` is how many stacks a batch holds at most.
    """

    how: How
    names: tuple[str, ...] | None = None
    selector: Selector = Selector()
    canary: int = 0
    max_failures: int | None = None
    batch: int = BATCH


class Batch(_Message):
    """A part of a run. `report_failures`: each is signalled to the fleet's workflow."""

    how: How
    names: tuple[str, ...]
    report_failures: bool = False


class StackTask(_Message):
    """One stack's turn. `accounts` are the vendors', `key` is the one that a rate is kept for."""

    how: How
    stack: str
    tenant: str
    environment: str
    key: str
    accounts: tuple[str, ...] = ()


class BatchDone(_Message):
    """What a batch came to. `refused` → why: stacks that another run did not let go."""

    counts: dict[str, int] = Field(default_factory=dict)
    refused: dict[str, str] = Field(default_factory=dict)


class FleetDone(BatchDone):
    """What a run came to."""

    verb: str = ""
    ending: Ending = Ending.ALL_DONE
    names: tuple[str, ...] = ()


def task_of(stack: FleetStack, how: How) -> StackTask:
    """A stack's turn, from its file."""
    return StackTask(
        how=how,
        stack=stack.name,
        tenant=stack.tenant,
        environment=stack.environment,
        key=fairness_key(stack),
        accounts=tuple(sorted({stack.customer, stack.account_sid} - {""})),
    )


def batches(names: Sequence[str], size: int = BATCH) -> list[tuple[str, ...]]:
    """The names in parts of at most `size`, in order.

    Environments of one tenant stay together where they fit: they share accounts, and only within
    a part do stacks take turns for those.
    """
    parts: list[tuple[str, ...]] = []
    for _, group in groupby(names, key=lambda name: name.partition(".")[0]):
        own = tuple(group)
        if parts and len(parts[-1]) + len(own) <= size:
            parts[-1] += own
        else:
            parts += [own[at : at + size] for at in range(0, len(own), size)]
    return parts


def fairness_key(stack: FleetStack) -> str:
    """The account that a rate is kept for: Google's customer, else Twilio's account.

    Google's quota of a customer can't be raised; Twilio's errors of concurrency can be retried.
    """
    key = stack.customer or stack.account_sid or stack.tenant
    return key.encode()[:_KEY_BYTES].decode(errors="ignore")


def total(parts: list[BatchDone]) -> BatchDone:
    """Parts added up."""
    counts: dict[str, int] = {}
    for part in parts:
        for outcome, number in part.counts.items():
            counts[outcome] = counts.get(outcome, 0) + number
    refused = {name: why for part in parts for name, why in part.refused.items()}
    return BatchDone(counts=counts, refused=refused)
