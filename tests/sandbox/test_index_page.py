"""The page for people: where everything is, and what came by."""

from __future__ import annotations

import httpx
import pytest
from bs4 import BeautifulSoup

from sandbox import seed
from sandbox.many import fleet_seed
from sandbox.world import World

FLEX = "flex.twilio.com/acme-falcon-1234"


def page(world: World, path: str = "/_sandbox/") -> BeautifulSoup:
    answer = httpx.get(world.base + path).raise_for_status()
    return BeautifulSoup(answer.text, "html.parser")


@pytest.mark.parametrize("path", ["/", "/_sandbox/"])
def test_every_place_it_names_opens(pretend_world, path):
    links = [link["href"] for link in page(pretend_world, path).select("main ul a")]

    assert f"{pretend_world.base}/{FLEX}" in links
    assert {200} == {httpx.get(link, follow_redirects=True).status_code for link in links}


def test_who_lives_there_is_what_a_stack_of_it_is_asked_for(pretend_world):
    text = page(pretend_world).get_text(" ", strip=True)

    assert "acme.example C01sandbx admin@acme.example" in text
    assert "ada@acme.example, " in text
    assert f"AC{'5a' * 16} acme-falcon-1234 enhanced" in text


def test_a_fleet_is_shown_in_part_and_counted(pretend_world):
    seed.plant(pretend_world, fleet_seed(25))

    text = page(pretend_world).get_text(" ", strip=True)

    assert "t0019.example" in text
    assert "t0020" not in text
    assert "The first 20 of 25" in text


def test_a_request_is_shown_with_its_status(pretend_world):
    httpx.get(f"{pretend_world.base}/{FLEX}?x=<b>")

    row = page(pretend_world).select("table")[-1].select("tr")[1].get_text(" ", strip=True)
    assert f"GET https://{FLEX}?x=" in row
    assert row.endswith("200")


def test_saml_is_shown_indented_and_as_text(pretend_world):
    xml = '<samlp:Response xmlns:samlp="urn:x"><a>&lt;script&gt;</a></samlp:Response>'
    message = {"time": "2026-11-01T12:00:00.000Z", "kind": "Response", "xml": xml}
    pretend_world.store.append("saml", message | {"relay_state": "r"})

    seen = page(pretend_world)

    assert "\n  <a>&lt;script&gt;</a>\n" in seen.select_one("pre").get_text()
    assert [] == seen.find_all("script")


def test_what_is_no_xml_is_shown_as_it_came(pretend_world):
    message = {"time": "2026-11-01T12:00:00.000Z", "kind": "Response", "xml": "<not"}
    pretend_world.store.append("saml", message)

    assert "<not" == page(pretend_world).select_one("pre").get_text()


def test_nothing_yet_is_said(pretend_world):
    assert "Nobody has tried to sign in yet" in page(pretend_world).get_text()
