"""What is told to the server about a stack."""

from __future__ import annotations

import os
from pathlib import Path

from fleet.result import Outcome, Result
from fleet.temporal.activities import Place, kept
from fleet.temporal.table import Table
from fleet.temporal.tasks import BatchDone, How, batches, fairness_key, task_of, total
from fleet.tenants import FleetStack, Selector
from fleet.verb import Verb

FILE = """config:
  flex-google-sso:tenant:
    google: {{customer: {customer}}}
    flex: {{account_sid: AC1}}
    credentials: {{twilio: {{key_env: {env}_KEY, secret_env: {env}_SECRET}}}}
"""


def test_the_rate_is_that_of_the_google_customer() -> None:
    """Several environments of a tenant share its customer; an account stands in where none is."""
    prod = FleetStack(name="acme.prod", customer="C01", account_sid="AC1")
    test = FleetStack(name="acme.test", customer="C01", account_sid="AC2")

    assert fairness_key(prod) == fairness_key(test) == "C01"
    assert "AC2" == fairness_key(FleetStack(name="acme.test", account_sid="AC2"))
    assert "acme" == fairness_key(FleetStack(name="acme.test"))
    assert 64 == len(fairness_key(FleetStack(name="a.b", customer="é" * 50)).encode())


def test_a_task_holds_no_credential() -> None:
    stack = FleetStack(name="acme.prod", customer="C01", account_sid="AC1")
    task = task_of(stack, How(verb=Verb.UP, queue="flexsso"))

    assert {"how", "stack", "tenant", "environment", "key", "accounts"} == set(task.model_dump())


def test_a_stack_s_processes_get_no_access_to_the_server() -> None:
    place = Place.of(Path(), {"TEMPORAL_API_KEY": "secret", "PATH": "/bin"})

    assert {"PATH": "/bin"} == place.environment


def test_history_holds_only_what_a_ledger_keeps() -> None:
    outputs = {"login_url": "https://x", "certificate": "MII…"}
    result = Result(stack="a.b", verb="up", outcome=Outcome.GOOD, outputs=outputs)

    assert {"login_url": "https://x"} == kept(result).outputs


def test_counts_of_batches_add_up() -> None:
    parts = [BatchDone(counts={"good": 2, "failed": 1}, refused={"a": "x"}),
             BatchDone(counts={"good": 1})]  # fmt: skip

    assert BatchDone(counts={"good": 3, "failed": 1}, refused={"a": "x"}) == total(parts)


def test_a_new_file_is_known_and_its_credentials_hidden(tmp_path: Path) -> None:
    """A worker lives for months: what a tenant added today must not reach another's process."""
    table = Table(tmp_path, every=0)
    (tmp_path / "Pulumi.acme.prod.yaml").write_text(FILE.format(customer="C01", env="ACME"))
    table.read()
    before = set(table.credentials)
    added = tmp_path / "Pulumi.globex.prod.yaml"
    added.write_text(FILE.format(customer="C02", env="GLOBEX"))
    table.read()
    after, chosen = set(table.credentials), table.chosen(Selector(tenants=("glob*",)))
    added.write_text(FILE.format(customer="C03", env="GLOBEX"))
    os.utime(added, ns=(1, 1))
    table.read()

    assert {"GLOBEX_KEY", "GLOBEX_SECRET"} == after - before
    assert ("globex.prod",) == chosen
    assert "C03" == table.stacks["globex.prod"].customer


def test_a_mistaken_file_fails_its_own_stack(tmp_path: Path) -> None:
    """All others go on, and what it names stays hidden from them."""
    table = Table(tmp_path, every=0)
    good, bad = tmp_path / "Pulumi.acme.prod.yaml", tmp_path / "Pulumi.globex.prod.yaml"
    good.write_text(FILE.format(customer="C01", env="ACME"))
    bad.write_text(FILE.format(customer="C02", env="GLOBEX"))
    table.read()
    bad.write_text(bad.read_text().replace("{", "[", 1))
    table.read()

    assert ["acme.prod"] == [name for name, one in table.stacks.items() if not one.mistake]
    assert "globex.prod" in table.stacks
    assert {"GLOBEX_KEY", "GLOBEX_SECRET"} <= table.credentials


def test_a_file_that_cant_be_opened_any_more_fails_its_own_stack(tmp_path: Path) -> None:
    table = Table(tmp_path, every=0)
    file = tmp_path / "Pulumi.globex.prod.yaml"
    file.write_text(FILE.format(customer="C02", env="GLOBEX"))
    table.read()
    file.unlink()
    file.mkdir()
    table.read()

    assert "Can't read" in table.stacks["globex.prod"].mistake
    assert {"GLOBEX_KEY", "GLOBEX_SECRET"} <= table.credentials


def test_only_files_that_changed_are_read_again(tmp_path: Path) -> None:
    table = Table(tmp_path, every=0)
    for name in ("acme", "globex"):
        (tmp_path / f"Pulumi.{name}.prod.yaml").write_text(FILE.format(customer="C1", env="X"))
    table.read()
    before = dict(table.stacks)
    (tmp_path / "Pulumi.globex.prod.yaml").write_text(FILE.format(customer="C22", env="X"))
    table.read()

    assert before["acme.prod"] is table.stacks["acme.prod"]
    assert "C22" == table.stacks["globex.prod"].customer


def test_environments_of_a_tenant_are_in_one_batch() -> None:
    names = ("a.prod", "a.test", "b.prod", "b.test", "c.prod", "c.qa", "c.sbx", "c.test")

    assert [names[:2], names[2:4], names[4:7], names[7:]] == batches(names, 3)
    assert [names] == batches(names)
    assert [] == batches(())
