"""Production on the real engine: nothing of it is destroyed by a slip."""

from __future__ import annotations

import yaml

PEOPLE = {"groups": {}, "file": None, "people": {"ada@acme.example": {"roles": ["agent"]}}}


def test_a_production_stack_is_destroyed_only_on_purpose(project):
    stack = project.stack("guarded.prod", roles=PEOPLE)
    stack.up()

    said = stack.pulumi("destroy", "--yes", "--skip-preview", exit_code=None)

    assert "protected" in said
    assert {True} == {
        one.get("protect", False)
        for one in stack.state()["deployment"]["resources"]
        if one["type"].startswith("pulumi-python:dynamic/")
    }
    path = project.root / "stacks" / "Pulumi.guarded.prod.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["config"]["flex-google-sso:tenant"]["production"] = False
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    stack.up()
    stack.pulumi("destroy", "--yes", "--skip-preview")
