"""`python -m tools.reference [--check]`: write the pages and the schema that come from the code.

With `--check` nothing is written: exit code 1 and a hint if a page is not what it should be.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.reference import (
    errors,
    example_stack,
    exit_codes,
    licences,
    outputs,
    phases,
    reliability,
    saml_attacks,
    schema,
    tenant,
    tenant_args,
)

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGES = {
    "tenant.md": tenant.render,
    "outputs.md": outputs.render,
    "phases.md": phases.render,
    "errors.md": errors.render,
    "exit-codes.md": exit_codes.render,
    "saml-attacks.md": saml_attacks.render,
    "licences.md": licences.render,
    "../explanation/reliability.md": reliability.render,
    "../../components/tenant_args.py": tenant_args.render,
    "../../components/plugin/schema.json": schema.render,  # of the file before it
    "../../stacks/Pulumi.example.prod.yaml": example_stack.render,
}


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Write the pages, or compare them."""
    stale = 0
    for name, render in PAGES.items():
        path, wanted = folder / name, render()
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != wanted:
            print(f"error: {name} does not say what the code says", file=sys.stderr)
            stale = 1
    if stale:
        print("hint: make docs", file=sys.stderr)
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
