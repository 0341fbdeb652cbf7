"""The Directory API in our verbs: schemas, people's custom values, members of groups.

Reads page through users.list with `projection=custom` and only our schema; writes are users.update
with only our schema (a PUT that leaves out the rest leaves it alone, says Google's reference).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from models.errors import FlexSsoError, NotFoundError, UnreachableError
from providers.google.batch import Answer, Part, read_batch, write_batch
from providers.google.both_ends import Page, from_both_ends
from providers.google.failures import translate
from providers.google.service import (
    another_transport,
    authorized_http,
    build_service,
    google_errors,
)
from providers.retry import retrying

if TYPE_CHECKING:
    from models.custom_schema import ApiField
    from models.roles import People, Values
    from providers.settings import Settings

PAGE = 500
BATCH_URL = "https://admin.googleapis.com/batch"
READ = ("admin.directory.user.readonly", "admin.directory.userschema.readonly")
WRITE = ("admin.directory.user", "admin.directory.userschema")
GROUPS = ("admin.directory.group.member.readonly",)
GO_ON = "run `up` again: what is done stays done"


class Person(NamedTuple):
    """A user of the directory, with the values of one custom schema."""

    email: str
    full_name: str
    suspended: bool
    values: Values


class Member(NamedTuple):
    """A member of a group: `type` is USER, GROUP, CUSTOMER or EXTERNAL."""

    email: str
    type: str
    status: str


class DirectoryApi:
    """One customer's directory. `writes` asks for the scopes that change things."""

    def __init__(self, settings: Settings, customer: str, *, writes: bool = False) -> None:
        self._settings = settings
        self._customer = customer
        self._scopes = WRITE if writes else READ
        self._service: Any = None
        self._http: Any = None
        self._of_thread = threading.local()

    def _client(self, scopes: tuple[str, ...] | None = None) -> Any:
        if self._service is None:
            scopes = scopes or self._scopes
            self._http = authorized_http(self._settings, scopes)
            self._service = build_service(
                self._settings, "admin", "directory_v1", scopes, self._http
            )
        return self._service

    def _execute(self, request: Any, doing: str, http: Any = None) -> Any:
        def once() -> Any:
            with google_errors(doing, self._settings.endpoints.hint):
                return request.execute(http=http)

        return retrying(once)

    # Schemas --------------------------------------------------------------------------------

    def find_schema(self, name: str, display_name: str) -> dict[str, Any] | None:
        """The schema of that API name, else the one of that display name, else None."""
        schemas = self.schemas()
        for key, value in (("schemaName", name), ("displayName", display_name)):
            for schema in schemas:
                if str(schema.get(key, "")).casefold() == value.casefold():
                    return dict(schema)
        return None

    def schemas(self) -> list[dict[str, Any]]:
        """All custom schemas."""
        request = self._client().schemas().list(customerId=self._customer)
        return list(self._execute(request, "listing custom schemas").get("schemas", []))

    def get_schema(self, key: str) -> dict[str, Any] | None:
        """The schema of that id or API name, or None."""
        request = self._client().schemas().get(customerId=self._customer, schemaKey=key)
        try:
            return dict(self._execute(request, f"reading custom schema {key}"))
        except NotFoundError:
            return None

    def insert_schema(self, name: str, display_name: str, fields: list[ApiField]) -> dict[str, Any]:
        """Make it. Raises ConflictError if the API name is taken."""
        body = {"schemaName": name, "displayName": display_name, "fields": fields}
        request = self._client().schemas().insert(customerId=self._customer, body=body)
        return dict(self._execute(request, f"creating custom schema {name}"))

    def update_schema(
        self, schema_id: str, name: str, display_name: str, fields: list[ApiField]
    ) -> dict[str, Any]:
        """Replace its field list: a field left out is deleted with everybody's values."""
        body = {"schemaName": name, "displayName": display_name, "fields": fields}
        request = (
            self._client()
            .schemas()
            .update(customerId=self._customer, schemaKey=schema_id, body=body)
        )
        return dict(self._execute(request, f"updating custom schema {name}"))

    def delete_schema(self, schema_id: str) -> None:
        """Delete it with everybody's values. Gone already is fine."""
        request = self._client().schemas().delete(customerId=self._customer, schemaKey=schema_id)
        try:
            self._execute(request, f"deleting custom schema {schema_id}")
        except NotFoundError:
            return

    # People ---------------------------------------------------------------------------------

    def people(self, schema: str, domain: str | None = None) -> Iterator[Person]:
        """All users with their values of `schema`, 500 a call, in no order."""

        def fetch(order: str, token: str | None) -> Page:
            request = (
                self._client()
                .users()
                .list(
                    **self._whose(domain),
                    projection="custom",
                    customFieldMask=schema,
                    maxResults=PAGE,
                    orderBy="email",
                    sortOrder=order,
                    pageToken=token,
                    fields="nextPageToken,users(primaryEmail,name/fullName,suspended,customSchemas)",
                )
            )
            return dict(self._execute(request, "listing people", self._own_http()))

        return (person_of(user, schema) for user in from_both_ends(fetch))

    def person(self, email: str, schema: str) -> Person | None:
        """One user, or None."""
        request = (
            self._client().users().get(userKey=email, projection="custom", customFieldMask=schema)
        )
        try:
            return person_of(self._execute(request, f"reading {email}"), schema)
        except NotFoundError:
            return None

    def _whose(self, domain: str | None) -> dict[str, str]:
        return {"domain": domain} if domain else {"customer": self._customer}

    def update_people(self, schema: str, changes: People) -> dict[str, Values | FlexSsoError]:
        """One batch of users.update. For each person Google's answer: values of `schema`, or error.

        Several threads may call this at once, after something else was asked.
        """
        emails = list(changes)
        parts = [_update_of(email, schema, changes[email]) for email in emails]
        try:
            with google_errors("writing roles in a batch"):
                answers = self._send(parts)
        except FlexSsoError as error:
            return dict.fromkeys(emails, error)
        return {
            email: _outcome(email, schema, answers.get(number))
            for number, email in enumerate(emails)
        }

    def _send(self, parts: list[Part]) -> dict[int, Answer]:
        kind, body = write_batch(parts)
        try:
            response, content = self._post(kind, body)
        except ConnectionError:  # an idle connection was closed at the other end: once more, anew
            del self._of_thread.http
            response, content = self._post(kind, body)
        if response.status >= 300:
            doing, wait = "writing roles in a batch", response.get("retry-after")
            raise translate(response.status, content, doing, wait)
        return read_batch(response.get("content-type", ""), content)

    def _post(self, kind: str, body: bytes) -> Any:
        url = self._settings.endpoints.url(BATCH_URL)
        return self._own_http().request(url, "POST", body, {"content-type": kind})

    def _own_http(self) -> Any:
        """The transport of this thread."""
        if not hasattr(self._of_thread, "http"):
            self._client()
            self._of_thread.http = another_transport(self._settings, self._http)
        return self._of_thread.http

    # Groups ---------------------------------------------------------------------------------

    def members(self, group: str) -> Iterator[Member]:
        """Members of a group, those of nested groups included."""
        client = self._client(GROUPS)
        token: str | None = None
        while True:
            page = self._execute(
                client.members().list(
                    groupKey=group, includeDerivedMembership=True, maxResults=200, pageToken=token
                ),
                f"listing members of {group}",
            )
            for member in page.get("members", []):
                yield Member(
                    str(member.get("email", "")).lower(),
                    str(member.get("type", "")),
                    str(member.get("status", "")),
                )
            token = page.get("nextPageToken")
            if not token:
                return


def _update_of(email: str, schema: str, values: Values) -> Part:
    path = f"/admin/directory/v1/users/{quote(email, safe='')}?fields=customSchemas"
    return Part("PUT", path, json.dumps({"customSchemas": {schema: to_api(values)}}))


def _outcome(email: str, schema: str, answer: Answer | None) -> Values | FlexSsoError:
    doing = f"writing the roles of {email}"
    if answer is None:
        return UnreachableError(f"Google: no answer while {doing}", hint=GO_ON)
    if answer.status >= 300:
        return translate(answer.status, answer.content, doing, answer.headers.get("retry-after"))
    try:
        return values_of(json.loads(answer.content or b"{}"), schema)
    except (ValueError, TypeError, AttributeError, UnreachableError):
        return UnreachableError(f"Google: an answer without sense while {doing}", hint=GO_ON)


def person_of(user: dict[str, Any], schema: str) -> Person:
    """Many-valued fields become plain lists; only `value` counts, `type` comes and goes."""
    return Person(
        email=user["primaryEmail"].lower(),
        full_name=user.get("name", {}).get("fullName", ""),
        suspended=bool(user.get("suspended", False)),
        values=values_of(user, schema),
    )


def values_of(user: dict[str, Any], schema: str) -> Values:
    """A user's values of one schema, as far as Google shows them.

    Raises UnreachableError for values of no such kind: the discovery document leaves them open, and
    what is misread here would be given back wrongly one day.
    """
    values = user.get("customSchemas", {}).get(schema, {})
    return {field: _plain(value) for field, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [
            str(_single(item.get("value") if isinstance(item, dict) else None)) for item in value
        ]
    return _single(value)


def _single(value: Any) -> Any:
    if not isinstance(value, str | int | float):
        what = f"Google: a custom value that is none ({type(value).__name__})"
        raise UnreachableError(what, hint="try again; if it stays, ask Google's support")
    return value


def to_api(values: Values) -> dict[str, Any]:
    """Lists get the shape of many-valued fields, with the `type` that Google would add later."""
    return {
        field: [{"value": item, "type": "work"} for item in value]
        if isinstance(value, list)
        else value
        for field, value in values.items()
    }
