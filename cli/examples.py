"""An example of each command, as its help shows it: whole command lines, a title where it helps.

A test reads them: every command has one, and each is understood by the command that it shows.
"""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

EXAMPLES = {
    "": """./flexsso new acme.prod
./flexsso up acme.prod""",
    "env": 'eval "$(./flexsso env)"; pulumi stack ls',
    "shell": 'eval "$(./flexsso shell bash)"',
    "new": """./flexsso new acme.prod --name "Acme Support" --customer C0123abcd \\
  --domain acme.example --runtime-domain acme-falcon-1234 \\
  --account-sid AC00000000000000000000000000000000 \\
  --group flex-agents@acme.example=agent
./flexsso new acme.prod --adopt --name "Acme Support" \\
  --account-sid AC00000000000000000000000000000000 \\
  --metadata GoogleIDPMetadata.xml""",
    "up": "./flexsso up acme.prod --yes",
    "preview": """, which fails if a console was changed by hand:
./flexsso preview acme.prod --refresh --expect-no-changes""",
    "destroy": "./flexsso destroy acme.dev",
    "handoff": """./flexsso handoff acme.prod
./flexsso handoff acme.prod --metadata ~/Downloads/GoogleIDPMetadata.xml
./flexsso handoff acme.prod --attest user_access --by "Ada Lovelace\"""",
    "status": """./flexsso status acme.prod
./flexsso status acme.prod --watch --interval 30""",
    "verify": """./flexsso verify acme.prod
./flexsso verify acme.prod --json""",
    "explain": """./flexsso explain 45050
./flexsso explain flex.twilio.com.har --stack acme.prod""",
    "doctor": """./flexsso doctor
./flexsso doctor acme.prod
./flexsso doctor acme.prod --repair""",
    "appconfig": "./flexsso appconfig acme.prod > public/appConfig.js",
    "repair": "./flexsso repair acme.prod && ./flexsso up acme.prod",
    "migrate": "./flexsso migrate certificate acme.prod",
    "migrate certificate": "./flexsso migrate certificate acme.prod",
    "migrate enhanced": """./flexsso migrate enhanced acme.prod
./flexsso migrate enhanced acme.prod --way create""",
    "fleet": "./flexsso fleet drift --environment prod",
    "fleet preview": "./flexsso fleet preview 'acme.*'",
    "fleet up": """./flexsso fleet up --environment prod --canary 1 --max-failures 3
./flexsso fleet up --resume last""",
    "fleet refresh": "./flexsso fleet refresh --label region=eu",
    "fleet drift": "./flexsso fleet drift --environment prod --json",
    "fleet verify": "./flexsso fleet verify --phase active",
    "fleet report": "./flexsso fleet report --output fleet.html",
    "fleet metrics": "./flexsso fleet metrics --output /var/lib/node_exporter/flexsso.prom",
    "fleet prune": "./flexsso fleet prune --keep 10 --dry-run",
    "fleet runs": "./flexsso fleet runs",
    "fleet server": "./flexsso fleet server --database temporal.sqlite",
    "fleet worker": "./flexsso fleet worker --address 127.0.0.1:7233 --at-once 4",
    "fleet collect": "./flexsso fleet collect && ./flexsso fleet report",
    "fleet schedule": './flexsso fleet schedule add drift --cron "17 2 * * *"',
    "fleet schedule add": """./flexsso fleet schedule add drift --cron "17 2 * * *" --time-zone UTC
./flexsso fleet schedule add verify --name evening --environment prod --cron "0 18 * * *\"""",
    "fleet schedule list": "./flexsso fleet schedule list",
    "fleet schedule remove": "./flexsso fleet schedule remove drift",
    "sandbox": "./flexsso sandbox up --reset",
    "sandbox up": "./flexsso sandbox up --reset",
    "sandbox down": "./flexsso sandbox down",
    "sandbox status": "./flexsso sandbox status --json",
    "sandbox reset": "./flexsso sandbox reset",
}


def add_to(app: typer.Typer) -> None:
    """Give each command and group of the app its example."""
    app.info.epilog = _epilog("")
    _add_below(app, "")


def _add_below(app: typer.Typer, path: str) -> None:
    for command in app.registered_commands:
        name = command.name or getattr(command.callback, "__name__", "")
        command.epilog = _epilog(f"{path} {name}".strip())
    for group in app.registered_groups:
        name = f"{path} {group.name or ''}".strip()
        group.epilog = _epilog(name)
        if group.typer_instance is not None:
            _add_below(group.typer_instance, name)


def _epilog(path: str) -> str | None:
    """`\\b` keeps the lines as they are."""
    text = EXAMPLES.get(path)
    if text is None:
        return None
    title, _, lines = text.rpartition(":\n") if text.startswith(",") else ("", "", text)
    return f"\b\nExample{title}:\n{indent(lines, '  ')}\n"
