"""One payment on one page: what to say, everything that happened, masked; deeds with a reason, looks recorded."""

import pytest
from django.urls import reverse

from conftest import MONDAY
from refunds.tests.factories import make_accepted_refund
from staff.tests.factories import make_staff, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return sign_in(make_staff("amy", "agent"))


def page_of(client, payment, **query):
    return client.get(reverse("desk:payment", args=[payment.reference]), query)


def test_the_page_opens(agent):
    refund = make_accepted_refund(MONDAY)
    page = page_of(agent, refund.payment)

    assert page.status_code == 200
