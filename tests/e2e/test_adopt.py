"""A schema that somebody made by hand in the console is taken over, and no value is lost."""

from __future__ import annotations

from tests.e2e.conftest import Project
from tests.providers.vendor import Vendor


def test_a_schema_made_in_the_console_is_adopted(project: Project):
    vendor = Vendor(project.base, project.state_dir)
    make_category(project)
    assert "Flex_Details" in vendor.schema_names()
    by_hand = {"Flex_Details": {"Roles": [{"value": "agent"}], "Full_Name": "Marie S. Curie"}}
    vendor.set_values("marie@acme.example", by_hand)
    stack = project.stack("adopt.dev", roles={"groups": {}})

    outputs = stack.up()

    assert "Flex_Details" == outputs["schema_name"]
    assert ["marie@acme.example"] == outputs["strays"]
    assert {"Roles": ["agent"], "Full_Name": "Marie S. Curie"} == (
        vendor.custom_values("marie@acme.example")["Flex_Details"]
    )
    assert ["agent"] == vendor.custom_values("ada@acme.example")["Flex_Details"]["Roles"]
    assert 1 == vendor.schema_names().count("Flex_Details")


def make_category(project: Project) -> None:
    """Manage custom attributes > Add, as the guide says."""
    person = project.person()
    person.open("https://admin.google.com/ac/customschema")
    person.fill("Category", "Flex Details")
    for row, (name, values) in enumerate([("Roles", "Multi-value"), ("Full Name", "Single Value")]):
        person.fill("Name", name, row)
        person.fill("Info type", "Text", row)
        person.fill("Visibility", "Visible to user and admin", row)
        person.fill("No. of values", values, row)
    person.press("ADD")
