"""Every page in both languages, the accounts page as a source of persons, and the wallet with its card."""

import datetime as dt
import re
import socket
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client
from django.utils import translation

from reader import apdu
from reader.direct import GIVE_ATR
from reader.software_card import ATR, SoftwareCard
from sandbox import wallet
from sandbox.models import Account, ShopOrder, VirtualCard
from sandbox.outcomes import ACCOUNTS, CREDIT_CENTRE, PHONES

PAGES = [
    "/",
    "/shop/",
    "/shop/cart",
    "/wallet/",
    "/handset/",
    "/clock/",
    "/faults/",
    "/accounts/",
    "/staff/",
    "/sandbox/",
]


@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize("path", PAGES)
def test_each_page_answers_in_each_language_without_inline_script_or_style(world, client, path, language):
    answer = client.get(path, headers={"Accept-Language": language})
    html = answer.content.decode()

    assert answer.status_code == 200
    assert f'<html lang="{"en" if language == "en" else "zh-Hant"}">' in html
    assert ("Nothing here is real" in html) == (language == "en")
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", html)
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_every_text_of_templates_and_code_is_translated():
    places = [
        *Path(settings.BASE_DIR, "templates/sandbox").glob("*.html"),
        *Path(settings.BASE_DIR, "sandbox").rglob("*.py"),
    ]
    marked = r"""{%\s*translate\s+(["'])(.+?)\1|\b_\(\s*(["'])(.+?)\3\s*\)"""
    texts = {found[1] or found[3] for place in places for found in re.findall(marked, place.read_text())}

    with translation.override("zh-hant"):
        # A template's percent sign stands doubled in the catalogue, one of the code doesn't.
        english = sorted(
            text for text in texts if all(translation.gettext(one) == one for one in (text, text.replace("%", "%%")))
        )

    assert len(texts) > 150
    assert english == []


def test_every_template_compiles():
    for place in Path(settings.BASE_DIR, "templates/sandbox").glob("*.html"):
        get_template(f"sandbox/{place.name}")


def test_the_language_is_remembered(world, client):
    client.post("/language", {"language": "en", "next": "/"})

    assert b"The world in miniature" in client.get("/").content


def test_the_accounts_page_lists_every_outcome(world, client):
    html = client.get("/accounts/", headers={"Accept-Language": "en"}).content.decode()

    for number in Account.objects.values_list("number", flat=True):
        assert number in html
    for text in [*CREDIT_CENTRE.values(), *(phone.does for phone in PHONES.values())]:
        assert str(text).replace("'", "&#x27;") in html


def test_programs_get_the_world_and_new_persons_as_json(world, client):
    found = client.get("/accounts/", headers={"Accept": "application/json"}).json()
    made = client.post(
        "/accounts/", {"does": ["debit_late", "pays"], "credit_centre": "notice"}, content_type="application/json"
    )

    assert len(found["cards"]) == 16
    assert {account["outcome"] for card in found["cards"] for account in card["accounts"]} == set(ACCOUNTS)
    assert made.status_code == 201
    assert [account["outcome"] for account in made.json()["card"]["accounts"]] == ["debit_late", "pays"]
    assert made.json()["person"]["credit_centre"] == "notice"


@pytest.mark.parametrize(
    "body", [{"does": []}, {"does": "fly"}, {"does": 3}, {"credit_centre": "x"}, {"phone": "0912"}]
)
def test_a_person_that_cannot_be_is_not_made(world, client, body):
    before = VirtualCard.objects.count()

    assert client.post("/accounts/", body, content_type="application/json").status_code == 400
    assert VirtualCard.objects.count() == before


@pytest.mark.parametrize(
    "path", ["/wallet/remove", "/clock/", "/faults/", "/shop/checkout", "/shop/switch", "/accounts/"]
)
def test_a_form_without_a_token_is_refused(world, path):
    assert Client(enforce_csrf_checks=True).post(path, {}).status_code == 403


def test_an_unknown_page_says_so(db, client):
    answer = client.get("/moon/", headers={"Accept-Language": "en"})

    assert answer.status_code == 404
    assert b"There is no such page." in answer.content


def test_seeding_twice_keeps_what_is_there(world, capsys):
    from django.core.management import call_command

    VirtualCard.objects.update(counter=7, tries_left=1)
    Account.objects.update(balance_minor=5)

    call_command("seed_world")

    assert '"persons"' in capsys.readouterr().out
    assert set(VirtualCard.objects.values_list("counter", "tries_left")) == {(7, 1)}
    assert set(Account.objects.values_list("balance_minor", flat=True)) == {5}


@pytest.fixture
def card(world):
    return VirtualCard.objects.get(serial="S00000000001")


def in_software(card) -> SoftwareCard:
    chip = wallet.software_card(card)
    chip.answer(apdu.select_command())
    return chip


def test_three_wrong_passwords_lock_a_card_for_good_and_a_new_card_makes_it_usable(card, client):
    chip = in_software(card)

    for _ in range(3):
        chip.answer(bytes(apdu.verify_command(bytearray(b"999999"))))

    card.refresh_from_db()
    assert card.locked
    assert chip.answer(bytes(apdu.verify_command(bytearray(b"123456")))) == apdu.LOCKED.to_bytes(2, "big")

    client.post("/wallet/new-card", {"card": card.serial})

    assert chip.answer(bytes(apdu.verify_command(bytearray(b"123456")))) == apdu.OK.to_bytes(2, "big")


def test_a_counter_outlives_the_process(card):
    for expected in (1, 2):
        chip = in_software(card)
        chip.answer(bytes(apdu.verify_command(bytearray(b"123456"))))
        chip.answer(apdu.write_record_command(b"text"))
        card.refresh_from_db()
        assert card.counter == expected


def test_a_card_can_be_put_in_swapped_and_taken_out(card, client, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as reader:
        plug = wallet.CardPlug(host="127.0.0.1", port=reader.getsockname()[1])
        monkeypatch.setattr(wallet, "_plug", plug)
        serials = []

        def read_cards():
            for _ in range(2):
                connection, _ = reader.accept()
                connection.sendall(len(GIVE_ATR).to_bytes(2, "big") + GIVE_ATR)
                serials.append(connection.recv(2 + len(ATR))[2:])
                held.append(connection)

        held = []
        reading = threading.Thread(target=read_cards)
        reading.start()
        first = client.post("/wallet/insert", {"card": "Everyday card"}, content_type="application/json").json()
        second = client.post("/wallet/insert", {"card": "S00000000002"}, content_type="application/json").json()
        reading.join()
        empty = client.post("/wallet/remove", {}, content_type="application/json").json()
        [connection.close() for connection in held]

    assert serials == [ATR, ATR]
    assert (first["inserted"], first["connected"]) == ("S00000000001", True)
    assert (second["inserted"], second["connected"]) == ("S00000000002", True)
    assert (empty["inserted"], empty["connected"]) == (None, False)
    assert client.get("/wallet/state").json()["inserted"] is None


def test_a_card_nobody_knows_cannot_be_put_in(world, client):
    assert client.post("/wallet/insert", {"card": "none"}, content_type="application/json").status_code == 404


def test_an_order_page_shows_a_status_part_alone(db, client):
    ShopOrder.objects.create(order_number="TB1", asked={}, created_at="2026-11-23T00:00:00Z")

    part = client.get("/shop/orders/TB1/?status=1").content.decode()

    assert 'data-status="unpaid"' in part
    assert "<html" not in part


def test_the_staff_page_shows_codes_that_the_console_takes_now(world, client):
    from portal.demo_staff import PEOPLE
    from staff.signatures import matching_step

    page = client.get("/staff/").content.decode()
    rows = re.findall(r'<th scope="row">(\w+)</th><td><code>([\w-]+)</code></td><td><code>(\d{6})</code>', page)

    assert [(name, password) for name, password, _ in rows] == [(one.name, one.password) for one in PEOPLE]
    for (_, _, code), person in zip(rows, PEOPLE, strict=True):
        assert matching_step(person.secret, code, real_now=dt.datetime.now(dt.UTC), after=0)
