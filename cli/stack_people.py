"""Who a new stack is for, as `./flexsso new` is told: `WHO=ROLE[,ROLE]`, by option or typed.

WHO is a person, who goes to roles.csv, or a Google group, which goes to the stack's file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pydantic import TypeAdapter, ValidationError

from models.errors import FlexSsoError
from models.flex import lint_roles
from models.roles_csv import write_rows
from models.types import EmailAddress

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.stack_draft import Asked

CSV_HEAD = "email,roles,full_name\n"
EXAMPLE = "ada@acme.example=agent,supervisor"


class AssignmentQuestion(NamedTuple):
    """One more person or group; asked until there is no answer."""

    label: str
    explained: str
    optional: bool = True

    def problem(self, answer: str) -> str:
        """What is wrong with the address or the roles, "" if nothing."""
        if not answer.strip():
            return ""
        try:
            (who, roles), *_ = pairs([answer]).items()
            TypeAdapter(EmailAddress).validate_python(who)
        except FlexSsoError as error:
            return f"{error.what} For example: {EXAMPLE}"
        except ValidationError as error:
            return str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        return "; ".join(f"{what} ({hint})" for what, hint in lint_roles(roles))


GROUP = AssignmentQuestion(
    "Group=roles",
    "A Google group whose members get roles, such as flex-agents@acme.example=agent; no person:"
    " single people are the next question (Enter: no more groups)",
)
PERSON = AssignmentQuestion("Person=roles", f"A person, such as {EXAMPLE} (Enter: no more people)")


def ask_who(ask: Callable[[Asked], str]) -> tuple[list[str], list[str]]:
    """Groups and people, each as WHO=ROLE[,ROLE], as many as somebody names."""
    return [*_until_none(GROUP, ask)], [*_until_none(PERSON, ask)]


def _until_none(question: AssignmentQuestion, ask: Callable[[Asked], str]) -> list[str]:
    given = []
    while answer := ask(question):
        given.append(answer)
        question = question._replace(explained="")
    return given


def pairs(given: list[str]) -> dict[str, list[str]]:
    """Who → roles. Raises FlexSsoError for what has another shape."""
    found = {}
    for one in given:
        who, sign, roles = one.partition("=")
        if not (who.strip() and sign and roles.strip()):
            raise FlexSsoError(f"Expected WHO=ROLE[,ROLE], got '{one}'.", hint=f"as in {EXAMPLE}")
        found[who.strip()] = [role.strip() for role in roles.split(",")]
    return found


def roles_csv(listed: str, persons: list[str]) -> str:
    """The text of roles.csv: what is `listed`, then people given as EMAIL=ROLE[,ROLE]."""
    columns = (listed or CSV_HEAD).splitlines()[0].count(",") + 1
    rows = [
        [email, " ".join(roles), *[""] * (columns - 2)] for email, roles in pairs(persons).items()
    ]
    return (listed.rstrip("\n") + "\n" if listed else CSV_HEAD) + write_rows(rows)
