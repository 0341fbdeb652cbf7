"""Cases as data: `cases/<resource>/<situation>.json`, run against the pretend world.

A case is {"says", "seed", "news", "steps"}. `seed` is laid over the default one. Each step does one
thing: of a provider (`create`, `update`, `read`, `delete`, `diff`), or of somebody behind our back
(`vendor`), perhaps under `faults`. It may expect `outs` and `inputs` (some of them), `changes`,
`replaces`, `error` (a part of its text), `calls` (each request that changed something), and what
the vendors hold afterwards: `users` (custom values by person), `configuration` (some keys).
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from models.errors import FlexSsoError
from providers.google.custom_schema import CustomSchemaProvider
from providers.google.role_assignments import RoleAssignmentsProvider
from providers.twilio.flex_configuration import FlexConfigurationProvider
from sandbox import seed
from tests.providers.vendor import Vendor

CASES = Path(__file__).parent / "cases"
PROVIDERS = {
    "google.custom_schema": CustomSchemaProvider,
    "google.role_assignments": RoleAssignmentsProvider,
    "twilio.flex_configuration": FlexConfigurationProvider,
}
FILES = sorted(CASES.glob("*/*.json"))


def laid_over(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """`change` laid over `base`, deep, lists and scalars replaced."""
    merged = copy.deepcopy(base)
    for key, value in change.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = laid_over(merged[key], value) if both else value
    return merged


def planted(case: dict[str, Any]) -> dict[str, Any]:
    """The default seed with the case's changes in its first workspace and first account."""
    spec = copy.deepcopy(seed.DEFAULT)
    for vendor in ("google", "twilio"):
        spec[vendor][0] = laid_over(spec[vendor][0], case.get("seed", {}).get(vendor, {}))
    return spec


class Life:
    """One resource through the steps of a case: what the engine would remember of it."""

    def __init__(self, provider: Any) -> None:
        self.provider = provider
        self.id = ""
        self.outs: dict[str, Any] = {}

    def create(self, news: dict[str, Any]) -> dict[str, Any]:
        made = self.provider.create(self._checked(news))
        self.id, self.outs = made.id, made.outs
        return {"outs": self.outs}

    def update(self, news: dict[str, Any]) -> dict[str, Any]:
        checked = self._checked(news)
        diff = self.provider.diff(self.id, self.outs, checked)
        self.outs = self.provider.update(self.id, self.outs, checked).outs
        return {"outs": self.outs, "changes": diff.changes, "replaces": diff.replaces}

    def diff(self, news: dict[str, Any]) -> dict[str, Any]:
        diff = self.provider.diff(self.id, self.outs, self._checked(news))
        return {"changes": diff.changes, "replaces": diff.replaces}

    def read(self, _news: dict[str, Any]) -> dict[str, Any]:
        seen = self.provider.read(self.id, self.outs)
        self.outs = seen.outs
        return {"outs": seen.outs, "inputs": seen.inputs, "id": seen.id}

    def delete(self, _news: dict[str, Any]) -> dict[str, Any]:
        self.provider.delete(self.id, self.outs)
        return {}

    def _checked(self, news: dict[str, Any]) -> dict[str, Any]:
        checked = self.provider.check({}, copy.deepcopy(news))
        assert [] == [failure.reason for failure in checked.failures]
        return dict(checked.inputs)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_case(file, pretend_world, configured):
    case = json.loads(file.read_text(encoding="utf-8"))
    seed.plant(pretend_world, planted(case))
    vendor = Vendor(pretend_world.base, pretend_world.state_dir)
    life = Life(configured(PROVIDERS[file.parent.name]))
    for step in case["steps"]:
        pretend_world.faults[:] = copy.deepcopy(step.get("faults", []))
        if step["do"] == "vendor":
            behind_our_back(vendor, step)
            continue
        before = len(pretend_world.store.page("request"))
        news = laid_over(case.get("news", {}), step.get("news", {}))
        result = run(life, step["do"], news)
        result["calls"] = calls(pretend_world, before)
        judge(step.get("expect", {}), result, vendor)


def behind_our_back(vendor: Vendor, step: dict[str, Any]) -> None:
    """What somebody does in a console between two runs of ours."""
    google = step.get("google", {})
    if "schema" in google:
        vendor.rename_schema(google["schema"], google["displayName"])
    if "user" in google:
        vendor.set_values(google["user"], google["values"])
    if "twilio" in step:
        vendor.flex_configuration(step["twilio"]["configuration"])


def run(life: Life, verb: str, news: dict[str, Any]) -> dict[str, Any]:
    try:
        return dict(getattr(life, verb)(news))
    except FlexSsoError as error:
        return {"error": str(error)}


def calls(world: Any, start: int) -> list[str]:
    """What was asked of the vendors, except for reads and tokens."""
    return [
        f"{request['method']} {request['url'].split('/', 3)[3].split('?')[0]}"
        for request in world.store.page("request")[start:]
        if request["method"] != "GET" and "/token" not in request["url"]
    ]


def judge(expect: dict[str, Any], result: dict[str, Any], vendor: Vendor) -> None:
    assert expect.get("error", "") in result.get("error", ""), result
    assert ("error" in expect) is ("error" in result), result
    for key in ("changes", "replaces", "calls", "id"):
        if key in expect:
            assert expect[key] == result[key], (key, result)
    for part in ("outs", "inputs"):
        for key, value in expect.get(part, {}).items():
            assert value == shown(result[part].get(key), value), (part, key, result[part])
    for email, values in expect.get("users", {}).items():
        assert values == vendor.custom_values(email), email
    if "configuration" in expect:
        live = vendor.flex_configuration()
        assert expect["configuration"] == {key: live.get(key) for key in expect["configuration"]}


def shown(actual: Any, expected: Any) -> Any:
    """JSON texts are compared by content."""
    is_json = isinstance(actual, str) and isinstance(expected, (dict, list))
    return json.loads(actual) if is_json else actual
