"""A tenant set up by hand becomes a stack, and the first `up` changes nothing anywhere."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.checkout import Checkout, checkout
from tests.e2e.by_hand import APP, CATEGORY, NAME, ROLES, VALUES, ByHand

pytestmark = pytest.mark.xdist_group("new_adopt")
ACCOUNTS = {"enhanced": "AC" + "5a" * 16, "legacy": "AC" + "1e" * 16}
DOMAINS = {"enhanced": "acme-falcon-1234", "legacy": "acme-heron-4321"}
HARMLESS = ("/oauth2.googleapis.com/token", "/authenticate")


def tenant(generation: str) -> dict[str, Any]:
    source = f"{CATEGORY} > "
    return {
        "name": "Acme",
        "google": {"customer": "C01sandbx", "domain": "acme.example"},
        "flex": {
            "account_sid": ACCOUNTS[generation],
            "runtime_domain": DOMAINS[generation],
            "generation": generation,
        },
        "saml_app": {
            "name": APP,
            "attribute_mapping": {
                "email": "Basic Information > Primary email",
                "full_name": source + NAME,
                "roles": source + ROLES,
            },
        },
    }


@pytest.fixture(params=ACCOUNTS)
def by_hand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Checkout, ByHand]]:
    with checkout(tmp_path) as copy:
        hand = ByHand(copy.base, tmp_path, tenant(request.param))
        hand.set_up()
        hand.sign_in("grace@acme.example")
        yield copy, hand


def tenant_in(text: str) -> Any:
    return yaml.safe_load(text)["config"]["flex-google-sso:tenant"]


def writes(copy: Checkout, since: int) -> list[str]:
    """Requests that could change something, but for those that only ask for a token or a login."""
    requests = httpx.get(f"{copy.base}/_sandbox/requests").json()[since:]
    assert requests
    return [
        f"{one['method']} {one['url']}"
        for one in requests
        if one["method"] not in {"GET", "HEAD"} and not one["url"].endswith(HARMLESS)
    ]


def test_a_tenant_set_up_by_hand_becomes_a_stack(by_hand):
    copy, hand = by_hand
    flex = hand.tenant.flex
    before = hand.everything()
    seen = len(httpx.get(f"{copy.base}/_sandbox/requests").json())
    options = ("new", "acme.prod", "--adopt", "--sandbox", "--name", "Acme Support")
    options += ("--account-sid", flex.account_sid, "--admin", "admin@acme.example")
    options += ("--metadata", str(hand.metadata))

    shown = copy.flexsso(*options, "--dry-run")
    assert not (copy.root / "stacks" / "acme.prod").exists()
    said = copy.flexsso(*options)

    assert f"SAML app: {APP} (told by Google's admin log since" in said
    assert "left out, and left as they are: linus@acme.example: Flex has no role" in said
    assert "the first up changes nothing at the vendors" in said
    file = copy.root / "stacks" / "Pulumi.acme.prod.yaml"
    found = tenant_in(file.read_text())
    assert found == tenant_in(shown.split("--- ")[1].partition("\n")[2])
    assert ("C01sandbx", "acme.example") == (found["google"]["customer"], found["google"]["domain"])
    assert CATEGORY == found["google"]["custom_schema"]["display_name"]
    assert hand.tenant.saml_app.attribute_mapping == found["saml_app"]["attribute_mapping"]
    assert (copy.root / "stacks/acme.prod/roles.csv").read_text().splitlines() == [
        "email,roles,full_name",
        "ada@acme.example,agent,",
        "grace@acme.example,agent supervisor,Amazing Grace",
    ]

    said = copy.flexsso("up", "acme.prod", "--yes", "--skip-preview")

    assert "verified" in said
    assert [] == writes(copy, seen)
    assert before == hand.everything()
    kept = before["people"]["linus@acme.example"]["values"]["Contact_Center"]["Flex_Roles"]
    assert VALUES["linus@acme.example"]["Flex_Roles"] == [one["value"] for one in kept]
    copy.flexsso("preview", "acme.prod", "--expect-no-changes")
    copy.flexsso("preview", "acme.prod", "--refresh", "--expect-no-changes")
    copy.flexsso("verify", "acme.prod")


def test_all_that_is_missing_is_named_at_once(tmp_path: Path):
    with checkout(tmp_path) as copy:
        hand = ByHand(copy.base, tmp_path, tenant("enhanced"))
        options = ("new", "acme.prod", "--adopt", "--sandbox", "--admin", "admin@acme.example")
        nothing = copy.flexsso(*options, exit_code=1)
        assert "Account sid: " in nothing
        assert "--metadata FILE" in nothing

        options += ("--account-sid", ACCOUNTS["enhanced"])
        bare = copy.flexsso(*options, exit_code=1)
        assert "the sign-in: Flex sends nobody to Google" in bare

        hand.set_up()
        named = copy.flexsso(*options, exit_code=1)
        assert "--name" in named
        assert "no API gives it" in named
        assert "hint: give these; on a terminal, you are asked; nothing was written" in named

        wrong = copy.flexsso(*options, "--schema", "Nonsense", "--name", "A", exit_code=1)
        assert "there is none called Nonsense; Google has Contact Center, HR" in wrong
        assert not (copy.root / "stacks" / "Pulumi.acme.prod.yaml").exists()


def test_on_a_terminal_the_rest_is_asked_for(tmp_path: Path):
    """An app whose making the log has forgotten, and that nobody has signed in to since."""
    with checkout(tmp_path) as copy:
        hand = ByHand(copy.base, tmp_path, tenant("enhanced"))
        hand.set_up()
        half_a_year = 190 * 86400
        httpx.post(
            f"{copy.base}/_sandbox/clock", json={"offset_seconds": half_a_year}
        ).raise_for_status()
        typed = [ACCOUNTS["enhanced"], "admin@acme.example", "Acme", APP, "nowhere.xml"]
        typed += [str(hand.metadata), "Support desk", "", "123456789012", "desk.example"]
        typed += ["https://desk.example", "seat = Employee Details > Department"]
        script = (
            "import os, pty, sys\n"
            "words = ['./flexsso', 'new', 'acme.prod', '--adopt', '--sandbox', '--dry-run']\n"
            "sys.exit(os.waitstatus_to_exitcode(pty.spawn(words)))"
        )
        done = subprocess.run(
            ["python3", "-c", script],
            input="\n".join([*typed, ""]),
            cwd=copy.root,
            env=copy.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

        assert done.returncode == 0, done.stdout + done.stderr
        assert "App name." in done.stdout
        assert "Can't read nowhere.xml" in done.stdout
        assert f"name: {APP}" in done.stdout
        assert "desk.example: " in done.stdout
        for line in (
            "friendly_name: Support desk",
            "trusted_domains: ['https://desk.example']",
            "seat: Employee Details > Department",
            "roles: Contact Center > Flex Roles",
        ):
            assert line in done.stdout
        assert "customer: C01sandbx" in done.stdout, "not asked: the SSO URL shows it"
