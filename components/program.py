"""What every program around `GoogleFlexSso` needs: output names, and errors without tracebacks."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pulumi

from models.errors import FlexSsoError
from models.whole_list import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTPUTS = (
    "status",
    "next_step",
    "sso_url",
    "idp_entity_id",
    "certificate_fingerprint",
    "certificate_not_after",
    "acs_url",
    "sp_entity_id",
    "start_url",
    "login_url",
    "connection",
    "runtime_domain",
    "schema_name",
    "role_counts",
    "strays",
    "handoff",
)


@contextmanager
def clean_errors() -> Iterator[None]:
    """An expected error inside the block ends the program with its text alone."""
    gc.freeze()  # what is imported stays: looking through it again doubles the time of roles.csv
    try:
        yield
    except FlexSsoError as error:
        raise pulumi.RunError(text_of(error)) from None
