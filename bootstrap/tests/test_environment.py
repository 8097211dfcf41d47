"""The environment of the processes: who wins, and that nothing leaks into a test's stack."""

from pathlib import Path

import pytest

from bootstrap.environment import KNOWN, foreign, parse_env_file, person_set, stack_environment
from bootstrap.keys import keep_keys, make_keys
from bootstrap.messages import CannotStart
from bootstrap.places import CHECKOUT
from bootstrap.ports import Ports

SERVICES = {"DATABASE_URL": "postgresql://a", "REDIS_URL": "unix:///r"}


def stack_env(**chosen):
    return stack_environment(
        ports=Ports(web=1, sandbox=2, reader=3, card=4), data=Path("/d"), keys=make_keys(), services=SERVICES,
        chosen=chosen,
    )  # fmt: skip


def test_addresses_follow_the_ports():
    env = stack_env()

    assert env["PORTAL_URL"] == "http://127.0.0.1:1"
    assert env["BANK_URL"] == "http://127.0.0.1:2/bank/v1"
    assert env["READER_URL"] == "ws://127.0.0.1:3/v2"
    assert env["READER_PACKAGES"] == "/d/packages"
    assert env["CARD_PORT"] == "4"


def test_a_real_bank_takes_the_place_of_the_sandbox():
    assert stack_env(BANK_URL="https://bank.example/v1")["BANK_URL"] == "https://bank.example/v1"


def test_the_database_that_was_started_wins_over_the_environment():
    assert stack_env(DATABASE_URL="postgresql://elsewhere")["DATABASE_URL"] == "postgresql://a"


def test_nothing_of_ours_leaks_into_a_stack_of_tests():
    assert foreign({"DATABASE_URL": "postgresql://real", "BANK_TOKEN": "real", "HOME": "/h"}) == {"HOME": "/h"}


def test_the_environment_wins_over_the_env_file_and_empty_means_not_set(tmp_path):
    file = tmp_path / ".env"
    file.write_text("WEB_PORT=1\nBANK_URL=https://file\nREDIS_URL=\n")

    assert person_set({"WEB_PORT": "2", "CHIP_URL": ""}, file) == {"WEB_PORT": "2", "BANK_URL": "https://file"}


def test_an_env_file_may_have_comments_quotes_and_export():
    lines = ["# why", "", "export A=1", "B = 'two words'", 'C="x=y"', "D=a#b"]

    assert parse_env_file(lines) == {"A": "1", "B": "two words", "C": "x=y", "D": "a#b"}


def test_a_line_that_makes_no_sense_is_named():
    with pytest.raises(CannotStart, match="line 2"):
        parse_env_file(["A=1", "what is this"])


def test_the_example_names_every_variable():
    example = (CHECKOUT / ".env.example").read_text()

    assert [name for name in KNOWN if f"{name}=" not in example and name != "DJANGO_SETTINGS_MODULE"] == []
    parse_env_file(example.splitlines())


def test_keys_are_made_once_and_kept_from_others(tmp_path):
    first = keep_keys(tmp_path)

    assert keep_keys(tmp_path) == first
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0
    assert make_keys() != first


def test_a_key_that_a_newer_version_wants_is_added_and_the_others_stay(tmp_path):
    (tmp_path / "keys.json").write_text('{"FIELD_KEYS": "old"}')

    keys = keep_keys(tmp_path)

    assert keys["FIELD_KEYS"] == "old"
    assert set(keys) == set(make_keys())
