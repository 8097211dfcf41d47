import pytest
from cryptography.exceptions import InvalidTag

from common.sealing import keyed_hash, seal, unseal

NEW_KEY = "bmV3LWtleS1mb3Itc2VhbGluZy0zMi1ieXRlcyEhISE="


def test_what_is_sealed_comes_back_and_never_looks_the_same():
    assert unseal(seal("A123456789")) == "A123456789"
    assert seal("A123456789") != seal("A123456789")


def test_one_changed_character_is_noticed():
    sealed = seal("A123456789")
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]

    with pytest.raises(InvalidTag):
        unseal(changed)


def test_a_new_key_in_front_seals_and_the_old_one_still_opens(settings):
    old, old_hash = seal("secret"), keyed_hash("secret", purpose="x")

    settings.FIELD_KEYS = [NEW_KEY, *settings.FIELD_KEYS]

    assert unseal(old) == "secret"
    assert seal("secret").split(":")[0] != old.split(":")[0]
    assert keyed_hash("secret", purpose="x") == old_hash


def test_hashes_of_different_purposes_differ():
    assert keyed_hash("1", purpose="account") != keyed_hash("1", purpose="customer")
