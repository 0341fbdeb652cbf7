from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import yaml

import cli.main
import cli.migrate
import cli.project
import cli.verify
from cli.main import INTERRUPTED, USAGE_ERROR
from components.program import OUTPUTS
from models.endpoints import Endpoints
from models.finding import ExitCode
from models.phase import Phase
from models.stack import read_stack
from models.tenant import Tenant
from tests.checkout import ROOT
from tools.reference import errors, exit_codes, outputs, phases, tenant
from tools.reference.__main__ import FOLDER, PAGES, main


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_pages_are_fresh(name):
    assert PAGES[name]() == (FOLDER / name).read_text(encoding="utf-8")


def test_a_stale_or_missing_page_fails_the_check(tmp_path, capsys, monkeypatch):
    for elsewhere in [name for name in PAGES if name.startswith("..")]:
        monkeypatch.delitem(PAGES, elsewhere)
    assert main(["--check"], tmp_path) == 1
    assert not [*tmp_path.iterdir()]
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0

    page = tmp_path / "tenant.md"
    page.write_text(page.read_text().replace("Primary domain", "Domain"))
    assert main(["--check"], tmp_path) == 1
    assert "error: tenant.md" in capsys.readouterr().err


def test_every_key_of_a_tenant_is_explained():
    page = tenant.render()

    for _, model in tenant._parts("tenant", Tenant):
        for name, field in model.model_fields.items():
            if tenant._model(field) is None:
                assert f"| `{name}` | " in page
                assert field.description, f"{model.__name__}.{name}"
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert not [row for row in rows if row.rstrip("| ").count(" | ") < 3], "a meaning is empty"
    assert "Undefined" not in page


def test_what_stands_beside_the_tenant_is_explained_too():
    page = tenant.render()

    assert ["base", "timeout_seconds"] == [*Endpoints.model_fields]
    assert all(f"| `{name}` | " in page for name in [*Endpoints.model_fields, "labels", "fleet"])


def test_the_example_stack_is_valid_and_has_every_key():
    text = (ROOT / "stacks" / "Pulumi.example.prod.yaml").read_text(encoding="utf-8")
    config = yaml.safe_load(text)["config"]
    made = read_stack(
        "example.prod", config["flex-google-sso:tenant"], ROOT / "stacks", datetime.now(UTC)
    )

    keys = {name for _, model in tenant._parts("tenant", Tenant) for name in model.model_fields}
    written = {line.strip().lstrip("# ").partition(":")[0] for line in text.splitlines()}
    assert len(made.people) > 0
    assert keys <= written


def test_exit_codes_are_those_of_the_code():
    assert {0, 1, USAGE_ERROR, INTERRUPTED} == set(exit_codes.codes(cli.main))
    assert {*ExitCode} == set(exit_codes.codes(cli.verify))
    assert set(exit_codes.codes(cli.migrate)) <= {*ExitCode}
    with pytest.raises(ValueError, match="says nothing of its exit codes"):
        exit_codes.codes(cli.project)


def test_every_output_is_explained():
    documented = outputs.attributes("GoogleFlexSso")

    assert set(OUTPUTS) == set(documented)
    assert all(meaning for _, meaning in documented.values())


def test_every_phase_and_error_has_a_row():
    assert all(f"| `{phase.value}` | " in phases.render() for phase in Phase)
    assert all(f"| `{kind.__name__}` | " in errors.render() for kind in errors.classes())
    assert len(errors.classes()) > 10


def test_the_packages_schema_has_each_argument_and_output_with_its_meaning():
    package = json.loads(PAGES["../../components/plugin/schema.json"]())
    component = package["resources"]["flexsso:index:GoogleFlexSso"]

    assert len(OUTPUTS) == len(component["properties"])
    assert "idpMetadata" not in component["requiredInputs"]
    given = [*component["inputProperties"].values(), *component["properties"].values()]
    assert all(one["description"] for one in given)
