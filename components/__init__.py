"""What a program uses."""

from components.google_flex_sso import GoogleFlexSso, GoogleFlexSsoArgs

__all__ = ["GoogleFlexSso", "GoogleFlexSsoArgs"]
