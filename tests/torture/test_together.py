"""At the same time: two runs of one stack, two stacks of one Workspace or of one Flex account."""

from __future__ import annotations

import subprocess

import pytest

from cli.repair import repaired
from models.errors import FlexSsoError
from tests.providers.vendor import Vendor
from tools.torture import processes
from tools.torture.processes import Victim

pytestmark = pytest.mark.xdist_group("together")

TRIES = 5
RUN = ("--yes", "--skip-preview", "--non-interactive")


@pytest.fixture(autouse=True)
def _notes_of_their_own(project, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(project.root / ".notes"))
    monkeypatch.setenv("TMPDIR", str(project.root))


def begin(stack, verb="up"):
    return subprocess.Popen(
        ["pulumi", verb, *RUN, "-s", stack.name],
        cwd=stack.project.root,
        env=stack.engine.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def at_once(stack):
    """Exit codes of two runs; one that was refused names the lock."""
    runs = [begin(stack), begin(stack)]
    said = [run.communicate()[0] for run in runs]
    for run, text in zip(runs, said, strict=True):
        assert run.returncode == 0 or "currently locked by" in text, text
        assert "Traceback" not in text
    return {run.returncode for run in runs}


def test_two_runs_of_one_stack_one_is_refused_clearly(project):
    """Pulumi's lock may refuse both, where each sees the other's; not time and again."""
    stack = project.stack("twice.dev")
    project.control("options", {"latency": 0.1})

    assert any(0 in at_once(stack) for _ in range(TRIES))

    project.control("options", {"latency": 0.0})
    assert stack.up()["status"] == "awaiting_connection"
    stack.pulumi("destroy", "--yes", "--skip-preview")


def test_a_run_under_way_is_not_robbed_and_a_dead_one_is_repaired(project):
    stack = project.stack("killed.dev")
    project.control("options", {"latency": 0.1})
    run = begin(stack)
    while not list((project.root / ".state").rglob("locks/**/killed.dev/*.json")):
        assert run.poll() is None

    with pytest.raises(FlexSsoError, match=r"killed\.dev is in use by"):
        repaired(project.root, stack.engine.environment, stack.name)

    children = processes.offspring(run.pid)
    assert processes.kill(Victim.ENGINE, run.pid)
    for child in children:  # they hold the pipe open, and never end by themselves
        processes.end(child)
    run.communicate()
    project.control("options", {"latency": 0.0})
    notes = repaired(project.root, stack.engine.environment, stack.name)

    assert "was broken" in notes[0]
    assert stack.up()["status"] == "awaiting_connection"
    assert "pending_operations" not in stack.state()["deployment"]
    stack.pulumi("destroy", "--yes", "--skip-preview")


def test_two_stacks_of_one_workspace_lose_nothing_of_each_other(project):
    vendor = Vendor(project.base, project.state_dir)
    first = project.stack("one.dev", roles={"groups": {}, "file": None, "people": people("ada")})
    second = project.stack(
        "two.dev",
        like="sandbox.legacy",
        roles={"groups": {}, "file": None, "people": people("grace", "linus")},
    )

    runs = [begin(first), begin(second)]
    said = [run.communicate()[0] for run in runs]

    assert [0, 0] == [run.returncode for run in runs], "\n".join(said)
    for name in ("ada", "grace", "linus"):
        values = vendor.custom_values(f"{name}@acme.example")
        assert ["agent"] == values["Flex_Details"]["Roles"], name
    assert 1 == vendor.schema_names().count("Flex_Details")

    first.pulumi("destroy", "--yes", "--skip-preview")
    assert "Flex_Details" not in vendor.custom_values("ada@acme.example")
    assert ["agent"] == vendor.custom_values("linus@acme.example")["Flex_Details"]["Roles"]
    second.pulumi("destroy", "--yes", "--skip-preview")


def test_two_stacks_share_the_quota_of_one_account(project):
    """Google counts by account: both wait for room, and neither gives up."""
    first = project.stack(
        "thrifty.dev", roles={"groups": {}, "file": None, "people": people("ada")}
    )
    second = project.stack(
        "frugal.dev", like="sandbox.legacy", roles={"groups": {}, "people": people("grace")}
    )
    project.control("options", {"directory_quota_per_minute": 8})

    runs = [begin(first), begin(second)]
    said = [run.communicate()[0] for run in runs]

    project.control("options", {"directory_quota_per_minute": 2400})
    assert 403 in {one["status"] for one in project.requests()}, "the quota was not felt"
    assert [0, 0] == [run.returncode for run in runs], "\n".join(said)
    vendor = Vendor(project.base, project.state_dir)
    for name in ("ada", "grace"):
        assert ["agent"] == vendor.custom_values(f"{name}@acme.example")["Flex_Details"]["Roles"]
    for stack in (first, second):
        stack.pulumi("destroy", "--yes", "--skip-preview")


def test_two_stacks_and_somebody_else_write_one_flex_account(project):
    """Flex's document has no lock and no ETag: still each one's keys are as that one left them."""
    vendor = Vendor(project.base, project.state_dir)
    vendor.flex_configuration({"public_attributes": {"theme": "dark"}, "attributes": {"n": 0}})
    before = undated(vendor.flex_configuration())
    popup = {"flex": {"login_popup": True}, "saml_app": {"name": "Other"}}
    stacks = [project.stack("left.dev", **popup), project.stack("right.dev", **popup)]

    runs = [begin(stack) for stack in stacks]
    written = 0
    while any(run.poll() is None for run in runs):
        written += 1
        vendor.flex_configuration({"attributes": {"n": written}})
    said = [run.communicate()[0] for run in runs]

    for run, text in zip(runs, said, strict=True):
        assert run.returncode == 0 or "somebody else writes it too" in text, text
    for stack in stacks:
        stack.up()
    after = undated(vendor.flex_configuration())
    assert {"theme": "dark", "loginPopup": True} == after["public_attributes"]
    assert {**before, "attributes": {"n": written}, "public_attributes": ...} == {
        **after,
        "public_attributes": ...,
    }

    stacks[0].pulumi("destroy", "--yes", "--skip-preview")
    stacks[1].pulumi("up", "--refresh", "--yes", "--skip-preview")
    assert vendor.flex_configuration()["public_attributes"]["loginPopup"], "the other's own wish"
    stacks[1].pulumi("destroy", "--yes", "--skip-preview")
    assert {"theme": "dark"} == vendor.flex_configuration()["public_attributes"]


def undated(document):
    return {key: value for key, value in document.items() if key != "date_updated"}


def people(*names):
    return {f"{name}@acme.example": {"roles": ["agent"]} for name in names}
