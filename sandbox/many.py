"""Seeds for fleets: N Workspaces and N Flex accounts, each with credentials and a quota of its own.

./flexsso sandbox up --tenants 100
python -m sandbox.many 100 > seed.json    # or POST it to /_sandbox/reset
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.seed import Seed


def fleet_seed(tenants: int, people: int = 3, quota: int = 0) -> Seed:
    """That many tenants, `t0000` and on, with so many people each.

    `quota` is what each may ask the Directory API a minute; 0 is as the world's options say.
    """
    numbers = range(tenants)
    own = {"directory_quota_per_minute": quota} if quota else {}
    return {
        "google": [{**workspace(number, people), **own} for number in numbers],
        "twilio": [account(number) for number in numbers],
    }


def workspace(number: int, people: int) -> dict[str, Any]:
    """The Workspace of tenant number `number`."""
    domain = f"t{number:04d}.example"
    users = [
        {"email": f"p{one}@{domain}", "full_name": f"Person {one}", "org_unit": "/"}
        for one in range(people)
    ]
    return {
        "customer_id": f"C0{number:07d}",
        "domain": domain,
        "admin": f"admin@{domain}",
        "users": users,
    }


def account(number: int) -> dict[str, Any]:
    """The Flex account of tenant number `number`."""
    digits = f"{number:032x}"
    return {
        "account_sid": f"AC{digits}",
        "friendly_name": f"Tenant {number}",
        "runtime_domain": f"t{number:04d}-falcon",
        "flex_instance_sid": f"GO{digits}",
        "workspace_sid": f"WS{digits}",
        "ui_version": "2.11.0",
        "generation": "enhanced",
    }


def main() -> None:
    """Write a seed to standard output."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.many", description=__doc__)
    parser.add_argument("tenants", type=int)
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--quota", type=int, default=0, help="Directory queries a minute, each")
    chosen = parser.parse_args()
    json.dump(fleet_seed(chosen.tenants, chosen.people, chosen.quota), sys.stdout)


if __name__ == "__main__":
    main()
