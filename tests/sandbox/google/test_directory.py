"""The Directory API of the sandbox, judged by Google's own client."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from googleapiclient.errors import HttpError  # noqa: TID251

from sandbox.google import room
from sandbox.world import World
from tests.sandbox.google.conftest import CUSTOMER, WORKSPACE, Client

ADA = "ada@acme.example"
FLEX = "Flex_Details"


def read(directory: Any, email: str = ADA) -> dict[str, Any]:
    user = directory.users().get(userKey=email, projection="full").execute()
    return dict(user.get("customSchemas", {}))


def write(directory: Any, values: dict[str, Any], email: str = ADA) -> dict[str, Any]:
    body = {"customSchemas": {FLEX: values}}
    return dict(directory.users().update(userKey=email, body=body).execute())


def failure(request: Any) -> tuple[int, str, str]:
    """Status, reason and message of the error that the request is answered with."""
    with pytest.raises(HttpError) as caught:
        request.execute()
    details = caught.value.error_details
    reason = details[0]["reason"] if isinstance(details, list) and details else ""
    return caught.value.resp.status, reason, caught.value.reason


# Custom values ----------------------------------------------------------------------------------


def test_array_values_are_replaced_whole_and_read_back_with_type_work(directory: Any) -> None:
    write(directory, {"Roles": [{"value": "agent"}, {"value": "admin"}]})
    write(directory, {"Roles": [{"value": "supervisor"}]})

    assert read(directory)[FLEX] == {"Roles": [{"value": "supervisor", "type": "work"}]}


def test_what_is_not_named_stays_and_null_deletes(directory: Any) -> None:
    write(directory, {"Full_Name": "Ada", "Roles": [{"value": "agent"}]})
    write(directory, {"Full_Name": None})

    assert read(directory) == {
        "HR": {"Badge": "B-1815"},
        FLEX: {"Roles": [{"value": "agent", "type": "work"}]},
    }


def test_an_object_sent_to_a_single_field_is_silently_ignored(directory: Any) -> None:
    write(directory, {"Full_Name": "Ada"})
    write(directory, {"Full_Name": {"type": "work", "value": "Countess"}})

    assert read(directory)[FLEX] == {"Full_Name": "Ada"}


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ({"Since": "2024"}, {"Since": "2024-01-01"}),
        ({"Since": "2024-05"}, {"Since": "2024-05-01"}),
        ({"Lead": "perhaps"}, {"Lead": False}),
        ({"Lead": True}, {"Lead": True}),
        ({"Seat": 12}, {"Seat": "12"}),
    ],
)
def test_typed_values_are_kept_in_their_own_form(directory: Any, sent: Any, held: Any) -> None:
    write(directory, sent)

    assert read(directory)[FLEX] == held


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"Roles": "agent"}, (400, "invalid", "Invalid Input: custom_schema")),
        ({"Roles": ["agent"]}, (400, "invalid", "Invalid Input: custom_schema")),
        ({"Roles": [{"type": "work"}]}, (400, "invalid", "Invalid Input: custom_schema")),
        (
            {"Roles": [{"value": "a", "type": "desk"}]},
            (400, "invalid", "Invalid Input: custom_schema"),
        ),
        (
            {"Roles": [{"value": "a", "type": "custom"}]},
            (400, "invalid", "Invalid Input: custom_schema"),
        ),
        ({"Nothing": "x"}, (400, "invalid", "Invalid Input: custom_schema")),
        ({"Since": "yesterday"}, (400, "invalid", "Invalid Input")),
        ({"Backup": "nobody"}, (400, "invalid", "Invalid Input")),
        ({"Seat": "twelve"}, (400, "invalid", "Invalid Input")),
    ],
)
def test_wrong_values_are_refused(directory: Any, values: Any, expected: Any) -> None:
    request = directory.users().update(userKey=ADA, body={"customSchemas": {FLEX: values}})

    assert expected == failure(request)
    assert FLEX not in read(directory)


@pytest.mark.parametrize(
    "values", [{"Full_Name": "x" * 501}, {"Roles": [{"value": "x" * 400}] * 70}]
)
def test_values_that_are_too_large_are_413(directory: Any, values: Any) -> None:
    request = directory.users().update(userKey=ADA, body={"customSchemas": {FLEX: values}})

    status, _, message = failure(request)
    assert status == 413
    assert message.startswith("Profile quota is exceeded.: Data is too large for")


def test_an_unknown_schema_is_refused(directory: Any) -> None:
    request = directory.users().update(userKey=ADA, body={"customSchemas": {"Nope": {"A": "x"}}})

    assert failure(request) == (400, "invalid", "Invalid Input: custom_schema")


def test_a_new_schema_takes_values_only_after_the_delay(directory: Any, world: World) -> None:
    fields = [{"fieldName": "A", "displayName": "A", "fieldType": "STRING"}]
    body = {"schemaName": "New", "displayName": "New", "fields": fields}
    world.options.propagation_delay = 60
    world.set_clock(120)
    directory.schemas().insert(customerId="my_customer", body=body).execute()
    request = directory.users().update(userKey=ADA, body={"customSchemas": {"New": {"A": "x"}}})

    assert failure(request) == (400, "invalid", "Invalid Input")
    world.set_clock(181)
    assert request.execute()["customSchemas"]["New"] == {"A": "x"}


# Schemas ----------------------------------------------------------------------------------------


def test_a_schema_is_found_by_id_and_by_name_with_googles_defaults(directory: Any) -> None:
    by_name = directory.schemas().get(customerId=CUSTOMER, schemaKey="HR").execute()
    by_id = (
        directory.schemas().get(customerId="my_customer", schemaKey=by_name["schemaId"]).execute()
    )

    assert by_id == by_name
    field = by_name["fields"][0]
    assert (field["indexed"], field["multiValued"]) == (True, False)
    assert field["readAccessType"] == "ALL_DOMAIN_USERS"


def test_a_taken_schema_name_is_409(directory: Any) -> None:
    body = {k: WORKSPACE["schemas"][0][k] for k in ("schemaName", "displayName", "fields")}

    expected = (409, "duplicate", "Entity already exists.")
    assert failure(directory.schemas().insert(customerId=CUSTOMER, body=body)) == expected


def test_a_field_left_out_of_an_update_takes_its_values_along(directory: Any) -> None:
    write(directory, {"Full_Name": "Ada", "Lead": True})
    schema = directory.schemas().get(customerId=CUSTOMER, schemaKey=FLEX).execute()
    kept = [f for f in schema["fields"] if f["fieldName"] != "Full_Name"]
    directory.schemas().update(customerId=CUSTOMER, schemaKey=FLEX, body={"fields": kept}).execute()

    assert read(directory) == {"HR": {"Badge": "B-1815"}, FLEX: {"Lead": True}}


@pytest.mark.parametrize("change", [{"fieldType": "INT64"}, {"multiValued": True}])
def test_type_and_multiplicity_of_a_field_stay(directory: Any, change: Any) -> None:
    field = {"fieldName": "Badge", "displayName": "Badge", "fieldType": "STRING"} | change
    request = directory.schemas().patch(
        customerId=CUSTOMER, schemaKey="HR", body={"fields": [field]}
    )

    assert failure(request)[:2] == (400, "invalid")


def test_deleting_a_schema_deletes_its_values(directory: Any) -> None:
    directory.schemas().delete(customerId=CUSTOMER, schemaKey="HR").execute()

    assert read(directory) == {}
    assert failure(directory.schemas().get(customerId=CUSTOMER, schemaKey="HR"))[:2] == (
        404,
        "notFound",
    )


def test_a_field_in_use_may_be_kept_by_google(directory: Any, world: World) -> None:
    world.options.fields_in_use_are_kept = True
    request = directory.schemas().delete(customerId=CUSTOMER, schemaKey="HR")

    assert failure(request) == (500, "", "Cannot delete a field in use.resource.fields")
    assert read(directory) == {"HR": {"Badge": "B-1815"}}


@pytest.mark.parametrize(
    "field",
    [
        {"fieldName": "A", "displayName": "A", "fieldType": "TEXT"},
        {"fieldName": "A b", "displayName": "A", "fieldType": "STRING"},
        {"fieldName": "A", "displayName": "A", "fieldType": "STRING", "readAccessType": "ALL"},
        {"fieldName": "A", "displayName": "A"},
        {"fieldName": "A", "displayName": "A", "fieldType": "STRING", "multivalued": True},
        {"fieldName": "A", "displayName": "A", "fieldType": "STRING", "multiValued": "yes"},
    ],
)
def test_a_wrong_field_is_400(directory: Any, field: Any) -> None:
    body = {"schemaName": "X", "displayName": "X", "fields": [field]}

    assert failure(directory.schemas().insert(customerId=CUSTOMER, body=body))[0] == 400


# Users ------------------------------------------------------------------------------------------


def test_a_list_is_read_page_by_page(directory: Any) -> None:
    request = directory.users().list(customer="my_customer", maxResults=2)
    pages: list[list[str]] = []
    while request is not None:
        page = request.execute()
        pages.append([user["primaryEmail"].partition("@")[0] for user in page["users"]])
        request = directory.users().list_next(request, page)

    assert pages == [["ada", "admin"], ["emmy", "grace"]]


def test_a_projection_shows_only_the_schemas_of_its_mask(directory: Any) -> None:
    write(directory, {"Full_Name": "Ada"})
    users = directory.users()
    arguments = {"customer": CUSTOMER, "query": f"email={ADA}"}

    def custom(**more: Any) -> Any:
        return users.list(**arguments, **more).execute()["users"][0].get("customSchemas")

    assert custom() is None
    assert custom(projection="custom", customFieldMask=FLEX) == {FLEX: {"Full_Name": "Ada"}}
    assert set(custom(projection="full")) == {"HR", FLEX}


def test_fields_selects_parts_of_the_answer(directory: Any) -> None:
    wanted = "nextPageToken,users(primaryEmail,name/fullName)"
    page = directory.users().list(customer=CUSTOMER, maxResults=1, fields=wanted).execute()

    assert page["users"] == [{"primaryEmail": ADA, "name": {"fullName": "Ada Lovelace"}}]
    assert set(page) == {"users", "nextPageToken"}


@pytest.mark.parametrize("size", [1, 2, 500])
def test_people_are_listed_backwards(directory: Any, size: int) -> None:
    def listed(order: str) -> list[str]:
        request = directory.users().list(
            customer=CUSTOMER, orderBy="email", sortOrder=order, maxResults=size
        )
        found = []
        while request is not None:
            page = request.execute()
            found += [user["primaryEmail"] for user in page["users"]]
            request = directory.users().list_next(request, page)
        return found

    assert len(listed("ASCENDING")) > 2
    assert listed("ASCENDING")[::-1] == listed("DESCENDING")


def test_a_query_finds_by_custom_value(directory: Any) -> None:
    write(directory, {"Roles": [{"value": "admin"}]})
    page = directory.users().list(customer=CUSTOMER, query=f"{FLEX}.Roles:admin").execute()

    assert [user["primaryEmail"] for user in page["users"]] == [ADA]


def test_an_unchanged_user_is_304_for_its_etag(directory: Any, world: World) -> None:
    user = directory.users().get(userKey=ADA).execute()
    token = directory._http.credentials.token
    headers = {"Authorization": f"Bearer {token}", "If-None-Match": user["etag"]}
    url = f"{world.base}/admin.googleapis.com/admin/directory/v1/users/{ADA}"

    assert httpx.get(url, headers=headers).status_code == 304
    write(directory, {"Lead": True})
    assert httpx.get(url, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"customer": CUSTOMER, "maxResults": 501}, 400),
        ({"customer": CUSTOMER, "pageToken": "nonsense"}, 400),
        ({"customer": CUSTOMER, "query": "shoeSize=41"}, 400),
        ({"customer": CUSTOMER, "sortOrder": "DESCENDING"}, 501),
        ({"customer": CUSTOMER, "orderBy": "familyName"}, 501),
        ({"customer": "C0another"}, 403),
        ({}, 400),
    ],
)
def test_wrong_list_parameters_are_refused(directory: Any, arguments: Any, status: int) -> None:
    assert failure(directory.users().list(**arguments))[0] == status


def test_a_missing_user_is_404(directory: Any) -> None:
    expected = (404, "notFound", "Resource Not Found: userKey")
    assert failure(directory.users().get(userKey="nobody@acme.example")) == expected


def test_a_new_user_answers_404_and_412_for_a_while(directory: Any, world: World) -> None:
    world.options.new_user_delay = 5
    world.set_clock(100)
    name = {"givenName": "New", "familyName": "Person"}
    body = {"primaryEmail": "new@acme.example", "name": name, "password": "correct horse"}
    made = directory.users().insert(body=body).execute()

    assert "password" not in made
    assert failure(directory.users().get(userKey="new@acme.example"))[0] == 404
    request = directory.users().update(userKey="new@acme.example", body={"suspended": True})
    assert failure(request) == (412, "conditionNotMet", "User creation is not complete.")
    world.set_clock(106)
    assert request.execute()["suspended"] is True


# Groups -----------------------------------------------------------------------------------------


def test_members_are_direct_unless_derived_ones_are_asked_for(directory: Any) -> None:
    direct = directory.members().list(groupKey="agents@acme.example").execute()["members"]
    request = directory.members().list(
        groupKey="agents@acme.example", includeDerivedMembership=True, maxResults=2
    )
    derived: list[tuple[str, str, str | None]] = []
    while request is not None:
        page = request.execute()
        derived += [
            (m["email"].partition("@")[0], m["type"], m.get("status")) for m in page["members"]
        ]
        request = directory.members().list_next(request, page)

    assert [m["email"].partition("@")[0] for m in direct] == ["grace", "night"]
    assert derived == [
        ("ada", "USER", "ACTIVE"),
        ("emmy", "USER", "SUSPENDED"),
        ("grace", "USER", "ACTIVE"),
        ("night", "GROUP", "ACTIVE"),
        ("temp", "EXTERNAL", None),
    ]


def test_a_cycle_of_groups_ends(directory: Any) -> None:
    body = {"email": "agents@acme.example"}
    directory.members().insert(groupKey="night@acme.example", body=body).execute()
    page = (
        directory.members()
        .list(groupKey="agents@acme.example", includeDerivedMembership=True)
        .execute()
    )

    assert len(page["members"]) == 6


def test_memberships_follow_a_new_address_and_end_with_the_user(directory: Any) -> None:
    def night() -> set[str]:
        page = directory.members().list(groupKey="night@acme.example").execute()
        return {m["email"].partition("@")[0] for m in page["members"] if m["type"] == "USER"}

    body = {"primaryEmail": "countess@acme.example"}
    directory.users().update(userKey=ADA, body=body).execute()
    assert night() == {"countess", "emmy"}
    assert read(directory, "countess@acme.example") == {"HR": {"Badge": "B-1815"}}
    assert failure(directory.users().get(userKey=ADA))[0] == 404

    directory.users().delete(userKey="countess@acme.example").execute()
    assert night() == {"emmy"}


def test_a_refused_write_changes_nothing_even_with_a_new_address(directory: Any) -> None:
    body = {"primaryEmail": "countess@acme.example", "customSchemas": {"Nope": {"A": "x"}}}

    assert failure(directory.users().update(userKey=ADA, body=body))[0] == 400
    assert directory.users().get(userKey=ADA).execute()["primaryEmail"] == ADA


def test_an_address_that_is_taken_is_409(directory: Any) -> None:
    body = {"primaryEmail": "grace@acme.example"}
    request = directory.users().update(userKey=ADA, body=body)

    assert failure(request) == (409, "duplicate", "Entity already exists.")


def test_groups_of_a_user(directory: Any) -> None:
    page = directory.groups().list(userKey="grace@acme.example").execute()

    assert [(g["name"], g["directMembersCount"]) for g in page["groups"]] == [("agent", "2")]
    assert (
        failure(directory.groups().get(groupKey="no@acme.example"))[2]
        == "Resource Not Found: groupKey"
    )


# Batch, quota, rights ---------------------------------------------------------------------------


def test_a_batch_carries_out_a_thousand_updates_each_with_its_own_answer(
    directory: Any, world: World
) -> None:
    answers: list[tuple[Any, Any]] = []
    batch = directory.new_batch_http_request(callback=lambda _, *both: answers.append(both))
    for number in range(1000):
        email = ADA if number != 7 else "nobody@acme.example"
        values = {FLEX: {"Full_Name": f"Ada {number}"}}
        batch.add(directory.users().update(userKey=email, body={"customSchemas": values}))
    batch.execute()

    failed = [error.resp.status for _, error in answers if error]
    assert (len(answers), failed) == (1000, [404])
    assert read(directory)[FLEX] == {"Full_Name": "Ada 999"}


def test_each_part_of_a_batch_counts_for_the_quota(directory: Any, world: World) -> None:
    world.options.directory_quota_per_minute = 5
    world.store.delete("google_quota", CUSTOMER)
    reasons: list[str] = []

    def note(_id: str, _answer: Any, error: Any) -> None:
        reasons.append(error.error_details[0]["reason"] if error else "ok")

    batch = directory.new_batch_http_request(callback=note)
    for _ in range(8):
        batch.add(directory.users().get(userKey=ADA))
    batch.execute()

    assert reasons == ["ok"] * 5 + ["userRateLimitExceeded"] * 3
    world.set_clock(60)
    assert directory.users().get(userKey=ADA).execute()["id"]


def test_more_than_a_thousand_parts_are_refused(directory: Any, world: World) -> None:
    directory.users().get(userKey=ADA).execute()
    part = (
        "--b\r\nContent-Type: application/http\r\n\r\nGET /admin/directory/v1/users/x\r\n\r\n\r\n"
    )
    answer = httpx.post(
        f"{world.base}/admin.googleapis.com/batch/admin/directory_v1",
        content=part * 1001 + "--b--",
        headers={"Content-Type": "multipart/mixed; boundary=b"},
    )

    assert (answer.status_code, "1001" in answer.json()["error"]["message"]) == (400, True)


def test_a_scope_that_is_missing_is_403(client: Client) -> None:
    reader = client(scopes=("admin.directory.user.readonly",))

    assert reader.users().get(userKey=ADA).execute()["primaryEmail"] == ADA
    status, reason, _ = failure(reader.users().update(userKey=ADA, body={"suspended": True}))
    assert (status, reason) == (403, "insufficientPermissions")


def test_a_subject_without_administrators_rights_is_403(client: Client) -> None:
    request = client(subject="grace@acme.example").users().get(userKey=ADA)

    expected = (403, "forbidden", "Not Authorized to access this resource/api")
    assert failure(request) == expected


def test_a_service_account_may_act_for_itself_but_not_as_my_customer(client: Client) -> None:
    robot = client(subject=None)

    assert robot.users().list(customer=CUSTOMER).execute()["users"]
    assert failure(robot.users().list(customer="my_customer"))[0] == 400


def test_a_service_account_without_a_role_is_403(client: Client, world: World) -> None:
    room.plant(
        world,
        {
            **WORKSPACE,
            "customer_id": "C02other",
            "domain": "b.example",
            "admin": "root@b.example",
            "users": [],
            "groups": [],
            "values": {},
            "service_account_is_admin": False,
        },
    )

    request = client(subject=None, customer="C02other").users().list(customer="C02other")
    assert failure(request)[:2] == (403, "forbidden")


def test_another_customers_user_is_403(client: Client, world: World) -> None:
    room.plant(
        world,
        {
            **WORKSPACE,
            "customer_id": "C02other",
            "domain": "b.example",
            "admin": "root@b.example",
            "users": [],
            "groups": [],
            "values": {},
        },
    )

    assert failure(client().users().get(userKey="root@b.example"))[:2] == (403, "forbidden")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [({}, "required"), ({"Authorization": "Bearer stale"}, "authError")],
)
def test_no_token_or_a_wrong_one_is_401(world: World, headers: Any, reason: str) -> None:
    url = f"{world.base}/admin.googleapis.com/admin/directory/v1/users/{ADA}"
    answer = httpx.get(url, headers=headers)

    assert answer.status_code == 401
    assert answer.json()["error"]["errors"][0]["reason"] == reason


def test_an_unknown_url_is_404_and_an_unemulated_method_says_so(
    directory: Any, world: World
) -> None:
    url = f"{world.base}/admin.googleapis.com/admin/directory/v2/people"

    assert httpx.get(url).status_code == 404
    assert failure(directory.users().makeAdmin(userKey=ADA, body={"status": True}))[0] == 501


def test_an_unknown_query_parameter_is_400(directory: Any, world: World) -> None:
    directory.users().get(userKey=ADA).execute()
    url = f"{world.base}/admin.googleapis.com/admin/directory/v1/users/{ADA}?colour=red"
    headers = {"Authorization": f"Bearer {directory._http.credentials.token}"}

    answer = httpx.get(url, headers=headers)
    assert (answer.status_code, "colour" in answer.text) == (400, True)


def test_a_parameter_that_breaks_its_pattern_is_400(client: Client, world: World) -> None:
    reports = client("reports_v1")
    reports.activities().list(userKey="all", applicationName="saml").execute()
    answer = httpx.get(
        f"{world.base}/admin.googleapis.com/admin/reports/v1/activity/users/all/applications/saml",
        params={"startTime": "yesterday"},
        headers={"Authorization": f"Bearer {reports._http.credentials.token}"},
    )

    assert (answer.status_code, "startTime" in answer.text) == (400, True)
