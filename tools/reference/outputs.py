"""docs/reference/outputs.md: a stack's outputs, from the attributes of `GoogleFlexSso`."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise

from components import google_flex_sso
from components.program import OUTPUTS
from tools.reference.page import code, head, table

INTRO = """
What `pulumi stack output` shows. Other code may rely on these names.

"""


def render() -> str:
    """The page: one row an output, in the order in which the program exports them."""
    documented = attributes("GoogleFlexSso")
    rows = [(code(name), code(documented[name][0]), documented[name][1]) for name in OUTPUTS]
    columns = ("output", "type", "meaning")
    source = "`components/google_flex_sso.py`"
    return head("Outputs of a stack", source) + INTRO + table(columns, rows)


def attributes(name: str) -> dict[str, tuple[str, str]]:
    """Attribute → (type inside pulumi.Output, docstring under it) of a class of the component."""
    tree = ast.parse(inspect.getsource(google_flex_sso))
    (body,) = (one.body for one in tree.body if isinstance(one, ast.ClassDef) and one.name == name)
    found = {}
    for one, following in pairwise(body):
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            text = following.value if isinstance(following, ast.Expr) else None
            doc = text.value if isinstance(text, ast.Constant) else ""
            kind = ast.unparse(one.annotation).removeprefix("pulumi.Output[").removesuffix("]")
            found[one.target.id] = (kind, str(doc))
    return found
