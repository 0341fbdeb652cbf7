"""The page: one file, every value exact, nothing from elsewhere, nothing unescaped."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from cli.handoff_page import render_html
from cli.handoff_view import view_of
from models.endpoints import Endpoints
from models.flex import Generation
from models.handoff_flex import SSO_PAGE
from models.observation import Difference
from models.phase import Phase
from tests.cli.handoffs import CERTIFICATE, outputs

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def page(phase: Phase = Phase.AWAITING_FLEX_FORM, **changes: object) -> BeautifulSoup:
    return BeautifulSoup(render_html(view_of(outputs(phase, **changes), {}, NOW)), "html.parser")


CASES = [(phase, Generation.ENHANCED) for phase in Phase]
CASES += [(phase, Generation.LEGACY) for phase in Phase if phase is not Phase.AWAITING_CONNECTION]


@pytest.mark.parametrize(("phase", "generation"), CASES)
def test_every_field_has_its_label_and_what_a_button_copies_is_the_exact_value(phase, generation):
    given = outputs(phase, generation=generation)
    seen = BeautifulSoup(render_html(view_of(given, {}, NOW)), "html.parser")

    copied = {seen.find(id=button["data-copy"]).get_text() for button in seen.select("[data-copy]")}
    fields = [f for step in given["handoff"]["steps"] for s in step["screens"] for f in s["fields"]]
    for field in fields:
        assert field["label"] in seen.get_text()
        if field["kind"] in {"paste", "choose", "compare"} and field["value"]:
            assert field["value"] in copied


def test_ids_are_unique_and_every_label_of_a_region_exists():
    seen = page()

    ids = [one["id"] for one in seen.select("[id]")]
    assert sorted(set(ids)) == sorted(ids)
    assert {one["aria-labelledby"] for one in seen.select("[aria-labelledby]")} <= set(ids)


def test_nothing_is_loaded_from_anywhere():
    seen = page()

    assert [] == seen.select("[src], link, iframe, object, embed, form, [style], [onclick]")
    assert "url(" not in seen.style.string
    assert "@import" not in seen.style.string


def test_the_pages_own_style_and_script_are_the_only_ones_allowed():
    seen = page()

    policy = seen.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
    for part in (seen.style, seen.script):
        digest = hashlib.sha256(part.string.encode()).digest()
        assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_name_with_markup_stays_a_name():
    evil = "<script>alert(1)</script>\"'><img src=x>"

    seen = page(friendly_name=evil, tenant=evil, app_name=evil)

    assert 1 == len(seen.find_all("script"))
    assert [] == seen.find_all("img")
    assert evil in seen.get_text()


def test_the_certificate_can_be_downloaded_as_it_is():
    link = page().select_one("a[download]")

    assert "acme.prod-certificate.pem" == link["download"]
    assert CERTIFICATE == base64.b64decode(link["href"].partition("base64,")[2]).decode()


def test_links_open_the_consoles_where_they_are():
    def consoles(seen: BeautifulSoup) -> set[str]:
        return {link["href"] for link in seen.select("a.open")}

    assert "https://admin.google.com/ac/apps/unified" in consoles(page())
    assert SSO_PAGE in consoles(page())
    base = "http://127.0.0.1:8765"
    assert {base} == {
        re.match(r"http://[^/]+", href)[0]
        for href in consoles(page(endpoints=Endpoints(base=base)))
    }


def test_done_steps_fold_and_the_waiting_one_is_open():
    folded = {
        one.find_parent("section")["id"]: not one.has_attr("open")
        for one in page().select("details")
    }

    assert {"flex_page_a": True, "google_app": True, "flex_page_b": False} == folded


def test_a_file_alone_does_not_tick_the_app():
    step = page(app_seen="").select_one("#google_app")

    assert "Seen in part" == step.select_one(".badge").get_text()
    said = " ".join(one.get_text() for one in step.select(".proof"))
    assert "Seen: stacks/acme.prod/idp_metadata.xml is there" in said
    assert "Not seen yet: The app: Google's admin log does not tell of one named" in said
    assert "✓" not in step.select_one(".tick").get_text()


def test_a_drift_marks_its_field_with_both_values():
    apart = Difference(field="sso_url", recorded="https://right/", observed="https://wrong/")
    seen = page(Phase.DRIFTED, flex_differences=[apart])

    (field,) = seen.select(".field.differs")
    assert "Single Sign-On URL is now https://wrong/" in field.get_text()
    assert seen.select_one("#flex_page_b details").has_attr("open")
    assert ["Done", "Done", "Differs", "Later"] == [b.get_text() for b in seen.select(".badge")]


def test_the_band_warns_when_the_certificate_ends_soon():
    assert "30 days left, until 2026-12-01" in page().select_one(".band .warn").get_text()


def test_the_step_that_waits_is_the_current_one_for_a_screen_reader():
    current = page().select("[aria-current=step]")

    assert ["Tell Flex about Google"] == [
        one.a.find(string=re.compile("Tell Flex")).strip() for one in current
    ]
