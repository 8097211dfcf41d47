import pytest

from common.references import (
    ALPHABET,
    case_reference,
    mask_account,
    mask_national_id,
    mask_phone,
    new_id,
    payment_reference,
)
from common.references import reference_is_well_formed as fits


def test_ids_are_version_seven_and_rise():
    ids = [new_id() for _ in range(2000)]

    assert {made.version for made in ids} == {7}
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("make", [payment_reference, case_reference])
def test_a_misread_character_is_noticed(make):
    reference = make()
    assert fits(reference)

    for position in range(reference.index("-") + 1, len(reference) - 1):
        for other in set(ALPHABET) - {reference[position], "0", "Z"}:
            if reference[position] not in "0Z":
                assert not fits(reference[:position] + other + reference[position + 1 :])


def test_a_case_has_a_number_short_enough_to_be_read_out():
    assert len(case_reference()) == 12
    assert len({case_reference() for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize(
    "wrong", ["", "CS-", "CS-00000000000000", "PAY", "PAY-", "XX-0000000000000", "PAY-00000000000000O"]
)
def test_what_is_no_reference_does_not_fit(wrong):
    assert not fits(wrong)


def test_masks_keep_only_what_a_person_needs_to_recognise():
    assert mask_account("00012345678901") == "••••8901"
    assert mask_national_id("A123456789") == "A•••••789"
    assert mask_phone("+886912345678") == "09••-•••-678"
    assert mask_phone("+81901234567") == "+8190•••••567"
