"""docs/reference/licences.md: under which terms comes each package that requirements.txt pins."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, metadata

from packaging.requirements import Requirement

from tools.reference.page import head, table
from tools.requirements import PROJECT, closure, pinned

INTRO = """
What each package says of itself, in its own metadata. *Product* is what `pulumi up` and
`./flexsso` need; the rest runs tests, docs and the sandbox here and is passed on to nobody.
"""
BINDING = re.compile(r"\b(A?GPL|SSPL|BUSL|GNU (Affero )?General Public)")
ONLY_RUN = frozenset({"codespell"})
"""Programs that are run here on our files; nothing of them is imported or passed on."""
LONGEST = 60
COLUMNS = ("package", "licence", "needed by")


def render() -> str:
    """The page: a row for each package."""
    product = set(closure(_product()))
    rows = [
        (name, licence_of(name), "product" if name in product else "development")
        for name in pinned(PROJECT / "requirements.txt")
    ]
    return head("Licences", "`requirements.txt`") + INTRO + "\n" + table(COLUMNS, rows)


def licence_of(name: str) -> str:
    """The SPDX expression, else the classifiers, else the field, else its file's first line."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return ""
    classifiers = [
        one.rpartition(" :: ")[2]
        for one in said.get_all("Classifier") or []
        if one.startswith("License :: ") and one != "License :: OSI Approved"
    ]
    field = _said(name, "License").partition("\n")[0]
    short = field if len(field) <= LONGEST else ""
    found = _said(name, "License-Expression") or "; ".join(classifiers) or short
    return found or _of_file(name, said.get_all("License-File") or [])


def _said(name: str, key: str) -> str:
    return str((metadata(name).get_all(key) or [""])[0]).strip()


def _of_file(name: str, files: list[str]) -> str:
    texts = [distribution(name).read_text(f"licenses/{file}") or "" for file in files]
    return "".join(texts).strip().partition("\n")[0]


def allowed(licence: str) -> bool:
    """Known, and no licence that would bind the project to itself (the lesser GPL does not)."""
    choices = re.split(r"\bOR\b|;", licence)
    return bool(licence) and any(one and not BINDING.search(one) for one in choices)


def _product() -> list[Requirement]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for text in project["dependencies"]]
