"""The program: what it prints, what it writes, and the code it ends with."""

import json
import re
from contextlib import contextmanager
from pathlib import Path

import pytest

from clients.conformance.tests import broken
from clients.conformance.tests.factories import receiver_of, served
from outpost_conformance.__main__ import main
from outpost_conformance.keys import Keys
from outpost_conformance.run import ALL_CASES
from outpost_conformance.sample_receiver import Receiver

KIT = Path(__file__).parent.parent


@contextmanager
def arguments(receiver_class=Receiver, *more):
    keys = Keys.new()
    with served(receiver_of(receiver_class, keys)) as base:
        yield [
            *(f"{base}/notices", "--state-url", f"{base}/state", "--no-feed", "--settle", "0.1"),
            *("--private-key", keys.private_key_text, "--secret", keys.secret_text, *more),
        ]


def test_it_ends_with_0_when_nothing_failed(capsys):
    with arguments() as words:
        code = main(words)

    said = capsys.readouterr().out
    assert code == 0
    assert said.splitlines()[-1] == "26 passed, 0 warning, 0 failed, 3 not checked"
    assert "PASSED       duplicate          The same event twice" in said
    assert "whsk_" not in said
    assert "whsec_" not in said


def test_it_ends_with_1_when_something_failed_and_says_how_to_mend_it(capsys):
    with arguments(broken.LastWriteWins) as words:
        code = main(words)

    said = capsys.readouterr().out
    assert code == 1
    assert re.search(r"FAILED +reordered-refund .*\n +refund RF-\w+ is not credited\n +→ Take a status only from", said)
    assert said.splitlines()[-1] == "25 passed, 0 warning, 1 failed, 3 not checked"


def test_both_reports_have_a_row_a_case(tmp_path):
    with arguments(
        broken.IgnoresTheTimestamp, "--report", f"{tmp_path}/r.md", "--report", f"{tmp_path}/r.json"
    ) as words:
        main(words)

    rows = [line for line in (tmp_path / "r.md").read_text().splitlines() if line.startswith("| **")]
    report = json.loads((tmp_path / "r.json").read_text())
    assert len(rows) == len(report["cases"]) == len(ALL_CASES)
    assert all(row.count(" | ") == 6 for row in rows)
    assert report["summary"] == {"passed": 24, "warning": 0, "failed": 2, "not checked": 3}
    (replayed,) = [case for case in report["cases"] if case["id"] == "replayed"]
    assert replayed["verdict"] == "failed"
    assert [sent["what"] for sent in replayed["sent"]] == ["captured an hour ago, sent as it was"]
    assert [answered["status"] for answered in replayed["answered"]] == [204]
    assert replayed["expected"] == "4xx, and no effect"
    assert replayed["found"][0] == "captured an hour ago, sent as it was: answered 204"
    assert replayed["mend"].startswith("Refuse a webhook-timestamp that is more than 300 seconds")


def test_chosen_cases_alone_are_played(capsys):
    with arguments(broken.LastWriteWins, "--only", "duplicate,late") as words:
        code = main(words)

    assert code == 0
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 0 warning, 0 failed, 0 not checked"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["receiver.example"], "give the receiver's address, http://… or https://…"),
        (["http://127.0.0.1:9/"], "give --private-key or --secret (or both) of --new-keys"),
        (["http://127.0.0.1:9/", "--secret", "whsec_AAAA"], "whsec_… holds 3 bytes, not 32"),
        (["http://127.0.0.1:9/", "--private-key", "whsk_%"], "whsk_… is not base64"),
        (["http://127.0.0.1:9/", "--only", "gap,gaps"], "no case is called gaps; --list names them"),
        (["http://127.0.0.1:9/", "--report", "report.txt"], "report.txt: a report ends in .md or .json"),
        (["http://127.0.0.1:9/", "--feed", "8090"], "--feed 8090: HOST:PORT is expected"),
    ],
)
def test_what_it_cannot_do_it_says_and_ends_with_2(capsys, monkeypatch, words, said):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)

    assert main([*words, "--no-feed"] if "--feed" not in words else words) == 2
    assert said in capsys.readouterr().err


def test_a_state_that_cannot_be_read_ends_it_before_anything_is_judged(capsys):
    with arguments() as words:
        code = main([word.replace("/state", "/elsewhere") for word in words])

    assert code == 2
    assert "/elsewhere: HTTPStatusError" in capsys.readouterr().err


def test_new_keys_belong_together(capsys):
    assert main(["--new-keys"]) == 0

    texts = dict(re.findall(r"(public key|private key|secret) +(\S+)", capsys.readouterr().out))
    keys = Keys.of(private_key=texts["private key"], secret=texts["secret"])
    assert keys.public_key_text == texts["public key"]
    assert keys.secret_text == texts["secret"]


def test_the_readme_names_every_case_and_no_other(capsys):
    main(["--list"])

    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    table = (KIT / "README.md").read_text().partition("## The cases")[2]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert sorted(re.findall(r"`([a-z0-9-]+)`", " ".join(cells))) == sorted(listed)
