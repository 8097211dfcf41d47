"""The checked-in API document against the running portal: whatever it allows is taken, whatever it doesn't is refused.

OUTPOST_FUZZ=200 makes it longer: so many examples an operation and phase, beside those that cover each rule once.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = int(os.environ.get("OUTPOST_FUZZ", "4"))


@pytest.fixture
def key(stack):
    """The demo platform's, which may return to any address and is not slowed down."""
    with psycopg.connect(stack.env["DATABASE_URL"]) as connection:
        changed = connection.execute(
            "UPDATE platforms_platform SET requests_per_minute = 1000000, return_url_prefixes = '[\"http\"]'"
            " WHERE code = 'demo'"
        )
        assert changed.rowcount == 1
    return stack.env["DEMO_API_KEY"]


# It learns ids from what it reads, and would revoke the very key that it calls with: these are tried on keys of its own.
ABOUT_KEYS = ("create_key", "roll_key", "revoke_key")
# Each of its requests may be held back for 20 seconds, as it was asked to be: a few are enough.
WAITS = "list_events"
EVERYTHING_ELSE = [f"--exclude-operation-id={name}" for name in (*ABOUT_KEYS[1:], WAITS)]


@pytest.mark.processes
@pytest.mark.parametrize(
    ("operations", "examples", "cases_min"),
    [
        (EVERYTHING_ELSE, EXAMPLES, 1_500),
        ([f"--include-operation-id={name}" for name in ABOUT_KEYS], EXAMPLES, 200),
        # By itself it has no links to follow, and without links there is no state.
        ([f"--include-operation-id={WAITS}", "--phases=examples,coverage,fuzzing"], min(EXAMPLES, 4), 50),
    ],
    ids=["everything else", "keys", "the feed that waits"],
)
def test_the_portal_does_what_its_document_says_and_nothing_else(stack, key, tmp_path, operations, examples, cases_min):
    words = [
        *(Path(sys.executable).with_name("schemathesis"), "--config-file", ROOT / "tests/schemathesis.toml"),
        *("run", ROOT / "docs/api/openapi.yaml", "--url", stack.url("web"), "-H", f"Authorization: Bearer {key}"),
        *("--checks", "all", "--max-examples", examples, "--workers", 1, "--continue-on-failure", "--no-color"),
        *("--generation-deterministic", *operations),
    ]

    run = subprocess.run([str(word) for word in words], cwd=tmp_path, capture_output=True, text=True, check=False)

    generated = re.search(r"([\d,]+) generated", run.stdout)
    print(run.stdout[-1500:])  # noqa: T201 - the figures are the proof; pytest -s shows them
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    assert int(generated[1].replace(",", "")) >= cases_min
