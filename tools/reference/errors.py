"""docs/reference/errors.md: our classes of expected errors, and the vendors' own sign-in errors."""

from __future__ import annotations

import inspect

from models import errors, private_file, saml_document, saml_input
from models.failures_catalogue import CATALOGUE, Failure
from tools.reference.page import code, head, table

INTRO = """
An expected error is printed without a traceback: what is wrong, where (key, person or screen), and
`hint:` with what to do next. A program that imports the providers can catch these.

```text
{tree}
```

"""

SIGN_IN = """
## When a sign-in fails

What Google's and Flex's pages and logs show, as `./flexsso explain CODE` tells it.
"""

MODULES = (errors, private_file, saml_input, saml_document)
COLUMNS = ("class", "meaning", "usual cause", "what to do")


def render() -> str:
    """The page: the tree, then each class."""
    tree = inspect.cleandoc((errors.__doc__ or "").split("\n\n")[1]).rstrip()
    source = "`models/errors.py` and `models/failures_catalogue.py`"
    ours = INTRO.format(tree=tree) + table(COLUMNS, map(_row, classes()))
    return head("Errors", source) + ours + SIGN_IN + "".join(map(_failure, CATALOGUE))


def _row(kind: type[errors.FlexSsoError]) -> tuple[str, ...]:
    return code(kind.__name__), " ".join((kind.__doc__ or "").split()), kind.cause, kind.fix


def _failure(failure: Failure) -> str:
    """One of the vendors' errors: a heading of its codes, cause, fix."""
    note = f" (Not documented, but likely: {failure.inferred}.)" if failure.inferred else ""
    return (
        f"\n### {', '.join(code(one) for one in failure.codes)}\n\n"
        f"{failure.means}{note}\n\n"
        f"To do: {failure.fix}. {failure.who}, {failure.where}.\n"
    )


def classes() -> list[type[errors.FlexSsoError]]:
    """All of them, in the order of their files."""
    found = [
        kind
        for module in MODULES
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, errors.FlexSsoError)
    ]
    return list(dict.fromkeys(found))
