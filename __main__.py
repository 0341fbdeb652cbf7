"""One tenant in one environment: its people sign in to Twilio Flex with Google."""

from datetime import UTC, datetime
from pathlib import Path

import pulumi

from components import GoogleFlexSso
from components.program import (
    OUTPUTS,
    clean_errors,
    end_without_a_word,
    people_args,
    tenant_args,
    warn_of_unread_metadata,
)
from models.roles import union
from models.stack import read_stack
from providers.google.groups import people_of_groups
from providers.settings import Settings

STACKS = Path(__file__).parent / "stacks"

end_without_a_word()
with clean_errors():
    config = pulumi.Config()
    stack = read_stack(
        pulumi.get_stack(),
        config.require_object("tenant"),
        STACKS,
        datetime.now(UTC),
        config.get_object("endpoints"),
    )
    warn_of_unread_metadata(stack)
    from_groups = people_of_groups(Settings.from_config(config), stack.tenant)

    sso = GoogleFlexSso(
        "sso",
        {
            "stack": stack.name,
            "tenant": tenant_args(stack.tenant),
            "people": people_args(union(stack.people, from_groups)),
            "idp_metadata": stack.idp_metadata,
            "metadata_path": f"stacks/{stack.name}/{stack.tenant.saml_app.idp_metadata}",
        },
    )

for name in OUTPUTS:
    pulumi.export(name, getattr(sso, name))
