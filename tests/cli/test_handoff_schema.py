"""docs/reference/handoff.schema.json says what the code sends and takes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from models.handoff import Handoff
from models.phase import Phase
from models.webhook import Answer
from tests.cli.handoffs import outputs

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "handoff.schema.json"


def rendered() -> dict[str, Any]:
    schema = Handoff.model_json_schema()
    answer = Answer.model_json_schema(ref_template="#/$defs/{model}")
    schema["$defs"] |= {**answer.pop("$defs"), "Answer": answer}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    head["$comment"] = "Written by `make golden` from models/. $defs/Answer is a webhook's answer."
    return head | schema


def test_the_schema_is_golden():
    text = json.dumps(rendered(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(text, encoding="utf-8")

    assert text == PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("phase", list(Phase))
def test_every_hand_off_is_valid_by_it(phase):
    schema = json.loads(PAGE.read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(outputs(phase)["handoff"], schema)


def test_another_document_is_not():
    schema = json.loads(PAGE.read_text(encoding="utf-8"))

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(outputs()["handoff"] | {"phase": "finished"}, schema)
