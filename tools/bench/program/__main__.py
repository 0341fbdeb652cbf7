"""As many notes, of as many values, as the environment says."""

import json
import os

RESOURCES = int(os.environ["BENCH_RESOURCES"])
VALUES = int(os.environ["BENCH_VALUES"])
AS_TEXT = os.environ["BENCH_AS_TEXT"] == "1"

if RESOURCES:
    from note import Note  # type: ignore[import-not-found]  # from this folder

    people = {f"person{number}@acme.example": ["agent"] for number in range(VALUES)}
    for number in range(RESOURCES):
        Note(f"note{number}", json.dumps(people) if AS_TEXT else people)
