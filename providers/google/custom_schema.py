"""CustomSchema: Google's "category of custom attributes" that holds roles and full names.

Calls: schemas.list / get / insert / update / delete of the Directory API. An existing schema is
adopted, by API name or display name, and merged: fields of others stay as they are. Changing a
field's type or number of values, removing a field and deleting the schema would take people's
values away: refused with a count, unless `allow_data_loss`. A destroy keeps the schema unless
`retain` is off. Update in place, except for another customer or API name (replace; the old one
is retained all the same).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import Resource
from pydantic import Field

from models.custom_schema import SchemaField, SchemaMerge, merge_fields, seen_field
from models.errors import ConflictError, DataLossError
from providers.base import Inputs, Outs, Provider, declaring, to_props
from providers.google.directory_api import DirectoryApi


class CustomSchemaInputs(Inputs):
    """What the program asks for. `fields` by API name."""

    customer: str
    schema_name: str
    display_name: str
    fields: dict[str, SchemaField]
    allow_data_loss: bool = False
    retain: bool = True


class CustomSchemaOutputs(CustomSchemaInputs):
    """`schema_name` and `field_names` are the real ones, also of a schema that was adopted."""

    requested_name: str
    schema_id: str
    field_names: dict[str, str] = Field(default_factory=dict)


class CustomSchemaProvider(Provider[CustomSchemaInputs]):
    """Create, read, update, delete: each begins with a look at what is there."""

    inputs = CustomSchemaInputs
    replace_on = frozenset({"customer", "schema_name"})
    ignore_in_diff = frozenset()

    def diff(self, _id: str, olds: Outs, news: Outs) -> Any:
        """The wanted name is compared with the one asked for before, not with the adopted one."""
        return super().diff(_id, {**olds, "schema_name": olds.get("requested_name")}, news)

    def create_it(self, wanted: CustomSchemaInputs) -> tuple[str, Outs]:
        """Adopt by name, else insert; one that appears between the two is adopted as well."""
        api = self._api(wanted, writes=True)
        live = api.find_schema(wanted.schema_name, wanted.display_name)
        if live is None:
            fields = [field.to_api(name) for name, field in wanted.fields.items()]
            try:
                live = api.insert_schema(wanted.schema_name, wanted.display_name, fields)
            except ConflictError:
                live = api.find_schema(wanted.schema_name, wanted.display_name)
                if live is None:
                    raise
        return live["schemaId"], self._converge(api, live, wanted, {})

    def read_it(self, id_: str, olds: Outs) -> tuple[Outs, Outs] | None:
        """Fields as they are; those of others are none of our business."""
        known = CustomSchemaOutputs.model_validate(olds)
        live = self._api(known).get_schema(id_)
        if live is None:
            return None
        fields = {field["fieldName"]: field for field in live.get("fields", [])}
        seen = {
            ours: seen_field(fields[theirs], known.fields.get(ours))
            for ours, theirs in known.field_names.items()
            if theirs in fields
        }
        outs = known.model_copy(
            update={"display_name": live.get("displayName", live["schemaName"]), "fields": seen}
        )
        inputs = {key: getattr(outs, key) for key in CustomSchemaInputs.model_fields}
        inputs["schema_name"] = known.requested_name
        return to_props(outs), to_props(CustomSchemaInputs.model_construct(**inputs))

    def update_it(self, id_: str, olds: Outs, wanted: CustomSchemaInputs) -> Outs:
        """Merge into what is there now. One that was deleted meanwhile is made again by name."""
        api = self._api(wanted, writes=True)
        live = api.get_schema(id_)
        if live is None:
            raise ConflictError(
                f"Google: custom schema {wanted.schema_name} ({id_}) was deleted by somebody",
                hint="run `pulumi refresh`, then `pulumi up` makes it again",
            )
        return self._converge(api, live, wanted, olds.get("field_names", {}))

    def delete_it(self, id_: str, olds: Outs) -> None:
        """Retained by default: deleting a schema deletes everybody's values."""
        known = CustomSchemaOutputs.model_validate(olds)
        if known.retain:
            return
        api = self._api(known, writes=True)
        if not known.allow_data_loss:
            _refuse_loss(api, known.schema_name, [f"schema {known.schema_name} would be deleted"])
        api.delete_schema(id_)

    def _converge(
        self, api: DirectoryApi, live: Outs, wanted: CustomSchemaInputs, owned: dict[str, str]
    ) -> Outs:
        merge = merge_fields(live.get("fields", []), wanted.fields, owned)
        renamed = live.get("displayName") != wanted.display_name
        if merge.conflicts and not wanted.allow_data_loss:
            _refuse_loss(api, live["schemaName"], merge.conflicts)
        if merge.changed or renamed:
            live = api.update_schema(
                live["schemaId"], live["schemaName"], wanted.display_name, merge.fields
            )
        return self._outputs(live, wanted, merge)

    def _outputs(self, live: Outs, wanted: CustomSchemaInputs, merge: SchemaMerge) -> Outs:
        given = wanted.model_dump()
        given["schema_name"] = live["schemaName"]
        outs = CustomSchemaOutputs(
            **given,
            requested_name=wanted.schema_name,
            schema_id=live["schemaId"],
            field_names=merge.names,
        )
        return to_props(outs)

    def _api(self, inputs: CustomSchemaInputs, *, writes: bool = False) -> DirectoryApi:
        return DirectoryApi(self.settings, inputs.customer, writes=writes)


def _refuse_loss(api: DirectoryApi, schema: str, conflicts: list[str]) -> None:
    """Raise DataLossError, unless nobody holds a value."""
    holders = sum(1 for person in api.people(schema) if person.values)
    if holders:
        raise DataLossError(
            f"Google: {holders} people hold values in schema {schema}: " + "; ".join(conflicts),
            hint="set tenant.google.custom_schema.allow_data_loss if these values may go",
        )


class CustomSchema(Resource, module="google", name="CustomSchema"):
    """The schema. `schema_name` and `field_names` are what values are written under."""

    schema_name: pulumi.Output[str]
    schema_id: pulumi.Output[str]
    field_names: pulumi.Output[dict[str, str]]

    def __init__(
        self, name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(CustomSchemaProvider(), name, declaring(CustomSchemaOutputs, props), opts)
