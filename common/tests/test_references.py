import pytest

from common.references import ALPHABET, mask_account, mask_national_id, mask_phone, new_id, payment_reference
from common.references import reference_is_well_formed as fits


def test_ids_are_version_seven_and_rise():
    ids = [new_id() for _ in range(2000)]

    assert {made.version for made in ids} == {7}
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_a_misread_character_is_noticed():
    reference = payment_reference()
    assert fits(reference)

    for position in range(4, len(reference) - 1):
        for other in set(ALPHABET) - {reference[position], "0", "Z"}:
            if reference[position] not in "0Z":
                assert not fits(reference[:position] + other + reference[position + 1 :])


@pytest.mark.parametrize("wrong", ["", "PAY", "PAY-", "XX-0000000000000", "PAY-00000000000000O"])
def test_what_is_no_reference_does_not_fit(wrong):
    assert not fits(wrong)


def test_masks_keep_only_what_a_person_needs_to_recognise():
    assert mask_account("00012345678901") == "••••8901"
    assert mask_national_id("A123456789") == "A•••••789"
    assert mask_phone("+886912345678") == "09••-•••-678"
    assert mask_phone("+81901234567") == "+8190•••••567"
