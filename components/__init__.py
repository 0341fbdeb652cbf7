"""What a program uses."""

from components.google_flex_sso import GoogleFlexSso, GoogleFlexSsoArgs
from components.tenant_args import RoleAssignmentArgs, TenantArgs

__all__ = ["GoogleFlexSso", "GoogleFlexSsoArgs", "RoleAssignmentArgs", "TenantArgs"]
