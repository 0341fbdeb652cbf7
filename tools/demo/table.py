"""The last screen of the demo: what was seen, and where to click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from models.phase import Phase
    from tools.demo.sandbox import Sandbox


class SignIn(NamedTuple):
    """Somebody who was signed in to Flex, how, and with which roles."""

    email: str
    way: str
    roles: list[str]


def print_result(
    phases: list[Phase], outputs: dict[str, Any], sign_ins: list[SignIn], sandbox: Sandbox
) -> None:
    """The table, then the links, then how to stop."""
    rows = [
        ("Phases", " → ".join(phase.value for phase in phases)),
        ("SSO URL", outputs["sso_url"]),
        ("Entity ID", outputs["idp_entity_id"]),
        ("ACS URL", outputs["acs_url"]),
        ("Fingerprint", outputs["certificate_fingerprint"]),
        *((one.email, f"{', '.join(one.roles)}  ({one.way})") for one in sign_ins),
    ]
    width = max(len(name) for name, _ in rows)
    print()
    for name, value in rows:
        print(f"  {name:<{width}}  {value}")
    print(f"\n  Status: {outputs['status']}\n")
    print("  Look around:")
    print(f"    Flex           {sandbox.reach(outputs['login_url'])}")
    print(f"    Google Admin   {sandbox.reach('https://admin.google.com/ac/apps/unified')}")
    print(f"    Twilio Console {sandbox.reach('https://console.twilio.com/')}")
    print('    Pulumi         eval "$(./flexsso env)"; pulumi preview -s sandbox.dev')
    print("\nThe sandbox goes on running. Stop it with: ./flexsso sandbox down")
