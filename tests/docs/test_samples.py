"""Samples on pages are what they say: YAML is of a tenant, Python runs, JSON has its shape."""

from __future__ import annotations

import ast
import json
import re
import time
from copy import deepcopy
from textwrap import dedent
from typing import Any, get_type_hints

import pytest
import yaml

from components.google_flex_sso import GoogleFlexSsoArgs
from models.attributes import attribute_fields
from models.roles_csv import parse_roles_csv
from models.tenant import Tenant
from models.webhook import Answer, signature
from tests.checkout import ROOT
from tests.docs.reader import lay_over
from tests.models.test_stack import SOUND

FLEET = "fleet-"  # files of a service and a cluster: tests/fleet
PAGES = [
    ROOT / "README.md",
    *(one for one in sorted((ROOT / "docs").rglob("*.md")) if not one.name.startswith(FLEET)),
]
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.M | re.S)
RUN_ELSEWHERE = {"console", "sh", "js", "sql"}  # test_commands.py; tests/e2e
NOT_CHECKED = {"text"}  # pictures of what is printed; the README's is compared by test_readme.py
A_JQ = "JQ" + "0" * 32


def samples(*languages: str) -> list[tuple[str, str]]:
    """Page, text of each block in one of the languages."""
    return [
        (str(page.relative_to(ROOT)), dedent(text))
        for page in PAGES
        for language, text in BLOCK.findall(page.read_text(encoding="utf-8"))
        if language in languages
    ]


@pytest.mark.parametrize(("page", "text"), samples("yaml"))
def test_yaml_is_of_a_tenant_of_a_stack_of_the_example_or_a_workflow(page: str, text: str):
    sample = yaml.safe_load(text.replace("JQ…", A_JQ))

    if "jobs" in sample:
        assert_workflow(sample)
    elif "config" in sample:
        known = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]
        assert {key.removeprefix("flex-google-sso:") for key in sample["config"]} <= set(known)
    elif "resources" in sample:
        assert_in_the_example(sample)
    else:
        part = sample if set(sample) <= set(Tenant.model_fields) else None
        assert part, f"{page}: nobody knows what this is of"
        tenant: dict[str, Any] = deepcopy(SOUND)
        lay_over(tenant, part)
        Tenant.model_validate(tenant)


def assert_workflow(sample: dict[str, Any]) -> None:
    steps = sample["jobs"]["stack"]["steps"]
    uses = " ".join(step.get("uses", "") for step in steps)
    runs = [step["run"] for step in steps if "run" in step]

    assert sample["permissions"]["id-token"] == "write"
    assert "google-github-actions/auth" in uses
    assert "aws-actions/configure-aws-credentials" in uses
    assert sample["jobs"]["stack"]["env"]["PULUMI_BACKEND_URL"].startswith("s3://")
    walked = (ROOT / "docs/how-to/ci.md").read_text(encoding="utf-8")
    assert runs[0] == "make install"
    assert [run for run in runs[1:] if f"$ {run}\n" not in walked] == []


def assert_in_the_example(sample: dict[str, Any]) -> None:
    example = yaml.safe_load((ROOT / "examples/yaml/Pulumi.yaml").read_text(encoding="utf-8"))
    shown, real = (one["resources"]["sso"] for one in (sample, example))

    assert example["plugins"] == sample["plugins"]
    assert shown["type"] == real["type"]
    assert set(shown["properties"]) <= set(real["properties"])


def test_the_verifier_of_the_webhook_page_takes_our_signature_and_no_other():
    (program,) = (text for page, text in samples("python") if page.endswith("webhook-writer.md"))
    names: dict[str, Any] = {}
    exec(compile(program, "webhook-writer.md", "exec"), names)  # noqa: S102  our own page
    is_signed, now = names["is_signed"], int(time.time())
    body, secret = b'{"stack": "acme.prod"}', b"a secret"

    assert is_signed(signature(secret, now, body), body, secret)
    assert not is_signed(signature(secret, now, body), body + b" ", secret)
    assert not is_signed(signature(b"another", now, body), body, secret)
    assert not is_signed(signature(secret, now - 301, body), body, secret)
    assert not is_signed(signature(secret, now + 301, body), body, secret)


def test_python_that_is_cut_short_names_what_there_is():
    (program,) = (text for page, text in samples("python") if page.endswith("component.md"))
    given = [node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Dict)]
    keys = {key.value for key in given[0].keys if isinstance(key, ast.Constant)}

    exec(compile(program.partition("\n\n")[0], "use-the-component.md", "exec"), {})  # noqa: S102
    assert keys == {"stack", "tenant", "people", "metadata_path"}
    assert keys <= set(get_type_hints(GoogleFlexSsoArgs))


def test_the_answer_of_the_webhook_page_is_one():
    (answer,) = samples("json")

    assert Answer.model_validate(json.loads(answer[1])).status == "done"


@pytest.mark.parametrize(("page", "text"), samples("csv"))
def test_csv_is_a_roles_csv_with_the_fields_of_the_page(page: str, text: str):
    fields: dict[str, Any] = {}
    for where, sample in samples("yaml"):
        if where == page:
            lay_over(fields, yaml.safe_load(sample))
    tenant: dict[str, Any] = deepcopy(SOUND)
    lay_over(tenant, fields)
    known = attribute_fields(Tenant.model_validate(tenant).google.custom_schema.fields)

    people, problems = parse_roles_csv(text, known)

    assert problems == []
    assert people["grace@acme.example"].roles == ["agent", "supervisor"]
    if "Skills" in text:
        skills = people["grace@acme.example"].attributes["skills"]
        assert skills == ["billing", "customer care"]


def test_no_block_is_in_a_language_that_nobody_looks_at():
    languages = {
        language
        for page in PAGES
        for language, _ in BLOCK.findall(page.read_text(encoding="utf-8"))
    }

    assert languages - RUN_ELSEWHERE - NOT_CHECKED == {"yaml", "python", "json", "csv"}
