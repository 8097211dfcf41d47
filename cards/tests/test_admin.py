"""Customers, accounts and cards in the console: masked, read with a trace, never changed."""

import pytest
from django.db import transaction
from django.test import Client

from audit.models import Record
from cards import operations
from cards.models import Account, Card, CheckCode, Customer, PictureCode
from common import clock
from common.sealing import unseal
from staff.tests.factories import make_staff_with, sign_in

pytestmark = pytest.mark.django_db

VIEWS = ("view_customer", "view_account", "view_card", "view_checkcode", "view_picturecode")
ACCOUNT, PHONE, NATIONAL_ID = "00012345678901", "+886912345678", "A123456789"


@pytest.fixture
def client():
    user = make_staff_with(*VIEWS)
    client = Client(headers={"accept-language": "en"})
    return sign_in(user, client=client)


@pytest.mark.parametrize("model", [Customer, Account, Card])
def test_a_person_is_shown_masked_and_each_look_is_recorded(client, model):
    with transaction.atomic():
        account = operations.remember_account(customer_number="C-1", account_number=ACCOUNT, at=clock.now())
        operations.use_card(account=account, card_serial="CARD1", counter=1, subject="x", at=clock.now())
    operations.remember_holder(customer=account.customer, phone=PHONE, national_id=NATIONAL_ID)
    address, row = f"/console/cards/{model._meta.model_name}/", model.objects.get()

    pages = client.get(address), client.get(f"{address}{row.pk}/change/")

    assert [page.status_code for page in pages] == [200, 200]
    for secret in (ACCOUNT, PHONE, NATIONAL_ID):
        assert not any(secret in page.content.decode() for page in pages)
    assert Record.objects.filter(action=f"cards.{model._meta.model_name}_read", by="staff:amy").count() == 1
    assert client.post(f"{address}{row.pk}/change/", {}).status_code == 403


def test_codes_are_listed_without_what_they_say(client):
    at = clock.now()
    check, picture = (
        operations.issue_check_code(subject="PAY-1", at=at),
        operations.issue_picture_code(subject="PAY-1", at=at),
    )
    secrets = (check.code, unseal(picture.answer_sealed))

    for model, row in ((CheckCode, check), (PictureCode, picture)):
        address = f"/console/cards/{model._meta.model_name}/"
        for page in (client.get(address), client.get(f"{address}{row.pk}/change/")):
            assert "PAY-1" in page.content.decode()
            assert not any(f">{secret}<" in page.content.decode() for secret in secrets)
