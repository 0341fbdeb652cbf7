"""A report of `verify` as text, as JSON, and as one sentence; people's values hidden by default."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from cli.hints import each_hint_once
from models.finding import ExitCode, Finding, Part, Report, Result

HIDDEN = "(hidden)"
SHOWN = 20
TITLES = {
    Part.OBSERVE: "OBSERVE   what both consoles show now",
    Part.PREDICT: "PREDICT   what Flex would say to each person",
    Part.EVIDENCE: "EVIDENCE  what real sign-ins left behind",
}
WORDS = {
    ExitCode.GOOD: "All good.",
    ExitCode.WRONG: "Something is wrong.",
    ExitCode.WAITS: "It waits for a person.",
    ExitCode.COULD_NOT_LOOK: "Not everything could be looked at.",
}
_QUOTED = re.compile(r"'[^']*'")
_EMAIL = re.compile(r"\b([\w.+-])[\w.+-]*(@[\w-]+(?:\.[\w-]+)+)")


def redacted(report: Report) -> Report:
    """The report without what is personal: `a…@acme.example`, and no values of a person."""
    return report.model_copy(update={"findings": [hidden(one) for one in report.findings]})


def hidden(finding: Finding) -> Finding:
    """A finding without what is personal in it: addresses, names, values, quoted ones too."""
    texts = {key: mask_emails(getattr(finding, key)) for key in ("note", "expected", "observed")}
    texts["person"] = mask_person(finding.person)
    if finding.personal:
        texts |= {key: HIDDEN for key in ("expected", "observed") if texts[key]}
        texts["note"] = _QUOTED.sub("'…'", texts["note"])
    return finding.model_copy(update=texts)


def mask_person(name: str) -> str:
    """An address with its first letter and domain; of what is none (a worker's name), a letter."""
    masked = mask_emails(name)
    return f"{name[0]}…" if name and masked == name else masked


def mask_emails(text: str) -> str:
    """Every e-mail address with only its first letter and its domain."""
    return _EMAIL.sub(r"\1…\2", text)


def as_json(report: Report) -> dict[str, Any]:
    """The report for a machine: findings with only the keys that say something."""
    failing = report.first_failing
    return {
        "stack": report.stack,
        "phase": report.phase,
        "exit_code": int(report.exit_code),
        "first_failing_step": sentence(failing) if failing else None,
        "findings": [one.model_dump(mode="json", exclude_defaults=True) for one in report.findings],
    }


def as_text(report: Report) -> str:
    """A section for each part, a line or two for each finding, the verdict last."""
    page = [f"{report.stack}: {report.phase} at its last `up` or refresh"]
    findings = each_hint_once(report.findings)
    for part, title in TITLES.items():
        found = [one for one in findings if one.part is part]
        if found:
            page += ["", title, *_rows(found)]
    if any(HIDDEN in line for line in page):
        page += ["", f"{HIDDEN}: --show-values shows it"]
    return "\n".join([*page, "", verdict(report)])


def _rows(findings: list[Finding]) -> list[str]:
    """All findings, but of each check only the first people: JSON has the others."""
    rows: list[str] = []
    shown: Counter[str] = Counter()
    for one in findings:
        shown[one.check] += bool(one.person)
        if shown[one.check] <= SHOWN or not one.person:
            rows += lines(one)
    left = {check: count - SHOWN for check, count in shown.items() if count > SHOWN}
    return rows + [f"  … {check} of {count} more people (--json)" for check, count in left.items()]


def verdict(report: Report) -> str:
    """One word on the whole, and the first failing step in one sentence."""
    failing = report.first_failing
    word = WORDS[report.exit_code]
    return f"{word} First: {sentence(failing)}" if failing else word


def sentence(finding: Finding) -> str:
    """What, who fixes it, and where."""
    what = finding.note
    if finding.wrong and (finding.expected or finding.observed):
        wanted = f", should be {finding.expected}" if finding.expected else ""
        what = f"it is {finding.observed or '(empty)'}{wanted}"
        what += f" ({finding.note})" if finding.note else ""
    fixer = f" → {finding.who}" if finding.who else ""
    where = f", {finding.where}" if finding.where else ""
    return f"{_name(finding)}: {what}{_hint(finding)}{fixer}{where}"


def _hint(finding: Finding) -> str:
    return f" ({finding.hint})" if finding.hint else ""


def lines(finding: Finding) -> list[str]:
    """A finding as text: one line, or with both values and who fixes it where they differ."""
    mark = _mark(finding)
    head = f"  {mark:<13}{_name(finding)}"
    if finding.wrong or (finding.warning and finding.expected):
        values = _marked(finding.expected, finding.observed)
        note = f"{head}: {finding.note}" if finding.note else head
        return [note, *(f"{'':15}{line}" for line in values), *_fixer(finding)]
    shown = finding.observed or finding.expected
    rest = "; ".join(text for text in (shown, finding.note) if text) + _hint(finding)
    return [f"{head}: {rest}" if rest else head]


def _mark(finding: Finding) -> str:
    if finding.warning:
        return "warning"
    if finding.waits:
        return "waits"
    return finding.result.value.replace("_", " ") if not finding.wrong else Result.DRIFT.value


def _marked(expected: str, observed: str) -> list[str]:
    """Both values under each other; carets under the characters that differ, if that helps."""
    if not expected and not observed:
        return []
    lines = [f"expected {expected}", f"observed {observed or '(empty)'}"]
    differing = "".join(
        "^" if one != other else " " for one, other in zip(expected, observed, strict=False)
    ).rstrip()
    close = expected and differing.count("^") <= len(expected) // 3
    return [*lines, f"{'':9}{differing}"] if close and differing else lines


def _fixer(finding: Finding) -> list[str]:
    fix = ", ".join(text for text in (str(finding.who), finding.where) if text)
    return [f"{'':15}→ {fix}"] if fix else []


def _name(finding: Finding) -> str:
    return f"{finding.check} of {finding.person}" if finding.person else finding.check
