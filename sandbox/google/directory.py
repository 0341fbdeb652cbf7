"""admin.googleapis.com/admin/directory/v1: the operations of the Directory API that exist here."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sandbox.google import errors, groups, paging, schemas, user_query, users
from sandbox.google.service import Api, Context, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable

Document = dict[str, Any]

MAX_GROUPS = MAX_MEMBERS = 200


def _customer(context: Context, name: str) -> str:
    """The customer that a parameter names. `my_customer` is the caller's, if it is a person."""
    wanted = context.params[name]
    if wanted == "my_customer" and not context.caller.is_robot:
        return context.customer
    if wanted == "my_customer":
        raise errors.bad_request()
    if wanted != context.customer:
        raise errors.not_authorized()
    return wanted


# Schemas --------------------------------------------------------------------------------------


def list_schemas(context: Context) -> Document:
    """schemas.list: all of them, not paged."""
    found = schemas.all_of(context.world, _customer(context, "customerId"))
    return {
        "kind": "admin#directory#schemas",
        "etag": paging.etag_of(found),
        **({"schemas": [schemas.shown(schema) for schema in found]} if found else {}),
    }


def get_schema(context: Context) -> Document:
    """schemas.get: by id or API name."""
    customer = _customer(context, "customerId")
    return schemas.shown(schemas.get(context.world, customer, context.params["schemaKey"]))


def insert_schema(context: Context) -> Document:
    """schemas.insert."""
    customer = _customer(context, "customerId")
    return schemas.shown(schemas.insert(context.world, customer, context.body))


def update_schema(context: Context) -> Document:
    """schemas.update and schemas.patch."""
    customer, key = _customer(context, "customerId"), context.params["schemaKey"]
    return schemas.shown(schemas.update(context.world, customer, key, context.body))


def delete_schema(context: Context) -> None:
    """schemas.delete."""
    customer = _customer(context, "customerId")
    schemas.delete(context.world, customer, context.params["schemaKey"])


# Users ----------------------------------------------------------------------------------------


def get_user(context: Context) -> Document:
    """users.get: by e-mail, alias or id."""
    user = users.get(context.world, context.customer, context.params["userKey"])
    return users.shown(user, *_projection(context))


def list_users(context: Context) -> Document:
    """users.list: pages of up to 500, by primary e-mail, either way."""
    params, world = context.params, context.world
    if "customer" in params:
        _customer(context, "customer")
    elif "domain" not in params:
        raise errors.bad_request()
    if params.get("showDeleted") == "true" or _sorts_otherwise(params):
        raise errors.not_emulated("users.list in another order, or of deleted users")
    limit = int(params.get("maxResults", "100"))
    after = paging.read(world, params.get("pageToken"))
    found = list(islice(_matching(context, after), limit + 1))
    page = found[:limit]
    projection, mask = _projection(context)
    answer: Document = {"kind": "admin#directory#users", "etag": paging.etag_of(page)}
    if page:
        answer["users"] = [users.shown(user, projection, mask) for user in page]
    if len(found) > limit:
        answer["nextPageToken"] = paging.write(world, page[-1]["primaryEmail"])
    return answer


def _sorts_otherwise(params: dict[str, str]) -> bool:
    """What an order is worth of which no property is told, the reference does not say."""
    return params.get("orderBy", "" if "sortOrder" in params else "email") != "email"


def _matching(context: Context, after: str) -> Iterable[Document]:
    descending = context.params.get("sortOrder") == "DESCENDING"
    found = users.all_of(context.world, context.customer, after, descending=descending)
    domain = context.params.get("domain")
    if domain:
        found = (u for u in found if u["primaryEmail"].endswith("@" + domain.lower()))
    if context.params.get("query"):
        found = filter(user_query.parse(context.params["query"]), found)
    return found


def _projection(context: Context) -> tuple[str, frozenset[str]]:
    projection = context.params.get("projection", "basic")
    mask = context.params.get("customFieldMask", "")
    if mask and projection != "custom":
        raise errors.invalid("customFieldMask")
    return projection, frozenset(mask.split(",")) if mask else frozenset()


def insert_user(context: Context) -> Document:
    """users.insert."""
    return users.shown(users.insert(context.world, context.customer, context.body))


def update_user(context: Context) -> Document:
    """users.update and users.patch: what is named changes."""
    world, customer, key = context.world, context.customer, context.params["userKey"]
    before = users.find(world, customer, key)
    user = users.update(world, customer, key, context.body)
    if before and before["primaryEmail"] != user["primaryEmail"]:
        groups.follow(world, customer, before["primaryEmail"], user["primaryEmail"])
    return users.shown(user)


def delete_user(context: Context) -> None:
    """users.delete."""
    email = users.delete(context.world, context.customer, context.params["userKey"])
    groups.follow(context.world, context.customer, email, None)


# Groups and members ---------------------------------------------------------------------------


def get_group(context: Context) -> Document:
    """groups.get: by e-mail or id."""
    group = groups.get(context.world, context.customer, context.params["groupKey"])
    return groups.shown(context.world, context.customer, group)


def list_groups(context: Context) -> Document:
    """groups.list: of a customer, a domain or a user; pages of up to 200."""
    world, params = context.world, context.params
    if "customer" in params:
        _customer(context, "customer")
    elif "domain" not in params and "userKey" not in params:
        raise errors.bad_request()
    if {"query", "orderBy", "sortOrder"} & set(params):
        raise errors.not_emulated("groups.list with a query or an order")
    found = groups.all_of(world, context.customer)
    if "userKey" in params:
        key = params["userKey"].lower()
        found = [g for g in found if _is_direct_member(context, g, key)]
    if "domain" in params:
        found = [g for g in found if g["email"].endswith("@" + params["domain"].lower())]
    page = _page(context, found, "groups", MAX_GROUPS)
    if "groups" in page:
        page["groups"] = [groups.shown(world, context.customer, g) for g in page["groups"]]
    return page


def _is_direct_member(context: Context, group: Document, email: str) -> bool:
    key = f"{context.customer}/{group['email']}/{email}"
    return context.world.store.get("google_member", key) is not None


def list_members(context: Context) -> Document:
    """members.list: direct members, or derived ones too; pages of up to 200."""
    world, params = context.world, context.params
    group = groups.get(world, context.customer, params["groupKey"])["email"]
    derived = params.get("includeDerivedMembership") == "true"
    read = groups.derived_members if derived else groups.members
    found = read(world, context.customer, group)
    if "roles" in params:
        wanted = params["roles"].upper().split(",")
        found = [member for member in found if member["role"] in wanted]
    page = _page(context, found, "members", MAX_MEMBERS)
    if "members" in page:
        shown = (groups.shown_member(world, context.customer, m) for m in page["members"])
        page["members"] = list(shown)
    return page


def insert_member(context: Context) -> Document:
    """members.insert."""
    group = groups.get(context.world, context.customer, context.params["groupKey"])["email"]
    if not context.body.get("email"):
        raise errors.required("memberKey")
    role = context.body.get("role") or "MEMBER"
    email = context.body["email"]
    return groups.add_member(context.world, context.customer, group, email, role)


def delete_member(context: Context) -> None:
    """members.delete."""
    group = groups.get(context.world, context.customer, context.params["groupKey"])["email"]
    groups.remove_member(context.world, context.customer, group, context.params["memberKey"])


def _page(context: Context, found: list[Document], noun: str, most: int) -> Document:
    """One page of items that are sorted by e-mail; above `most`, the API gives `most`."""
    limit = min(int(context.params.get("maxResults", most)), most)
    after = paging.read(context.world, context.params.get("pageToken"))
    rest = [item for item in found if item["email"] > after]
    page = rest[:limit]
    answer: Document = {"kind": f"admin#directory#{noun}", "etag": paging.etag_of(page)}
    if page:
        answer[noun] = page
    if len(rest) > limit:
        answer["nextPageToken"] = paging.write(context.world, page[-1]["email"])
    return answer


_SWEEP = "removing a field removes its values at once; the type of a field is fixed (inferred)"

API = Api(
    "admin.directory_v1",
    [
        Operation("directory.schemas.list", list_schemas),
        Operation("directory.schemas.get", get_schema, note="text of the 404 inferred"),
        Operation("directory.schemas.insert", insert_schema, note="name rules and limits inferred"),
        Operation("directory.schemas.update", update_schema, note=_SWEEP),
        Operation("directory.schemas.patch", update_schema, note=_SWEEP),
        Operation("directory.schemas.delete", delete_schema, note="values go at once"),
        Operation("directory.users.list", list_users, note="query: a few clauses; by e-mail only"),
        Operation("directory.users.get", get_user),
        Operation("directory.users.insert", insert_user),
        Operation("directory.users.update", update_user, note="sizes of values: third-party text"),
        Operation("directory.users.patch", update_user, note="same as update"),
        Operation("directory.users.delete", delete_user, note="no undelete"),
        Operation("directory.groups.list", list_groups, note="no query"),
        Operation("directory.groups.get", get_group),
        Operation(
            "directory.members.list", list_members, note="EXTERNAL members: third-party text"
        ),
        Operation("directory.members.insert", insert_member, note="cycles are not refused"),
        Operation("directory.members.delete", delete_member, note="by e-mail only"),
    ],
)
