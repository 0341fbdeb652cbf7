"""Directory pages: custom attributes by hand, the users, one user's custom values."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sandbox.google import attributes, errors, schemas, users
from sandbox.google.console import go

if TYPE_CHECKING:
    from starlette.responses import Response

    from sandbox.google.console import Visit

Document = dict[str, Any]

FIELD_ROWS = 6
USERS_A_PAGE = 100
INFO_TYPES = {
    "Text": "STRING",
    "Whole Number": "INT64",
    "Decimal Number": "DOUBLE",
    "Yes or no": "BOOL",
    "Date": "DATE",
    "Email": "EMAIL",
    "Phone": "PHONE",
}
VISIBILITY = {
    "Visible to user and admin": "ADMINS_AND_SELF",
    "Visible to organization": "ALL_DOMAIN_USERS",
}
NUMBERS = {"Multi-value": True, "Single Value": False}


async def custom_attributes(visit: Visit) -> Response:
    """Manage custom attributes."""
    return _custom_attributes_page(visit)


def _custom_attributes_page(visit: Visit, error: str = "") -> Response:
    return visit.page(
        "customschema",
        400 if error else 200,
        schemas=schemas.all_of(visit.world, visit.customer),
        labels=[list(INFO_TYPES), list(VISIBILITY), list(NUMBERS)],
        rows=range(1, FIELD_ROWS + 1),
        error=error,
    )


async def add_category(visit: Visit) -> Response:
    """ADD: "Flex Details" becomes the schema Flex_Details, "Full Name" its field Full_Name."""
    form = await visit.form()
    category = form.get("category", "")
    fields = [_field(form, n) for n in range(1, FIELD_ROWS + 1) if form.get(f"name_{n}")]
    body = {"schemaName": _api_name(category), "displayName": category, "fields": fields}
    try:
        schemas.insert(visit.world, visit.customer, body)
    except errors.GoogleError as error:
        return _custom_attributes_page(visit, error.message)
    return go("/ac/customschema")


def _field(form: dict[str, str], number: int) -> Document:
    name = form[f"name_{number}"]
    return {
        "fieldName": _api_name(name),
        "displayName": name,
        "fieldType": INFO_TYPES.get(form.get(f"type_{number}", "Text"), ""),
        "readAccessType": VISIBILITY.get(form.get(f"visibility_{number}", ""), ""),
        "multiValued": NUMBERS.get(form.get(f"number_{number}", ""), False),
    }


def _api_name(display_name: str) -> str:
    return display_name.replace(" ", "_")


async def people(visit: Visit) -> Response:
    """Users, a hundred a page."""
    after = visit.request.query_params.get("after", "")
    found = list(islice(users.all_of(visit.world, visit.customer, after), USERS_A_PAGE + 1))
    page = found[:USERS_A_PAGE]
    more = page[-1]["primaryEmail"] if len(found) > USERS_A_PAGE else ""
    return visit.page("users", users=page, more=more)


async def person(visit: Visit) -> Response:
    """One user's information."""
    user = users.find(visit.world, visit.customer, visit.request.path_params["email"])
    return _person_page(visit, user) if user else visit.missing()


def _person_page(visit: Visit, user: Document, error: str = "") -> Response:
    known = schemas.all_of(visit.world, visit.customer)
    values = {
        f"{schema['schemaName']}.{field['fieldName']}": ", ".join(
            attributes.read(user, f"custom.{schema['schemaName']}.{field['fieldName']}")
        )
        for schema in known
        for field in schema["fields"]
    }
    context = {"user": user, "schemas": known, "values": values, "error": error}
    return visit.page("user", 400 if error else 200, **context)


async def save_person(visit: Visit) -> Response:
    """SAVE: custom values; many are separated by commas, an empty field is deleted."""
    email = visit.request.path_params["email"]
    user = users.find(visit.world, visit.customer, email)
    if user is None:
        return visit.missing()
    form = await visit.form()
    body = {"customSchemas": _custom_values(visit, form)}
    try:
        users.update(visit.world, visit.customer, email, body)
    except errors.GoogleError as error:
        return _person_page(visit, user, error.message)
    return go(f"/ac/users/{email}")


def _custom_values(visit: Visit, form: dict[str, str]) -> Document:
    made: Document = {}
    for schema in schemas.all_of(visit.world, visit.customer):
        for field in schema["fields"]:
            text = form.get(f"{schema['schemaName']}.{field['fieldName']}")
            if text is not None:
                made.setdefault(schema["schemaName"], {})[field["fieldName"]] = _value(field, text)
    return made


def _value(field: Document, text: str) -> Any:
    if not text:
        return None
    if not field["multiValued"]:
        return text
    return [{"type": "work", "value": part.strip()} for part in text.split(",") if part.strip()]
