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

Each says what is wrong, where (key, person or screen) and what to do next (`hint`).
"""

from __future__ import annotations


class FlexSsoError(Exception):
    """The root: catch this to catch all expected errors. `str()` is the whole sentence."""

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

    def __init__(self, problems: list[tuple[str, str, str]]) -> None:
        self.problems = problems
        lines = [
            f"  {key}: {what}" + (f" ({hint})" if hint else "")
            for key, what, hint in problems[:SHOWN_PROBLEMS]
        ]
        if len(problems) > SHOWN_PROBLEMS:
            lines.append(f"  and {len(problems) - SHOWN_PROBLEMS:,} more")
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        what = "\n".join([f"The stack's configuration has {count}:", *lines])
        super().__init__(what, hint=HINT)


class MetadataError(FlexSsoError):
    """The identity provider's metadata file can't be used."""


class CertificateError(MetadataError):
    """A certificate is unreadable, unsafe, expired, or not the one that was asked for."""


class CredentialsError(FlexSsoError):
    """Credentials are missing, unreadable or refused."""


class ImpersonationError(CredentialsError):
    """Google's IAM does not let whoever is signed in here work as the service account."""


class VendorApiError(FlexSsoError):
    """A vendor's API refused a call. `status` is its HTTP status, `reason` its own short word.

    `temporary` answers are worth another try, after `retry_after` seconds where the vendor says so.
    """

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


class ConflictError(VendorApiError):
    """Something of that name is there already."""


class PermissionDeniedError(VendorApiError):
    """A scope, an administrator's right or a key's permission is missing."""


class RateLimitedError(VendorApiError):
    """The vendor's quota is used up and waiting did not help."""


class UnreachableError(FlexSsoError):
    """No usable answer: connection refused, DNS, TLS, time-out, or a body that isn't the API's."""


class DataLossError(FlexSsoError):
    """Refused: the change would delete values that people hold."""


class PartialFailureError(FlexSsoError):
    """Some of a bulk write succeeded. `reasons` has one line for each person that failed."""

    def __init__(self, what: str, reasons: list[str], *, hint: str = "") -> None:
        self.reasons = reasons
        super().__init__(what, hint=hint)
