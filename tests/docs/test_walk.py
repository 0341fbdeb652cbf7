from __future__ import annotations

import pytest

from tests.docs.walk import Command, Deed, matches, steps

PAGE = """
Text.

```console
$ ./flexsso new a.b \\
    --sandbox
one
$ ./flexsso up a.b
```

<!-- person: signs in as ada@acme.example -->

```sh
not run
```
"""


def test_commands_and_deeds_are_found_in_order():
    assert [*steps(PAGE)] == [
        Command("./flexsso new a.b \\\n    --sandbox", ["one"]),
        Command("./flexsso up a.b", []),
        Deed("signs in as ada@acme.example"),
    ]


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        (["a"], "a\n", True),
        (["a"], "b\n", False),
        (["a"], "a\nb\n", False),
        ([], "a\n", False),
        (["…", "b"], "a\na\nb\n", True),
        (["…", "b"], "b\n", True),
        (["…", "c"], "a\nb\n", False),
        (["b …"], "b and more\n", True),
        (["b …"], "c and more\n", False),
        (["a.c"], "abc\n", False),
    ],
)
def test_what_is_printed_is_compared_line_by_line(expected, printed, same):
    assert matches(expected, printed) is same
