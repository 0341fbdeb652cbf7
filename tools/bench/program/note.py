"""A dynamic resource that does nothing, in an importable module as ours are."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider


class NoteProvider(ResourceProvider):
    """Keeps `value` in the state and calls nobody."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Nothing to create."""
        return CreateResult("note", {"value": props["value"]})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The state is the truth."""
        return ReadResult(id_, {"value": props["value"]}, {"value": props["value"]})

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare the one value."""
        return DiffResult(changes=olds["value"] != news["value"])


class Note(Resource, module="bench", name="Note"):
    """Holds one value of any shape."""

    def __init__(self, name: str, value: object) -> None:
        super().__init__(NoteProvider(), name, {"value": value})
