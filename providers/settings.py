"""What a provider learns in `configure`: where the vendors are, and where credentials are.

Pulumi copies the stack's configuration into the state, where a plain `refresh` or `destroy` goes
on using the old copy. So it names credentials only; the secrets themselves are read from the
environment or a file at the moment of use, and never kept on a provider.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from models.config_problems import problems_of
from models.endpoints import Endpoints
from models.errors import CredentialsError, TenantConfigError
from models.tenant import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

CREDENTIALS_LIMIT = 1_000_000
Shape = TypeVar("Shape", bound=BaseModel)


class ConfigSource(Protocol):
    """Pulumi's configuration, of the engine's or of the program's side: text by key."""

    def get(self, key: str) -> str | None:
        """The value, or None."""


class TwilioKey(BaseModel):
    """An API key. Its secret shows as stars wherever it is printed."""

    model_config = ConfigDict(frozen=True)

    api_key: str
    api_secret: SecretStr


class Settings(BaseModel):
    """Endpoints, names of credentials, and the administrator to act as."""

    model_config = ConfigDict(frozen=True)

    endpoints: Endpoints = Endpoints()
    credentials: Credentials = Credentials()
    google_admin: str | None = None
    directory_queries_per_minute: int = 2400

    @classmethod
    def from_config(cls, config: ConfigSource) -> Settings:
        """Read `tenant` and `endpoints`; what is absent keeps its default (another program's).

        Raises TenantConfigError.
        """
        tenant = _object(config.get("tenant"))
        google = tenant.get("google") or {}
        roles = tenant.get("roles") or {}
        credentials = tenant.get("credentials") or {}
        return cls(
            endpoints=_parsed(Endpoints, _object(config.get("endpoints")), "endpoints"),
            credentials=_parsed(Credentials, credentials, "tenant.credentials"),
            google_admin=google.get("admin"),
            directory_queries_per_minute=roles.get("queries_per_minute", 2400),
        )


def _parsed(model: type[Shape], given: object, key: str) -> Shape:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise TenantConfigError([*problems_of(error, model, key)]) from None


def _object(text: Any) -> dict[str, Any]:
    value = json.loads(text) if isinstance(text, str) else text
    return value or {}


def twilio_key(settings: Settings, environment: Mapping[str, str] = os.environ) -> TwilioKey:
    """The tenant's API key, from its file or from the environment.

    Raises CredentialsError that names the file or variable to set.
    """
    source = settings.credentials.twilio
    if source.file:
        return _key_from_file(Path(source.file))
    key_name = source.key_env or "TWILIO_API_KEY"
    secret_name = source.secret_env or "TWILIO_API_SECRET"
    missing = [name for name in (key_name, secret_name) if not environment.get(name)]
    if missing:
        raise CredentialsError(
            f"Twilio: no credentials ({' and '.join(missing)} not set)",
            hint="make an API key under Console > Account > API keys and put it into these"
            " variables, or name others in tenant.credentials.twilio",
        )
    return TwilioKey(api_key=environment[key_name], api_secret=SecretStr(environment[secret_name]))


def credentials_file(path: Path) -> bytes:
    """The bytes of a credentials file; a device or something huge is none. Raises OSError."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > CREDENTIALS_LIMIT:
        raise OSError(errno.EINVAL, "no plain file of a credentials file's size")
    return path.read_bytes()


def _key_from_file(path: Path) -> TwilioKey:
    try:
        content = json.loads(credentials_file(path))
        return TwilioKey(api_key=content["api_key"], api_secret=content["api_secret"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CredentialsError(
            f"Twilio: can't read credentials from {path} ({type(error).__name__})",
            hint='expected a JSON file {"api_key": "SK…", "api_secret": "…"},'
            " named by tenant.credentials.twilio.file",
        ) from None
