"""Reading back: what Google dropped is found, what is only late is waited for."""

from __future__ import annotations

from typing import Any

from providers.google.directory_api import Person
from providers.google.read_back import FEW, WAITS, read_back

WRITTEN = {"Roles": ["agent"], "Full_Name": "Ada"}


class Directory:
    """Shows people's values, the new ones only after `late` looks."""

    def __init__(self, values: dict[str, Any], late: int = 0) -> None:
        self._values = values
        self._late = late
        self.looks: list[str] = []

    def person(self, email: str, schema: str) -> Person | None:
        self.looks.append(email)
        return self._person(email) if email in self._values else None

    def people(self, schema: str) -> list[Person]:
        self.looks.append("everybody")
        return [self._person(email) for email in self._values]

    def _person(self, email: str) -> Person:
        shown = self._values[email] if len(self.looks) > self._late else {}
        return Person(email, email, False, shown)


def test_an_answer_with_the_values_is_proof_enough():
    api = Directory({})
    late_type = {"Roles": ["agent"], "Full_Name": "Ada", "Team": "7"}

    seen, lost = read_back(api, "S", {"ada": WRITTEN}, {"ada": late_type})

    assert {"ada": late_type} == seen
    assert {} == lost
    assert [] == api.looks


def test_an_answer_that_shows_nothing_is_looked_up():
    api = Directory({"ada": WRITTEN})

    seen, lost = read_back(api, "S", {"ada": WRITTEN}, {"ada": {}})

    assert ({"ada": WRITTEN}, {}) == (seen, lost)
    assert ["ada"] == api.looks


def test_a_silent_200_is_found_and_named_after_all_waits():
    slept: list[float] = []
    api = Directory({"ada": {"Full_Name": "Ada"}})

    _, lost = read_back(
        api, "S", {"ada": WRITTEN}, {"ada": {"Full_Name": "Ada"}}, WAITS, slept.append
    )

    assert {"ada": ["Roles"]} == lost
    assert [0.0, *WAITS] == slept
    assert sum(WAITS) >= 60


def test_values_that_come_late_are_not_lost():
    slept: list[float] = []
    api = Directory({"ada": WRITTEN}, late=2)

    seen, lost = read_back(api, "S", {"ada": WRITTEN}, {"ada": {}}, WAITS, slept.append)

    assert ({"ada": WRITTEN}, {}) == (seen, lost)
    assert [0.0, 1.0, 2.0] == slept


def test_many_are_looked_up_by_reading_all_pages():
    emails = [f"p{number}" for number in range(FEW + 1)]
    api = Directory(dict.fromkeys(emails, WRITTEN))

    read_back(api, "S", dict.fromkeys(emails, WRITTEN), {email: {} for email in emails})

    assert ["everybody"] == api.looks


def test_somebody_who_is_gone_has_lost_everything():
    _, lost = read_back(Directory({}), "S", {"ada": WRITTEN}, {"ada": {}}, (), lambda _: None)

    assert {"ada": ["Roles", "Full_Name"]} == lost


def test_clearing_is_proven_by_a_look():
    api = Directory({"ada": {}})

    _, lost = read_back(api, "S", {"ada": {"Roles": None}}, {"ada": {}})

    assert {} == lost
    assert ["ada"] == api.looks


def test_who_got_another_address_meanwhile_is_found_by_the_one_that_was_asked_for():
    """users.get finds by former addresses, too, and shows the new one."""

    class Renamed(Directory):
        def _person(self, email: str) -> Person:
            return super()._person(email)._replace(email="ada.byron")

    seen, lost = read_back(Renamed({"ada": WRITTEN}), "S", {"ada": WRITTEN}, {"ada": {}})

    assert ({"ada": WRITTEN}, {}) == (seen, lost)


def test_whoever_watches_hears_what_is_waited_for():
    api = Directory({"ada": WRITTEN}, late=2)
    told: list[tuple[int, str]] = []

    read_back(
        api,
        "S",
        {"ada": WRITTEN},
        {"ada": {}},
        sleep=lambda _seconds: None,
        tell=lambda done, why: told.append((done, why)),
    )

    assert [(0, "Google does not show 1 of them yet")] * 3 == told
