"""A second pair of eyes on the pretend world: the vendors' own clients, not our façades."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
from google.oauth2 import service_account
from googleapiclient import discovery  # noqa: TID251  an independent look
from googleapiclient.discovery_cache import get_static_doc  # noqa: TID251

from tests.planted import secrets_in

SCOPES = "https://www.googleapis.com/auth/admin.directory."
CUSTOMER = "C01sandbx"
ENHANCED = "AC" + "5a" * 16


class Vendor:
    """Google through google-api-python-client itself, Twilio through plain HTTP."""

    def __init__(self, base: str, state_dir: Path) -> None:
        self._base = base
        self._folder = state_dir / "credentials"

    def directory(self) -> Any:
        document = json.loads(get_static_doc("admin", "directory_v1"))
        document["rootUrl"] = f"{self._base}/admin.googleapis.com/"
        credentials = service_account.Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
            self._folder / f"google-{CUSTOMER}.json",
            scopes=[SCOPES + "user", SCOPES + "userschema"],
            subject="admin@acme.example",
        )
        return discovery.build_from_document(document, credentials=credentials)

    def custom_values(self, email: str) -> dict[str, Any]:
        """All custom schemas of a person, many-valued fields as plain sorted lists."""
        user = self.directory().users().get(userKey=email, projection="full").execute()
        found = {
            schema: {field: _plain(value) for field, value in values.items()}
            for schema, values in user.get("customSchemas", {}).items()
        }
        return {schema: values for schema, values in found.items() if values}

    def set_values(self, email: str, values: dict[str, Any]) -> None:
        """Somebody changes a person's custom values."""
        users = self.directory().users()
        users.update(userKey=email, body={"customSchemas": values}).execute()

    def schema_names(self) -> list[str]:
        found = self.directory().schemas().list(customerId=CUSTOMER).execute()
        return [schema["schemaName"] for schema in found["schemas"]]

    def rename_schema(self, name: str, display_name: str) -> None:
        """Somebody gives a category another name."""
        schemas, key = self.directory().schemas(), {"customerId": CUSTOMER, "schemaKey": name}
        live = schemas.get(**key).execute()
        schemas.update(**key, body={**live, "displayName": display_name}).execute()

    def flex_configuration(self, changes: dict[str, Any] | None = None) -> dict[str, Any]:
        """The Configuration document; with `changes`, after posting them."""
        key = json.loads((self._folder / f"twilio-{ENHANCED}.json").read_text(encoding="utf-8"))
        address = f"{self._base}/flex-api.twilio.com/v1/Configuration"
        auth = (key["api_key"], key["api_secret"])
        if changes:
            body = {"account_sid": ENHANCED, **changes}
            httpx.post(address, auth=auth, json=body).raise_for_status()
        return dict(httpx.get(address, auth=auth).raise_for_status().json())

    def everything(self) -> dict[str, Any]:
        """All that could be lost, whole: schemas, people, Flex's configuration.

        Without what has to move: a person's etag and last login, the configuration's date.
        """
        directory, moves = self.directory(), {"etag", "lastLoginTime"}
        schemas = directory.schemas().list(customerId=CUSTOMER).execute()["schemas"]
        listed = directory.users().list(customer=CUSTOMER, projection="full").execute()["users"]
        people = [{key: one[key] for key in one.keys() - moves} for one in listed]
        for one in people:
            given = one.pop("customSchemas", {})
            one["values"] = {schema: values for schema, values in given.items() if values}
        configuration = self.flex_configuration()
        configuration.pop("date_updated", None)
        return {
            "schemas": {one["schemaName"]: one for one in schemas},
            "people": {one["primaryEmail"]: one for one in people},
            "flex": configuration,
        }

    def secrets(self) -> list[str]:
        """Everything in the credentials files that must not be found elsewhere."""
        return secrets_in(self._folder)


def _plain(value: Any) -> Any:
    return sorted(item["value"] for item in value) if isinstance(value, list) else value
