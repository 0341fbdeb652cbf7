"""SAML responses out of what people have at hand: XML, base64, a form's body, a HAR, a tracer file.

A HAR is what browsers save from their network panel; SAML-tracer, the usual add-on, exports
{"requests": [{"post": [["SAMLResponse", "…"]]}]}. Nothing is sent anywhere.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict

from models.errors import FlexSsoError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_INPUT_BYTES = 64 * 1024 * 1024
MAX_RESPONSE_BYTES = 256 * 1024
FIELD = "SAMLResponse"
GET_ONE = (
    "in the browser's developer tools, Network, keep the log, sign in, save as HAR; or copy the"
    " form field SAMLResponse of the request to Flex"
)


class SamlInputError(FlexSsoError):
    """What was given holds no SAML response that can be read."""

    cause: ClassVar[str] = "it is another file, another form field, or was cut when it was copied"
    fix: ClassVar[str] = "save the browser's network panel as HAR while you sign in, and give that"


class SamlInput(BaseModel):
    """One response. `source` tells where it was found, `url` where the browser posted it."""

    model_config = ConfigDict(frozen=True)

    xml: bytes
    source: str
    url: str = ""


def read_saml_inputs(data: bytes) -> list[SamlInput]:
    """All responses in `data`, in order. Raises SamlInputError if there is none."""
    if len(data) > MAX_INPUT_BYTES:
        raise SamlInputError("The input is larger than 64 MB.", hint=GET_ONE)
    stripped = data.strip().removeprefix(b"\xef\xbb\xbf")
    if not stripped:
        raise SamlInputError("The input is empty.", hint=GET_ONE)
    if stripped.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return [SamlInput(xml=stripped, source="XML")]
    text = stripped.decode("utf-8", "replace")
    found = list(_in_json(text) if text[0] in "{[" else _in_text(text))
    if not found:
        raise SamlInputError(f"There is no {FIELD} in it.", hint=GET_ONE)
    return found


def _in_text(text: str) -> Iterator[SamlInput]:
    """A form's body, or the field's value alone (perhaps still percent-encoded)."""
    if re.search(rf"(^|&){FIELD}=", text):
        for value in parse_qs(text, keep_blank_values=True).get(FIELD, []):
            yield SamlInput(xml=decode_field(value), source="form")
        return
    value = parse_qs(f"v={text}").get("v", [""])[0] if "%" in text else text
    yield SamlInput(xml=decode_field(value), source="base64")


def decode_field(value: str) -> bytes:
    """The form field as Flex reads it: strict base64; white space is forgiven, as browsers wrap."""
    try:
        # A plus sign that went through form decoding once too often is a space by now.
        compact = re.sub(r"[\r\n\t]", "", value.strip()).replace(" ", "+")
        xml = base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        raise SamlInputError(
            "The value is no base64: it was cut or changed.", hint=GET_ONE
        ) from None
    if not xml:
        raise SamlInputError("The value is empty.", hint=GET_ONE)
    return xml


def _in_json(text: str) -> Iterator[SamlInput]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise SamlInputError("The file looks like JSON, but is damaged.", hint=GET_ONE) from None
    for number, entry in enumerate(_list(_object(_object(document).get("log")).get("entries")), 1):
        yield from _in_har_entry(_object(_object(entry).get("request")), number)
    for number, request in enumerate(_list(_object(document).get("requests")), 1):
        for name, value in _pairs(_object(request).get("post")):
            if name == FIELD:
                source, url = f"SAML-tracer, request {number}", str(request.get("url", ""))
                yield SamlInput(xml=decode_field(value), source=source, url=url)


def _in_har_entry(request: dict[str, Any], number: int) -> Iterator[SamlInput]:
    body = _object(request.get("postData"))
    source, url = f"HAR, request {number}", str(request.get("url", ""))
    params = [_object(one) for one in _list(body.get("params"))]
    values = [str(one.get("value", "")) for one in params if one.get("name") == FIELD]
    if not values and FIELD in str(body.get("text", "")):
        values = parse_qs(str(body["text"])).get(FIELD, [])
    for value in values:
        # Chrome keeps params percent-encoded, Firefox decoded.
        plain = parse_qs(f"v={value}").get("v", [""])[0] if "%" in value else value
        yield SamlInput(xml=decode_field(plain), source=source, url=url)


def _pairs(post: Any) -> Iterator[tuple[str, str]]:
    for one in _list(post):
        if isinstance(one, list) and len(one) == 2:
            yield str(one[0]), str(one[1])


def _object(value: Any) -> dict[str, Any]:
    """The value, if it is what the format says; nothing instead of something else."""
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
