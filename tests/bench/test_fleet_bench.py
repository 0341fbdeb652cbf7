"""The fleet's bench at its smallest: real engine, real sandbox, and a no-op that is one."""

from __future__ import annotations

import json

from tools.fleet.bench import main


def test_it_measures_what_it_says(tmp_path, monkeypatch):
    """Every kind of row is there; what is counted is right at any size and load."""
    results = tmp_path / "fleet.json"
    arguments = ["bench", "--sizes", "1", "3", "--rounds", "1", "--results", str(results)]
    monkeypatch.setattr("sys.argv", arguments)

    main()  # its verdict is about time, of which so small a fleet tells nothing
    document = json.loads(results.read_text())
    rows = {row["what"]: row for row in document["rows"]}

    assert 0 == rows["no-op up of 3: stacks with changes"]["measured"]
    assert rows["3 of 3 changed by hand: found, and no other"]["holds"]
    assert 0 < rows["no-op up: fleet / plain pulumi up, processor time"]["measured"]
    assert 0 == rows["those to the Reports API: up"]["measured"]
    assert {"exponent of cpu, no-op up", "exponent of memory, drift"} <= set(rows)
    assert document["machine"]["cores"] >= 1
