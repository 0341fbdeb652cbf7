"""What `explain` found, as text and as JSON: rows expected | received | who fixes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.verify_view import hidden, lines, mask_emails, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.failures_catalogue import Failure
    from models.finding import Finding
    from models.saml_input import SamlInput
    from models.saml_response import Explanation

    Explained = Sequence[tuple[SamlInput, Explanation]]


def as_text(explanations: Explained, failures: Sequence[Failure], *, show_values: bool) -> str:
    """A block for each response, then the errors that are named in the input."""
    blocks = [_block(given, one, show_values=show_values) for given, one in explanations]
    blocks += [failures_text(failures)] if failures else []
    return "\n\n".join(blocks)


def _block(given: SamlInput, explanation: Explanation, *, show_values: bool) -> str:
    at = explanation.issued_at
    made = f", made at {at:%Y-%m-%d %H:%M:%S} UTC" if at else ""
    head = [f"SAML response ({given.source}{made})"]
    if not explanation.trusted:
        head.append("  No certificate of yours signed it: the values below prove nothing.")
    rows = _rows(explanation, show_values=show_values)
    failing = next((row for row in rows if row.wrong), None)
    end = f"Flex would refuse it. First: {sentence(failing)}" if failing else GOOD
    return "\n".join([*head, *(line for row in rows for line in lines(row)), "", end])


GOOD = "Nothing is wrong with it: Flex would let the person in."


def _rows(explanation: Explanation, *, show_values: bool) -> list[Finding]:
    found = explanation.findings
    return found if show_values else [hidden(row) for row in found]


def as_json(
    explanations: Explained, failures: Sequence[Failure], *, show_values: bool
) -> dict[str, Any]:
    """The same for a machine."""
    return {
        "responses": [_document(given, one, show_values) for given, one in explanations],
        **failures_json(failures),
    }


def _document(given: SamlInput, explanation: Explanation, show_values: bool) -> dict[str, Any]:
    rows = _rows(explanation, show_values=show_values)
    failing = next((row for row in rows if row.wrong), None)
    name_id = explanation.name_id if show_values else mask_emails(explanation.name_id)
    return {
        "source": given.source,
        "issued_at": explanation.issued_at.isoformat() if explanation.issued_at else None,
        "trusted": explanation.trusted,
        "name_id": name_id,
        "claims": explanation.claims if show_values else sorted(explanation.claims),
        "first_failing_step": sentence(failing) if failing else None,
        "findings": [
            row.model_dump(mode="json", exclude_defaults=True, exclude={"part"}) for row in rows
        ],
    }


def failures_text(failures: Sequence[Failure]) -> str:
    """Meaning, what to do, by whom and where, for each error."""
    return "\n\n".join(_failure(one) for one in failures)


def _failure(failure: Failure) -> str:
    rows = [
        ", ".join(failure.codes),
        f"  {failure.means}",
        f"  To do: {failure.fix}",
        f"  → {failure.who}, {failure.where}",
    ]
    if failure.inferred:
        rows.append(f"  (Not documented, but likely: {failure.inferred}.)")
    return "\n".join(rows)


def failures_json(failures: Sequence[Failure]) -> dict[str, Any]:
    """The same for a machine."""
    return {"errors": [one.model_dump(mode="json", exclude_defaults=True) for one in failures]}
