"""Codes are those of the standard, of now, and later than the last one used; recovery codes can be read over the phone."""

import base64
import datetime as dt

import pytest

from staff.signatures import app_address, code_at, matching_step, new_recovery_code, new_secret, recovery_slot, step_of

# RFC 6238, appendix B: seconds → the last six digits with SHA-1.
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
]
SECRET = base64.b32encode(b"12345678901234567890").decode()


def moment(seconds):
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_codes_are_those_of_the_standard(seconds, code):
    assert code_at(SECRET, step_of(moment(seconds))) == code


@pytest.mark.parametrize(("off", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step(off, is_taken):
    now = moment(1_000_000_000)
    step = step_of(now) + off

    assert matching_step(SECRET, code_at(SECRET, step), real_now=now, after=0) == (step if is_taken else None)


def test_a_step_that_was_used_is_over_and_so_are_those_before():
    now = moment(1_000_000_000)
    step = step_of(now)

    assert matching_step(SECRET, code_at(SECRET, step), real_now=now, after=step) is None
    assert matching_step(SECRET, code_at(SECRET, step - 1), real_now=now, after=step) is None
    assert matching_step(SECRET, code_at(SECRET, step + 1), real_now=now, after=step) == step + 1


@pytest.mark.parametrize("code", ["", "28708", "2870820", "28708x", "二八七〇八二", "000000"])
def test_what_is_no_code_matches_nothing(code):
    assert matching_step(SECRET, code, real_now=moment(59), after=0) is None


def test_a_code_may_be_typed_with_a_space():
    assert matching_step(SECRET, "287 082", real_now=moment(59), after=0) == 1


def test_secrets_are_long_and_never_the_same():
    secrets = {new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert {len(base64.b32decode(secret)) for secret in secrets} == {20}


def test_the_square_picture_says_what_apps_expect():
    assert (
        app_address(secret="ABC", name="amy", issuer="Outpost")
        == "otpauth://totp/Outpost%3Aamy?secret=ABC&issuer=Outpost"
    )


def test_a_recovery_code_says_which_one_it_is_however_it_is_typed():
    code = new_recovery_code(3)

    assert code[:2] == "D-"
    assert len(code) == 13
    assert recovery_slot(code) == recovery_slot(code.lower().replace("-", " ")) == (3, code.replace("-", ""))


@pytest.mark.parametrize("code", ["", "D", "D-7KQ2M", "Z-7KQ2M-XW9TB", "1-7KQ2M-XW9TB", "D-7KQ2M-XW9TBB"])
def test_what_is_no_recovery_code_is_told_apart(code):
    assert recovery_slot(code) is None
