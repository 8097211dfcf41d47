"""The guide "First payment in five minutes", run to the letter in bash, its answers compared with the true ones."""

from __future__ import annotations

import json
import re
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("stack")]

GUIDE = Path(__file__).parents[2] / "docs/api/guides/first-payment.md"
STEPS_MAX = 12
BETWEEN = "\x1e"


@pytest.fixture(scope="module")
def guide():
    return GUIDE.read_text()


def steps_of(guide):
    """Each command of the guide with the answer that stands below it."""
    blocks = re.findall(r"^```(sh|json)\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    assert [kind for kind, _ in blocks] == ["sh", "json"] * (len(blocks) // 2)
    texts = [text for _, text in blocks]
    return list(zip(texts[::2], map(json.loads, texts[1::2]), strict=True))


def test_the_guide_is_short(guide):
    assert 1 <= len(re.findall(r"^## \d+\.", guide, re.MULTILINE)) <= STEPS_MAX


def test_every_command_of_the_guide_answers_what_the_guide_says(stack, guide, tmp_path):
    steps = steps_of(guide)
    script = f"\nprintf '{BETWEEN}'\n".join(command for command, _ in steps)
    for told, running in (("8001", stack.url("sandbox")), ("8000", stack.url("web"))):
        assert f"http://127.0.0.1:{told}" in script
        script = script.replace(f"http://127.0.0.1:{told}", running)

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    answers = [json.loads(answer) for answer in done.stdout.split(BETWEEN)]
    assert len(answers) == len(steps)
    for (command, told), answer in zip(steps, answers, strict=True):
        assert without_the_rest(answer, told) == told, command


def without_the_rest(answer, told):
    """What the guide tells of an answer; a text that is told with … and fits becomes what is told."""
    if isinstance(told, dict) and isinstance(answer, dict):
        return {name: without_the_rest(answer.get(name, "nothing"), told[name]) for name in told}
    if isinstance(told, str) and isinstance(answer, str) and fnmatchcase(answer, told.replace("…", "*")):
        return told
    return answer


@pytest.mark.parametrize(
    ("answer", "told", "fits"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 2}, {"a": 1}, False),
        ({"a": None}, {"a": None}, True),
        ({}, {"a": None}, False),
        ({"id": "PAY-1"}, {"id": "PAY-…"}, True),
        ({"id": "RF-1"}, {"id": "PAY-…"}, False),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, False),
    ],
)
def test_an_answer_is_compared_with_what_is_told_of_it(answer, told, fits):
    assert (without_the_rest(answer, told) == told) is fits
