"""A fleet as Prometheus metrics, in the text exposition format 0.0.4.

For node_exporter's textfile collector, or anything that serves a file. Names of stacks are the only
label with many values; people and errors' details are not in it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fleet.ledger import Known
    from fleet.report import Overview, Row

PREFIX = "flexsso_"


class Metric(NamedTuple):
    """A gauge: samples are labels and a value."""

    name: str
    help: str
    samples: Iterable[tuple[Mapping[str, str], float]]


def exposition(seen: Overview, known: Mapping[str, Known]) -> str:
    """The whole file; metrics without a sample are left out."""
    blocks = (_block(metric) for metric in metrics(seen, known))
    return "".join(block for block in blocks if block)


def metrics(seen: Overview, known: Mapping[str, Known]) -> list[Metric]:
    """What is told of a fleet, and of each of its stacks."""
    costs = [(row.stack, known[row.stack].result) for row in seen.rows if row.stack in known]
    return [
        Metric("fleet_stacks", "Stacks by phase.", _counted("phase", seen.phases)),
        Metric(
            "fleet_outcomes",
            "Stacks by what their last run came to.",
            _counted("outcome", seen.outcomes),
        ),
        Metric("fleet_waits", "Stacks by who has to act.", _counted("for", seen.waits)),
        Metric(
            "fleet_failures",
            "Stacks whose last run failed, by cause.",
            _counted("cause", {cause: len(stacks) for cause, stacks in seen.causes.items()}),
        ),
        Metric(
            "stack_phase",
            "1 for the phase that the stack is in.",
            [({**_of(row), "phase": row.phase}, 1.0) for row in seen.rows],
        ),
        Metric(
            "stack_drifted",
            "1 if the consoles differ from the stack.",
            [(_of(row), float(row.is_drifted)) for row in seen.rows if row.outcome],
        ),
        _times("stack_certificate_not_after_seconds", "When the certificate ends.",
               seen.rows, "certificate_ends"),
        _times("stack_last_login_seconds", "The newest sign-in that both vendors confirm.",
               seen.rows, "last_login"),
        _times("stack_last_run_seconds", "When a run last heard of it.", seen.rows, "heard"),
        Metric(
            "stack_run_cpu_seconds",
            "Processor time of its last run.",
            [({"stack": stack}, result.cpu_seconds) for stack, result in costs],
        ),
        Metric(
            "stack_run_duration_seconds",
            "Seconds on the wall of its last run.",
            [({"stack": stack}, result.seconds) for stack, result in costs],
        ),
        Metric("report_seconds", "When this was written.", [({}, seen.made_at.timestamp())]),
    ]  # fmt: skip


def _times(name: str, text: str, rows: Iterable[Row], field: str) -> Metric:
    """Unix time of each row that has one."""
    told = ((row, getattr(row, field)) for row in rows)
    samples = [(_of(row), datetime.fromisoformat(time).timestamp()) for row, time in told if time]
    return Metric(name, f"{text} Unix time.", samples)


def _counted(label: str, counts: Mapping[str, int]) -> list[tuple[dict[str, str], float]]:
    return [({label: value}, float(number)) for value, number in counts.items()]


def _of(row: Row) -> dict[str, str]:
    tenant, _, environment = row.stack.partition(".")
    return {"stack": row.stack, "tenant": tenant, "environment": environment}


def _block(metric: Metric) -> str:
    name = PREFIX + metric.name
    lines = list(_lines(name, metric.samples))
    head = [f"# HELP {name} {metric.help}", f"# TYPE {name} gauge"]
    return "\n".join([*head, *lines, ""]) if lines else ""


def _lines(name: str, samples: Iterable[tuple[Mapping[str, str], float]]) -> Iterator[str]:
    for labels, value in samples:
        told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{{{told}}} {value!r}" if told else f"{name} {value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
