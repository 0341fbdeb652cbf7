"""Custom schema: laying our fields over what is there, without losing anything."""

import pytest

from models.custom_schema import SchemaField, api_name, default_fields, merge_fields

LIVE_ROLES = {
    "kind": "admin#directory#schema#fieldspec",
    "etag": '"x"',
    "fieldId": "f1",
    "fieldName": "Roles",
    "displayName": "Roles",
    "fieldType": "STRING",
    "multiValued": True,
    "readAccessType": "ADMINS_AND_SELF",
}
LIVE_NAME = {
    "fieldName": "Full_Name",
    "displayName": "Full Name",
    "fieldType": "STRING",
    "readAccessType": "ADMINS_AND_SELF",
}
FOREIGN = {"fieldName": "Badge", "displayName": "Badge", "fieldType": "INT64", "indexed": False}


def test_console_names_get_underscores():
    assert "Flex_Details" == api_name("Flex Details")


def test_what_is_there_already_is_adopted_unchanged():
    merge = merge_fields([FOREIGN, LIVE_NAME, LIVE_ROLES], default_fields(), {})

    assert not merge.changed
    assert [] == merge.conflicts
    assert {"Roles": "Roles", "Full_Name": "Full_Name"} == merge.names
    assert ["Badge", "Full_Name", "Roles"] == [field["fieldName"] for field in merge.fields]


def test_a_missing_field_is_added_behind_the_others():
    merge = merge_fields([FOREIGN, LIVE_ROLES], default_fields(), {})

    assert merge.changed
    assert ["Badge", "Roles", "Full_Name"] == [field["fieldName"] for field in merge.fields]
    assert "fieldId" not in merge.fields[1]


def test_foreign_fields_keep_all_their_keys():
    merge = merge_fields([FOREIGN], default_fields(), {})

    assert FOREIGN.items() <= merge.fields[0].items()


def test_a_field_made_by_hand_is_found_by_its_display_name():
    by_hand = {**LIVE_ROLES, "fieldName": "Flex_Roles", "displayName": "Roles"}

    merge = merge_fields([by_hand, LIVE_NAME], default_fields(), {})

    assert "Flex_Roles" == merge.names["Roles"]
    assert not merge.changed


@pytest.mark.parametrize(
    ("live", "conflict"),
    [
        ({**LIVE_ROLES, "multiValued": False}, "field Roles holds a single value, not many values"),
        ({**LIVE_ROLES, "fieldType": "BOOL"}, "field Roles is BOOL, not STRING"),
    ],
)
def test_changes_that_lose_values_are_conflicts(live, conflict):
    merge = merge_fields([live, LIVE_NAME], default_fields(), {})

    assert [conflict] == merge.conflicts


def test_removing_a_field_of_ours_is_a_conflict_and_of_others_never_happens():
    wanted = {"Roles": SchemaField(display_name="Roles", multi_valued=True)}
    owned = {"Roles": "Roles", "Full_Name": "Full_Name"}

    merge = merge_fields([FOREIGN, LIVE_ROLES, LIVE_NAME], wanted, owned)

    assert ["field Full_Name would be removed"] == merge.conflicts
    assert ["Badge", "Roles"] == [field["fieldName"] for field in merge.fields]
