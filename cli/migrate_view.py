"""The plans of `flexsso migrate …` as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.enhanced_migration import EnhancedMigration
    from models.migration_facts import Setting
    from models.rotation import Rotation, RotationStep

SHELL = 'Before `pulumi` itself, once in a shell: eval "$(./flexsso env)"'


def enhanced_text(plan: EnhancedMigration) -> str:
    """The plan on one screen."""
    direction = "back to legacy SSO" if plan.back else "from legacy to enhanced SSO"
    lines = [f"{plan.stack}: {direction} ({plan.way})"]
    if plan.old is not None:
        lines.append(f"  old  ACS URL {plan.old.acs_url}, Entity ID {plan.old.entity_id}")
    if plan.deadline:
        lines.append(f"  {plan.deadline}")
    if plan.too_late:
        lines.append(f"  It is too late to go back. {plan.way_back}")
    elif plan.days_to_go_back is not None:
        lines.append(f"  {plan.days_to_go_back} days left to go back")
    for number, step in enumerate(plan.steps, start=1):
        lines += ["", *_step(number, step), *(_setting(one) for one in step.settings)]
    lines += _shell(plan.steps)
    if plan.back or plan.too_late:
        return "\n".join(lines)
    return "\n".join([*lines, "", f"Way back, {plan.way_back}"])


def _setting(one: Setting) -> str:
    where = f"from the {one.read_from} shown there, what comes after {one.after}"
    value = one.value or (where if one.read_from else "take it out")
    return f"          {one.key}: {value}"


def rotation_text(plan: Rotation) -> str:
    """The plan on one screen."""
    left = f", {plan.days_left} days left" if plan.days_left is not None else ""
    lines = [f"{plan.stack}: signing certificate{left}"]
    for label, one in (("old", plan.old), ("new", plan.new)):
        if one is not None:
            lines.append(f"  {label}  {one}")
    for number, step in enumerate(plan.steps, start=1):
        lines += ["", *_step(number, step)]
    return "\n".join([*lines, *_shell(plan.steps)])


def _shell(steps: Sequence[RotationStep]) -> list[str]:
    """Where a step is a command of Pulumi's: what a shell needs to have one."""
    return ["", SHELL] if any("pulumi " in step.todo for step in steps) else []


def _step(number: int, step: RotationStep) -> list[str]:
    return [
        f"{number}. {step.mark:<6} {step.title}",
        f"          → {step.who}, {step.where}",
        f"          {step.todo}",
        f"          ({step.expect})",
    ]
