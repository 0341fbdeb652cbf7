"""The component as a package: its types are the model's, its keys in either spelling, no others."""

from __future__ import annotations

import json
from typing import Any, get_type_hints

import pytest
from pulumi.errors import InputPropertyError
from pydantic import BaseModel

import components
from components.package import Package
from components.tenant_args import RoleAssignmentArgs, TenantArgs
from models.roles import RoleAssignment
from models.tenant import Tenant
from tools.reference.tenant_args import meaning, name_of, render

PACKAGE = Package()
SCHEMA = json.loads(PACKAGE.schema)
COMPONENT = PACKAGE._component_defs["GoogleFlexSso"]
TENANT: dict[str, Any] = {
    "name": "Acme Desk",
    "google": {
        "customer": "C01sandbx",
        "domain": "acme.example",
        "custom_schema": {"fields": {"team_id": {"display_name": "Team ID"}}},
    },
    "flex": {"account_sid": "AC" + "5a" * 16, "runtime_domain": "acme-falcon-1234"},
    "saml_app": {"attribute_mapping": {"full_name": "Flex Details > Full Name"}},
    "roles": {"people": {"ada@acme.example": {"roles": ["agent"], "full_name": "Ada L."}}},
}
CAMEL: dict[str, Any] = {
    "name": "Acme Desk",
    "google": {
        "customer": "C01sandbx",
        "domain": "acme.example",
        "customSchema": {"fields": {"team_id": {"displayName": "Team ID"}}},
    },
    "flex": {"accountSid": "AC" + "5a" * 16, "runtimeDomain": "acme-falcon-1234"},
    "samlApp": {"attributeMapping": {"full_name": "Flex Details > Full Name"}},
    "roles": {"people": {"ada@acme.example": {"roles": ["agent"], "fullName": "Ada L."}}},
}


def mapped(tenant: dict[str, Any], **further: Any) -> dict[str, Any]:
    given = {"stack": "desk.dev", "people": {}, "metadataPath": "m.xml", "tenant": tenant}
    return dict(PACKAGE.map_inputs({**given, **further}, COMPONENT))


def shapes(model: type[BaseModel], args: Any) -> list[tuple[type[BaseModel], Any]]:
    """The pairs of a model and its TypedDict, down to the last part."""
    found = [(model, args)]
    hints = get_type_hints(args)
    for name, field in model.model_fields.items():
        inner = [one for one in _inside(field.annotation) if issubclass(one, BaseModel)]
        args_inside = [one for one in _inside(hints[name]) if hasattr(one, "__required_keys__")]
        assert len(inner) == len(args_inside), f"{model.__name__}.{name}"
        for pair in zip(inner, args_inside, strict=True):
            found += shapes(*pair)
    return found


def _inside(kind: Any) -> list[type]:
    """The classes in an annotation."""
    parts = getattr(kind, "__args__", ())
    return [one for part in parts for one in _inside(part)] or [kind] * isinstance(kind, type)


@pytest.mark.parametrize(
    ("model", "args"),
    [*shapes(Tenant, TenantArgs), (RoleAssignment, RoleAssignmentArgs)],
    ids=lambda one: one.__name__,
)
def test_each_typed_dict_is_its_model_to_the_last_field(model, args):
    fields = model.model_fields
    described = SCHEMA["types"][f"flexsso:index:{name_of(model)}"]["properties"]

    assert args.__name__ == name_of(model)
    assert set(args.__annotations__) == set(fields)
    assert args.__required_keys__ == {name for name, one in fields.items() if one.is_required()}
    assert [one["description"] for one in described.values()] == [
        meaning(field) for field in fields.values()
    ]
    assert all(meaning(field) for field in fields.values())


def test_the_typed_dicts_are_written_from_the_model():
    assert "class TenantArgs(TypedDict):" in render()
    assert 12 == len(SCHEMA["types"])


@pytest.mark.parametrize("tenant", [TENANT, CAMEL])
def test_keys_may_be_spelled_as_in_a_stacks_file_or_as_pulumi_spells_them(tenant):
    assert TENANT == mapped(tenant)["tenant"]
    Tenant.model_validate(mapped(tenant)["tenant"])


def test_people_and_the_components_own_keys_too():
    people = {"ada@acme.example": {"roles": ["agent"], "fullName": "Ada L."}}

    seen = mapped(TENANT, people=people, idp_metadata="<x/>")

    assert {"ada@acme.example": {"roles": ["agent"], "full_name": "Ada L."}} == seen["people"]
    assert "<x/>" == seen["idp_metadata"]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"flexx": {}}, "tenant.flexx"),
        ({"flex": TENANT["flex"] | {"acountSid": "AC"}}, "tenant.flex.acountSid"),
        ({"roles": {"people": {"a@b.c": {"role": []}}}}, "tenant.roles.people.a@b.c.role"),
        ({"flex": TENANT["flex"] | {"accountSid": "AC"}}, "tenant.flex.accountSid"),
        ({"flex": {"account_sid": "AC"}}, "tenant.flex.runtimeDomain"),
    ],
)
def test_a_key_that_is_misspelt_twice_there_or_missing_is_named(changes, path):
    with pytest.raises(InputPropertyError) as caught:
        mapped(TENANT | changes)

    assert path == caught.value.property_path


def test_what_components_exports_is_there_and_is_all():
    public = {name for name in vars(components) if name[0].isupper()}

    assert sorted(components.__all__) == components.__all__
    assert set(components.__all__) == public
    assert {"GoogleFlexSso", "GoogleFlexSsoArgs", "RoleAssignmentArgs", "TenantArgs"} == public
