"""The one base of our dynamic providers: Pulumi's calls on one side, plain handlers on the other.

A subclass says what its inputs are (a pydantic model), which of them replace the thing, and does
four things with them: create, read, update, delete. Here, once for all:

- `check` validates and normalises offline, and lets unknowns of a preview pass;
- `diff` compares the wanted inputs with the outputs last seen (never with old inputs, or drift
  found by a refresh would not be repaired), offline too;
- expected errors end as one sentence, partial success as real state (`providers.failures`);
- a provider holds no state: it is stored in Pulumi's state by module and class name.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import contains_unknowns
from pydantic import BaseModel, ConfigDict, ValidationError

from providers.failures import clean_failures
from providers.settings import Settings

PROVIDER_KEY = "__provider"

Outs = dict[str, Any]


class Inputs(BaseModel):
    """Base of the inputs models: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid")


InputsT = TypeVar("InputsT", bound=Inputs)


class Provider(ResourceProvider, Generic[InputsT]):
    """Subclass it with `inputs`, perhaps `replace_on`, and the four handlers below."""

    serialize_as_secret_always = False
    inputs: ClassVar[type[Inputs]]
    replace_on: ClassVar[frozenset[str]] = frozenset()
    ignore_in_diff: ClassVar[frozenset[str]] = frozenset()

    # Handlers, for subclasses ---------------------------------------------------------------

    def create_it(self, wanted: InputsT) -> tuple[str, Outs]:
        """Find the thing by its natural key and adopt it, else make it. Returns (id, outputs)."""
        raise NotImplementedError

    def read_it(self, id_: str, olds: Outs) -> tuple[Outs, Outs] | None:
        """Look at it. Returns (outputs, inputs as they are in reality), or None if it is gone."""
        raise NotImplementedError

    def update_it(self, id_: str, olds: Outs, wanted: InputsT) -> Outs:
        """Converge from what is live, not from `olds`. Returns outputs."""
        raise NotImplementedError

    def delete_it(self, id_: str, olds: Outs) -> None:
        """Take back what is ours and nothing else. Gone already is fine."""
        raise NotImplementedError

    def wants_a_look(self, olds: Outs) -> bool:
        """Whether an `up` without a change should still look again (something is pending)."""
        del olds
        return False

    # Pulumi's side --------------------------------------------------------------------------

    def configure(self, req: ConfigureRequest) -> None:
        """Called once in a provider process. Keeps names and addresses, builds nothing."""
        self.settings = Settings.from_config(req.config)
        gc.freeze()  # modules stay for the process's short life: not to be looked through again

    def check(self, _olds: Outs, news: Outs) -> CheckResult:
        """Validate and normalise. Known parts are normalised even while others are unknown."""
        given = _without_provider(news)
        unknown = {key for key, value in given.items() if contains_unknowns(value)}
        try:
            wanted = self.inputs.model_validate(given) if not unknown else None
        except ValidationError as error:
            return CheckResult(given, [CheckFailure("", text) for text in _sentences(error)])
        return CheckResult(given if wanted is None else to_props(wanted), [])

    def diff(self, _id: str, olds: Outs, news: Outs) -> DiffResult:
        """Compare the wanted inputs with the last outputs, field by field."""
        wanted = _without_provider(news)
        changed = {
            key
            for key, value in wanted.items()
            if key not in self.ignore_in_diff
            and (contains_unknowns(value) or not same(value, olds.get(key)))
        }
        changed |= {key for key in self.fields_of(olds) if key not in wanted}
        moved = olds.get(PROVIDER_KEY) != news.get(PROVIDER_KEY)
        return DiffResult(
            changes=bool(changed) or moved or self.wants_a_look(olds),
            replaces=sorted(changed & self.replace_on),
            delete_before_replace=False,
        )

    def fields_of(self, olds: Outs) -> set[str]:
        """Inputs that were set last time: one that is gone from the program is a change."""
        return {
            key
            for key in set(self.inputs.model_fields) - self.ignore_in_diff
            if not same(olds.get(key), None)
        }

    def create(self, props: Outs) -> CreateResult:
        """Pulumi's create: adopt or make."""
        with clean_failures(props.get(PROVIDER_KEY)):
            id_, outs = self.create_it(self._parse(props))
            return CreateResult(id_, outs)

    def read(self, id_: str, props: Outs) -> ReadResult:
        """Pulumi's refresh: outputs and inputs as they are in reality."""
        with clean_failures(props.get(PROVIDER_KEY)):
            seen = self.read_it(id_, _without_provider(props))
            return ReadResult("", {}) if seen is None else ReadResult(id_, seen[0], seen[1])

    def update(self, _id: str, olds: Outs, news: Outs) -> UpdateResult:
        """Pulumi's update: converge."""
        with clean_failures(news.get(PROVIDER_KEY)):
            return UpdateResult(self.update_it(_id, _without_provider(olds), self._parse(news)))

    def delete(self, _id: str, _props: Outs) -> None:
        """Pulumi's delete: take back what is ours."""
        with clean_failures(_props.get(PROVIDER_KEY)):
            self.delete_it(_id, _without_provider(_props))

    def _parse(self, props: Outs) -> InputsT:
        return self.inputs.model_validate(_without_provider(props))  # type: ignore[return-value]


def to_props(model: BaseModel) -> Outs:
    """A model as Pulumi stores it: plain JSON values, None left out."""
    return model.model_dump(mode="json", exclude_none=True)


def declaring(outputs: type[BaseModel], props: Mapping[str, Any]) -> dict[str, Any]:
    """`props`, with every output named: Pulumi gives a resource only the attributes it was told."""
    return {**dict.fromkeys(outputs.model_fields), **props}


def same(one: Any, other: Any) -> bool:
    """Equality as the vendors store things: plain lists are sets, and empty is nothing."""
    return bool(_canonical(one) == _canonical(other))


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        plain = {key: _canonical(item) for key, item in value.items()}
        return {key: item for key, item in plain.items() if item is not None} or None
    if isinstance(value, (list, tuple)):
        items = [_canonical(item) for item in value]
        scalar = all(isinstance(item, str) for item in items)
        return (sorted(set(items)) if scalar else items) or None
    return None if value == "" else value


def _without_provider(props: Outs) -> Outs:
    return {key: value for key, value in props.items() if key != PROVIDER_KEY}


def _sentences(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in error.errors()
    ]
