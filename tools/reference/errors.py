"""docs/reference/errors.md: the classes of expected errors, from `models/errors.py`."""

from __future__ import annotations

import inspect

from models import errors
from tools.reference.page import code, head, table

INTRO = """
An expected error is printed without a traceback: what is wrong, where (key, person or screen), and
`hint:` with what to do next. A program that imports the providers can catch these.

```text
{tree}
```

"""


def render() -> str:
    """The page: the tree, then each class."""
    tree = inspect.cleandoc((errors.__doc__ or "").split("\n\n")[1]).rstrip()
    rows = [(code(kind.__name__), " ".join((kind.__doc__ or "").split())) for kind in classes()]
    source = "`models/errors.py`"
    return head("Errors", source) + INTRO.format(tree=tree) + table(("class", "meaning"), rows)


def classes() -> list[type[errors.FlexSsoError]]:
    """All of them, in the order of the file."""
    return [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.FlexSsoError)
    ]
