"""Whatever JSON stands in the configuration: a stack, or every mistake by its key."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import TenantConfigError
from models.stack import Stack, read_stack

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
KEYS = st.sampled_from(
    ["name", "google", "flex", "roles", "people", "groups", "file", "customer", "credentials"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS | st.text(max_size=12), inner, max_size=6)
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=2000, suppress_health_check=list(HealthCheck))
@given(config=ANYTHING)
def test_any_json_is_a_stack_or_a_list_of_mistakes(tmp_path_factory, config):
    problems = mistakes(config, tmp_path_factory.getbasetemp())

    assert all(key and what for key, what, _hint in problems)


def mistakes(config, folder):
    """What is wrong with it, at least one thing; nothing if it is a stack."""
    try:
        return [] if isinstance(read_stack("acme.prod", config, folder, NOW), Stack) else [()]
    except TenantConfigError as error:
        return error.problems or [("", "", "")]


@pytest.mark.parametrize("name", ["", ".", "..", "a", "a.b.c", "../x.y", "A.b", "a.b\n", "ä.b"])
def test_no_other_name_leads_to_a_folder(name, tmp_path):
    with pytest.raises(TenantConfigError, match="is not such a name"):
        read_stack(name, {}, tmp_path, NOW)
