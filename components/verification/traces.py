"""`Traces`: what sign-ins left behind on both sides, each read at most once for a report.

A log or a list that can't be read raises its FlexSsoError for every look that needs it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from providers.google.directory_api import DirectoryApi
from providers.google.reports_api import ReportsApi
from providers.twilio.flex_api import FlexApi

if TYPE_CHECKING:
    from components.verification.expected import Expected
    from providers.google.directory_api import Person
    from providers.google.reports_api import Login, LoginFailure
    from providers.settings import Settings


class Traces:
    """Of one stack, since the last change of its record. People are keyed by NameID, lower case."""

    def __init__(self, settings: Settings, expected: Expected) -> None:
        self._settings = settings
        self._expected = expected

    @cached_property
    def _reports(self) -> ReportsApi:
        return ReportsApi(self._settings, self._expected.tenant.google.customer)

    @cached_property
    def _flex(self) -> FlexApi:
        return FlexApi(self._settings, self._expected.tenant.flex.account_sid)

    @cached_property
    def logins(self) -> dict[str, Login]:
        """The newest login of each person that Google let in."""
        name, since = self._expected.tenant.saml_app.name, self._expected.changed_at
        return {one.email: one for one in reversed(self._reports.logins(name, since))}

    @cached_property
    def failures(self) -> dict[str, LoginFailure]:
        """The newest failure of each person at Google."""
        name, since = self._expected.tenant.saml_app.name, self._expected.changed_at
        return {one.email: one for one in reversed(self._reports.login_failures(name, since))}

    @cached_property
    def people(self) -> dict[str, Person]:
        """The directory, with the values of the stack's schema."""
        directory = DirectoryApi(self._settings, self._expected.tenant.google.customer)
        return {one.email: one for one in directory.people(self._expected.schema_name)}

    @cached_property
    def workers(self) -> list[dict[str, Any]]:
        """All TaskRouter workers, `attributes` parsed."""
        return list(self._flex.workers(self._expected.workspace_sid))

    @cached_property
    def workers_by_name(self) -> dict[str, dict[str, Any]]:
        """The workers by NameID."""
        return {one["friendly_name"].casefold(): one for one in self.workers}

    @cached_property
    def users(self) -> list[dict[str, Any]]:
        """All Flex users."""
        return list(self._flex.users(self._expected.instance_sid))
