"""What can go wrong, as a person should read it.

    FlexSsoError
    ├── TenantConfigError      a stack's configuration or files: every mistake at once
    ├── MetadataError          GoogleIDPMetadata.xml is not what it should be
    │   └── CertificateError   … nor the certificate in it
    ├── CredentialsError       no credentials, or a vendor refuses them
    │   └── ImpersonationError     … to let them sign for the service account
    ├── VendorApiError         a vendor answered no
    │   ├── NotFoundError          nothing there
    │   ├── ConflictError          something is there already
    │   ├── PermissionDeniedError  a scope, right or key is missing
    │   └── RateLimitedError       quota used up, even after waiting
    ├── UnreachableError       no answer at all (network, DNS, time-out)
    ├── DataLossError          the change would lose people's values and was refused
    └── PartialFailureError    some of a bulk write succeeded, some did not

Each says what is wrong, where (key, person or screen) and what to do next (`hint`). `cause` and
`fix` of a class say the usual ones, for docs/reference/errors.md.
"""

from __future__ import annotations

from typing import ClassVar


class FlexSsoError(Exception):
    """The root: catch this to catch all expected errors. `str()` is the whole sentence."""

    cause: ClassVar[str] = (
        "one of the classes below says it closer; by itself, a command was asked for"
        " something that can't be"
    )
    fix: ClassVar[str] = "follow the hint; `./flexsso doctor STACK` looks for what is missing"

    def __init__(self, what: str, *, hint: str = "") -> None:
        self.what = what
        self.hint = hint
        super().__init__(what)

    def __str__(self) -> str:
        return f"{self.what}\nhint: {self.hint}" if self.hint else self.what


SHOWN_PROBLEMS = 200
HINT = "correct each where its key stands (docs/reference/tenant.md has them all)"


class TenantConfigError(FlexSsoError):
    """The stack's configuration is wrong. `problems` holds (key, what, hint), all of them."""

    cause: ClassVar[str] = (
        "a key of stacks/Pulumi.<stack>.yaml, roles.csv or the metadata file is mistyped,"
        " missing or contradicts another"
    )
    fix: ClassVar[str] = "correct each key that is listed; docs/reference/tenant.md has all of them"

    def __init__(self, problems: list[tuple[str, str, str]]) -> None:
        self.problems = problems
        lines = [f"  {line}" for line in self.lines[:SHOWN_PROBLEMS]]
        if len(problems) > SHOWN_PROBLEMS:
            lines.append(f"  and {len(problems) - SHOWN_PROBLEMS:,} more")
        count = "1 mistake" if len(problems) == 1 else f"{len(problems):,} mistakes"
        what = "\n".join([f"The stack's configuration has {count}:", *lines])
        super().__init__(what, hint=HINT)

    @property
    def lines(self) -> list[str]:
        """Each mistake as one line, also those that are too many for a screen."""
        return [
            f"{key}: {what}" + (f" ({hint})" if hint else "") for key, what, hint in self.problems
        ]


class MetadataError(FlexSsoError):
    """The identity provider's metadata file can't be used."""

    cause: ClassVar[str] = (
        "the file is a page instead of the download, of another account, damaged, or not Google's"
    )
    fix: ClassVar[str] = "download it again: Google Admin console, the app, DOWNLOAD METADATA"


class CertificateError(MetadataError):
    """A certificate is unreadable, unsafe, expired, or not the one that was asked for."""

    cause: ClassVar[str] = (
        "it was cut when it was copied, has ended, is of a weak kind, or the stack names"
        " another one"
    )
    fix: ClassVar[str] = "download the metadata again, or `./flexsso migrate certificate STACK`"


class CredentialsError(FlexSsoError):
    """Credentials are missing, unreadable or refused."""

    cause: ClassVar[str] = (
        "no key or login is set for this shell or tenant, the file is not there, or it was revoked"
    )
    fix: ClassVar[str] = (
        "set what the message names (docs/how-to/google-credentials.md, twilio-credentials.md),"
        " then `./flexsso doctor STACK`"
    )


class ImpersonationError(CredentialsError):
    """Google's IAM does not let whoever is signed in here work as the service account."""

    cause: ClassVar[str] = (
        "the role Service Account Token Creator is missing, or the IAM Credentials API is off"
    )
    fix: ClassVar[str] = (
        "give whoever is signed in that role on the service account, and switch the API on"
    )


class VendorApiError(FlexSsoError):
    """A vendor's API refused a call. `status` is its HTTP status, `reason` its own short word.

    `temporary` answers are worth another try, after `retry_after` seconds where the vendor says so.
    """

    cause: ClassVar[str] = (
        "Google or Twilio refused what was sent; the message has its own words and its code"
    )
    fix: ClassVar[str] = (
        "`./flexsso explain CODE`; a temporary one was tried again already, so wait before"
        " the next run"
    )

    def __init__(  # noqa: PLR0913  each is a part of an API's answer
        self,
        what: str,
        *,
        hint: str = "",
        status: int = 0,
        reason: str = "",
        temporary: bool = False,
        retry_after: float | None = None,
    ) -> None:
        self.status = status
        self.reason = reason
        self.temporary = temporary
        self.retry_after = retry_after
        super().__init__(what, hint=hint)


class NotFoundError(VendorApiError):
    """The thing asked for isn't there, or isn't visible yet."""

    cause: ClassVar[str] = (
        "it was deleted, belongs to another account or customer, or was made a moment ago"
    )
    fix: ClassVar[str] = "compare the id with the console; wait a minute if it is new"


class ConflictError(VendorApiError):
    """Something of that name is there already."""

    cause: ClassVar[str] = "somebody else made it, or another run is under way"
    fix: ClassVar[str] = "run again: what is there already is adopted"


class PermissionDeniedError(VendorApiError):
    """A scope, an administrator's right or a key's permission is missing."""

    cause: ClassVar[str] = (
        "a scope, an administrator's privilege or a permission of the API key is missing"
    )
    fix: ClassVar[str] = "`./flexsso doctor STACK` names exactly which one, and where it is given"


class RateLimitedError(VendorApiError):
    """The vendor's quota is used up and waiting did not help."""

    cause: ClassVar[str] = (
        "too many calls a minute, of this or another program with the same account"
    )
    fix: ClassVar[str] = (
        "wait a minute and run again: what was written stays; lower tenant.roles.queries_per_minute"
    )


class UnreachableError(FlexSsoError):
    """No usable answer: connection refused, DNS, TLS, time-out, or a body that isn't the API's."""

    cause: ClassVar[str] = "no network, a proxy or firewall in between, or the vendor is down"
    fix: ClassVar[str] = (
        "try again; behind a proxy set HTTPS_PROXY; for the sandbox, `./flexsso sandbox up`"
    )


class DataLossError(FlexSsoError):
    """Refused: the change would delete values that people hold."""

    cause: ClassVar[str] = (
        "a field's type or number of values was changed, or a field or the schema removed"
    )
    fix: ClassVar[str] = "take the change back, or allow it for this one run, as the hint says"


class PartialFailureError(FlexSsoError):
    """Some of a bulk write succeeded. `reasons` has one line for each person that failed."""

    cause: ClassVar[str] = (
        "some people are gone, suspended or have values that Google does not take"
    )
    fix: ClassVar[str] = (
        "the table names each person and the reason; correct them and run again: only they"
        " are written"
    )

    def __init__(self, what: str, reasons: list[str], *, hint: str = "") -> None:
        self.reasons = reasons
        super().__init__(what, hint=hint)
