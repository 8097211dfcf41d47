"""Admitting platforms, keys, endpoints; using up nonces."""

import datetime as dt

import pytest

from platforms import errors, operations, signatures
from platforms.models import ApiKey, Platform, RequestNonce, WebhookEndpoint
from platforms.tests.factories import make_bearer_key, make_endpoint, make_platform, make_signing_key

pytestmark = pytest.mark.django_db


def test_registering_a_platform_twice_keeps_the_first(at):
    facts = {"contact_phone": "(02)7705-4306", "return_url_prefixes": ["https://shop.example/"], "at": at, "by": "ops"}

    first = operations.register_platform(code="shop", name="Shop", **facts)
    second = operations.register_platform(code="shop", name="Renamed", **facts)

    assert (second.pk, second.name) == (first.pk, "Shop")
    assert Platform.objects.count() == 1


def test_a_bearer_secret_is_shown_once_and_stored_as_a_hash(at):
    key, secret = operations.issue_bearer_key(platform=make_platform(), at=at, by="ops")

    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert secret.startswith("sk_test_")
    assert secret not in str(row)
    assert key.secret_hash == operations.secret_hash(secret)


def test_a_sandbox_may_bring_its_own_secret_and_bring_it_again(at):
    platform = make_platform()

    first, _ = operations.issue_bearer_key(platform=platform, at=at, by="seed", secret="sk_test_shop")
    second, secret = operations.issue_bearer_key(platform=platform, at=at, by="seed", secret="sk_test_shop")

    assert (second.pk, secret) == (first.pk, "sk_test_shop")


def test_what_is_no_public_key_is_refused(at):
    with pytest.raises(errors.KeyMaterialInvalid):
        operations.register_public_key(platform=make_platform(), public_key="nonsense", at=at, by="ops")

    assert not ApiKey.objects.exists()


def test_revoking_twice_keeps_the_first_time(at):
    key, _ = make_bearer_key(make_platform())

    operations.revoke_key(platform=key.platform, key_id=key.key_id, at=at, by="amy")
    operations.revoke_key(platform=key.platform, key_id=key.key_id, at=at + dt.timedelta(days=1), by="bob")

    key.refresh_from_db()
    assert (key.revoked_at, key.revoked_by) == (at, "amy")


def test_an_endpoint_has_a_key_pair_whose_private_half_is_sealed(at):
    endpoint = make_endpoint(make_platform())

    row = WebhookEndpoint.objects.filter(pk=endpoint.pk).values().get()
    assert endpoint.private_key() not in str(row)
    assert signatures.public_key_is_well_formed(endpoint.public_key)


def test_an_endpoint_inside_somebodys_network_is_refused(at, settings):
    settings.SANDBOX = False

    with pytest.raises(errors.EndpointRefused):
        make_endpoint(make_platform(), "https://169.254.169.254/latest")

    assert not WebhookEndpoint.objects.exists()


def test_the_old_key_signs_beside_the_new_one_for_a_week(at):
    endpoint = make_endpoint(make_platform())
    old_public, old_private = endpoint.public_key, endpoint.private_key()

    rotated = operations.rotate_signing_key(endpoint=endpoint, at=at)

    assert rotated.public_key != old_public
    assert (rotated.previous_public_key, rotated.previous_private_key()) == (old_public, old_private)
    assert rotated.previous_until == at + dt.timedelta(days=7)


def test_a_nonce_is_used_once(at):
    key, _ = make_signing_key(make_platform())
    operations.use_nonce(key=key, nonce="nonce-0001", at=at)

    with pytest.raises(errors.RequestReplayed):
        operations.use_nonce(key=key, nonce="nonce-0001", at=at)

    other, _ = make_signing_key(make_platform())
    operations.use_nonce(key=other, nonce="nonce-0001", at=at)
    assert RequestNonce.objects.count() == 2


def test_a_nonce_is_forgotten_only_when_its_signature_has_expired(at):
    key, _ = make_signing_key(make_platform())
    operations.use_nonce(key=key, nonce="nonce-0001", at=at)

    assert operations.forget_nonces(at=at + dt.timedelta(seconds=600)) == 0
    assert operations.forget_nonces(at=at + dt.timedelta(seconds=601)) == 1
    assert not RequestNonce.objects.exists()
