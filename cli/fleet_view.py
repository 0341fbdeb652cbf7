"""What a run of a fleet came to: counts, who waits for what, failures by cause."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from cli.fleet_live import said_of

if TYPE_CHECKING:
    from fleet.ledger import Run
    from fleet.result import Result
    from fleet.run import Ending

_SHOWN = 8


class Summary(NamedTuple):
    """What a run came to. `left` are the stacks that `--resume` would do."""

    run: Run
    ending: Ending
    results: list[Result]
    left: list[str]

    @property
    def exit_code(self) -> int:
        """0 all good, 1 some failed or drifted, 2 some wait for a person, 3 not all were done."""
        outcomes = {one.outcome.value for one in self.results}
        if outcomes & {"failed", "drifted"}:
            return 1
        if self.left:
            return 3
        return 2 if "waits" in outcomes else 0

    def as_json(self) -> dict[str, Any]:
        """The whole run; the stacks' outputs only as far as the ledger keeps them."""
        from fleet.causes import by_cause  # noqa: PLC0415

        return {
            "run": self.run.id,
            "verb": self.run.verb,
            "ending": self.ending.value,
            "counts": Counter(one.outcome.value for one in self.results),
            "causes": by_cause(self.results),
            "left": self.left,
            "stacks": [one.model_dump(mode="json", exclude={"outputs"}) for one in self.results],
        }

    def as_text(self) -> str:
        """Counts, who waits for what, failures by cause, and how to go on."""
        return "\n".join(
            [self._headline(), *self._waits(), *self._drift(), *self._causes(), *self._left()]
        )

    def _headline(self) -> str:
        counts = Counter(one.outcome.value for one in self.results)
        told = ", ".join(f"{number} {name}" for name, number in counts.most_common()) or "none"
        return f"{self.run.verb} {self.run.id}: {told} ({self.ending.value})"

    def _waits(self) -> list[str]:
        waiting = [one for one in self.results if one.outcome.value == "waits"]
        counts = Counter((one.phase, said_of(one)) for one in waiting)
        most = counts.most_common(_SHOWN)
        return [f"  waits: {number} {phase}: {what}" for (phase, what), number in most]

    def _drift(self) -> list[str]:
        drifted = [one for one in self.results if one.outcome.value == "drifted"]
        return [f"  drifted: {one.stack}: {one.said}" for one in drifted]

    def _causes(self) -> list[str]:
        from fleet.causes import by_cause  # noqa: PLC0415

        return [
            f"  failed: {len(stacks)}: {cause}\n    {_some(stacks)}"
            for cause, stacks in by_cause(self.results).items()
        ]

    def _left(self) -> list[str]:
        if not self.left:
            return []
        again = f"./flexsso fleet {self.run.verb} --resume {self.run.id}"
        return [f"  not done: {_some(self.left)}", f"  to go on: {again}"]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" * (len(names) > _SHOWN)
    return ", ".join(names[:_SHOWN]) + more
