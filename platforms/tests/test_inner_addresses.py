"""No spelling of an address inside somebody's network is taken when an endpoint is kept."""

import pytest

from platforms import errors, operations, rules
from platforms.models import WebhookEndpoint
from platforms.tests.factories import make_endpoint, make_platform
from platforms.tests.inner_addresses import INNER


def test_the_table_is_long_enough_to_mean_something():
    assert len(INNER) == len(set(INNER)) >= 200


@pytest.mark.parametrize("url", INNER, ids=ascii)
def test_an_address_that_leads_inside_is_refused_when_it_is_kept(url):
    assert not rules.webhook_url_is_well_formed(url, sandbox=False)


@pytest.mark.django_db
def test_none_of_them_becomes_an_endpoint_nor_the_new_address_of_one(settings, at):
    settings.SANDBOX = False
    platform = make_platform()
    endpoint = make_endpoint(platform, "https://shop.example/hook")

    for url in INNER:
        with pytest.raises(errors.EndpointRefused):
            operations.create_endpoint(platform=platform, url=url, at=at, by="test")
        with pytest.raises(errors.EndpointRefused):
            operations.change_endpoint(endpoint_id=endpoint.pk, url=url, at=at, by="test")

    assert list(WebhookEndpoint.objects.values_list("url", flat=True)) == ["https://shop.example/hook"]


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("http://127.0.0.1:8001/shop/notices", True),
        ("http://localhost:9000/", True),
        ("http://[::1]:9000/", True),
        ("https://shop.example/hook", True),
        ("http://shop.example/hook", False),
        ("http://10.0.0.1:8001/", False),
        ("http://169.254.169.254/latest", False),
        ("http://2130706433:8001/", False),
        ("http://user@127.0.0.1:8001/", False),
    ],
)
def test_a_sandbox_may_be_told_on_its_own_machine_and_nowhere_else_inside(url, is_fine):
    assert rules.webhook_url_is_well_formed(url, sandbox=True) is is_fine
