"""The portal's own pages, in both languages, with the engine's numbers."""

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import path, reverse
from django.utils import translation

from cards.models import PictureCode
from cards.operations import issue_picture_code
from common.clock import now
from common.sealing import unseal
from payments.errors import OrderExpired
from platforms.models import Platform
from portal import faq, pages, urls

pytestmark = pytest.mark.django_db

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PHONE = "(02)7705-4306"


def _fail(request):
    raise RuntimeError


def _refuse(request):
    raise OrderExpired


def _suspect(request):
    raise SuspiciousOperation


urlpatterns = [
    *urls.urlpatterns,
    path("fails", _fail),
    path("refuses", _refuse),
    path("suspects", _suspect),
    path("limited", pages.too_many_requests),
    path("resting", pages.service_unavailable),
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.fixture
def client(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.fixture
def platform():
    return Platform.objects.create(
        code="shop",
        name="Shop",
        contact_phone=PHONE,
        created_at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
        created_by="test",
    )


def _get(client, address, language="en"):
    response = client.get(address, headers={"accept-language": language})
    return response, response.content.decode()


PAGES = [
    "/",
    "/help/",
    "/api/errors/",
    "/api/errors/limit_exceeded/",
    "/api/docs/",
    "/api/docs/guides/requests/",
    "/sandbox/components/",
    "/nothing-here",
    "/fails",
    "/refuses",
    "/limited",
    "/resting",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_one_heading_no_inline_code_and_nothing_foreign(client, platform, address):
    _, html = _get(client, address)

    assert html.count("<h1") == 1
    assert " style=" not in html
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1|localhost)[^"]*"', html)


@pytest.mark.parametrize(
    "address", [page for page in PAGES if not page.startswith(("/api/errors/", "/sandbox/components/"))]
)
def test_english_pages_have_no_chinese_but_the_language_switch(client, platform, address):
    _, html = _get(client, address, "en")

    assert CHINESE.findall(html.replace(">中文<", "><")) == []
    assert '<html lang="en">' in html


@pytest.mark.parametrize("address", ["/", "/help/", "/nothing-here", "/fails", "/limited", "/resting"])
def test_chinese_pages_have_no_english_sentence(client, platform, address):
    _, html = _get(client, address, "zh-TW")

    text = re.sub(r"<[^>]+>", "\n", html.split("<body>")[1])
    sentences = re.findall(r"[A-Za-z’']+(?: [A-Za-z’']+){2,}", text)
    assert sentences == []
    assert '<html lang="zh-Hant-TW">' in html


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nothing-here", 404),
        ("/fails", 500),
        ("/refuses", 410),
        ("/suspects", 400),
        ("/limited", 429),
        ("/resting", 503),
    ],
)
def test_each_error_answers_with_its_own_page_and_status(client, address, status):
    response, html = _get(client, address)

    assert response.status_code == status
    assert 'class="masthead"' in html


def test_an_error_under_the_api_is_a_problem_document(client):
    response, _ = _get(client, "/api/v1/nothing-here")

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"
    assert response.json()["money_moved"] == "no"


def test_an_expired_form_has_a_page_in_words(client):
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})

    response = strict.post(reverse("set_language"), {"language": "en"})

    assert response.status_code == 403
    assert "The page was open too long" in response.content.decode()


def test_a_refusal_says_what_happened_to_the_money_what_next_and_whom_to_call(client, platform):
    _, html = _get(client, "/refuses")

    assert str(OrderExpired.title) in html
    assert "This step charges nothing." in html
    assert PHONE in html
    assert "order_expired" in html


def test_the_server_error_page_needs_no_database(monkeypatch):
    def gone(at):
        raise OperationalError

    monkeypatch.setattr("payments.queries.help_figures", gone)
    request = RequestFactory().get("/")

    assert pages.server_error(request).status_code == 500
    assert pages.page_context(request)["platform_phone"]() == ""


def test_the_help_page_groups_its_questions_under_anchors_that_stay(client, platform):
    _, html = _get(client, "/help/")

    groups = re.findall(r'<h2 id="([a-z-]+)">', html)
    assert groups == [
        "before-paying",
        "reader",
        "password",
        "identity-check",
        "completed",
        "refunds",
        "safety",
        "data",
    ]
    assert re.findall(r'<a href="#([a-z-]+)">', html) == groups
    questions = re.findall(r'<div class="faq-answer" id="([a-z-]+)">', html)
    assert len(set(questions)) == len(questions) == sum(len(group.questions) for group in faq.GROUPS) >= 30
    # Other pages and printed papers lead here.
    assert {"how-to-pay", "identity", "amount", "not-completed", "refund", "shipped", "orders-only"} <= set(questions)


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_question_has_an_answer_in_both_languages(client, platform, language):
    with translation.override(language):
        groups = faq.answered(pages.help_figures(now()))

    for group in groups:
        for question in group["questions"]:
            said = " ".join([question["question"], *question["paragraphs"], *question["steps"], *question["closing"]])
            assert question["paragraphs"] or question["steps"]
            assert not re.search(r"%\(|%%|(?<![\d ])%", said)
            assert bool(CHINESE.search(said)) == (language == "zh-hant")


def test_help_is_found_from_every_page(client, platform):
    for address in ("/", "/nothing-here", "/fails", "/was-i-charged/", "/refunds/"):
        _, html = _get(client, address)
        assert 'href="/help/"' in html.split('<footer class="colophon">')[1]


def test_the_help_page_reads_its_numbers_from_the_engine(client, platform):
    with translation.override("en"):
        figures = pages.help_figures(now())
    _, html = _get(client, "/help/")

    for name in ("service_daily", "service_monthly", "transfer_single", "transfer_daily", "transfer_monthly"):
        assert figures[name].startswith("NT$")
        assert figures[name] in html
    assert f"handling charge of {figures['charge_percent']} % of the order amount" in html
    assert (figures["example_order"], figures["example_charge"], figures["example_final"]) == (
        "NT$951",
        "NT$10",
        "NT$961",
    )
    assert f"more than {figures['gate_years']} year." in html
    assert figures["charge_returned"] in html
    assert f"good for {figures['look_up_code_minutes']} minutes; {figures['look_up_codes_max']} an hour" in html
    assert f"Payments of {figures['sms_from']} or more" in html
    assert f"wait {figures['wait_minutes']} minutes" in html
    assert f"Wait {figures['notice_hours_min']} to {figures['notice_hours_max']} hours" in html
    assert f"within {figures['first_day']} to {figures['last_day']} working days" in html
    assert f"until {figures['refund_window_days']} days after" in html
    # Beside the questions, and in those of them that end with a call.
    assert html.count(PHONE) == 1 + sum(question.phone for group in faq.GROUPS for question in group.questions)


def test_no_number_of_a_rule_is_typed_into_the_help_templates():
    templates = sorted((Path(settings.BASE_DIR) / "templates/portal").glob("*help*.html"))
    assert len(templates) == 4
    for path_ in templates:
        words = re.sub(r"<[^>]*>|{{.*?}}|{% load .*?%}", " ", path_.read_text())
        assert re.findall(r"\d+", words) == [], path_.name
    texts = [
        str(text)
        for group in faq.GROUPS
        for question in group.questions
        for text in (*question.paragraphs, *question.steps, *question.closing)
    ]
    # The anti-fraud line of the police is nobody's rule to change.
    assert re.findall(r"\d+", " ".join(texts)) == ["165"]


def test_switching_the_language_is_remembered_and_comes_back_to_the_page(client):
    response = client.post(reverse("set_language"), {"language": "en", "next": "/help/"})

    assert response.status_code == 302
    assert response.headers["Location"] == "/help/"
    _, html = _get(client, "/", "zh-TW")
    assert "Pay orders from abroad with your ATM card" in html


def test_the_list_of_errors_has_each_code_once(client):
    _, html = _get(client, "/api/errors/")

    codes = re.findall(r'<tr id="([a-z0-9_]+)">', html)
    assert {"order_expired", "invalid_request", "limit_exceeded"} <= set(codes)
    assert len(codes) == len(set(codes))


def test_every_message_of_the_portal_has_its_chinese():
    from babel.messages.pofile import read_po

    folder = Path(settings.BASE_DIR) / "portal/locale/zh_Hant/LC_MESSAGES"
    with (folder / "django.po").open("rb") as file:
        messages = [message for message in read_po(file, locale="zh_Hant") if message.id]

    assert len(messages) > 150
    assert [message.id for message in messages if not message.string or message.fuzzy] == []
    with translation.override("zh-hant"):
        assert translation.gettext("This step charges nothing.") == "這個步驟不會扣款。"


def test_alive_ready_and_idle(client, monkeypatch):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}
    assert client.get("/sandbox/idle").json() == {"idle": True, "waiting": []}


def test_the_sandbox_reads_an_open_picture_for_its_own_card_holder(client):
    picture = issue_picture_code(subject="PAY-1", at=now())

    answer = client.get(f"/sandbox/picture-code?id={picture.id}")

    assert answer.json() == {"answer": unseal(picture.answer_sealed)}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("asked", ["", "?id=", "?id=six", "?id=00000000-0000-0000-0000-000000000000"])
def test_a_picture_that_is_not_there_is_not_read(client, asked):
    assert client.get(f"/sandbox/picture-code{asked}").status_code == 404


@pytest.mark.parametrize("fields", [{"used_at": now()}, {"expires_at": now() - dt.timedelta(seconds=1)}])
def test_a_picture_that_can_no_longer_be_answered_is_not_read(client, fields):
    picture = issue_picture_code(subject="PAY-1", at=now())
    PictureCode.objects.filter(id=picture.id).update(**fields)

    assert client.get(f"/sandbox/picture-code?id={picture.id}").status_code == 404


def test_no_picture_is_read_without_a_sandbox(client, settings):
    picture = issue_picture_code(subject="PAY-1", at=now())
    settings.SANDBOX = False

    assert client.get(f"/sandbox/picture-code?id={picture.id}").status_code == 404


def test_no_address_of_the_sandbox_is_routed_without_a_sandbox():
    script = (
        "import django; django.setup(); from portal import urls; print([str(one.pattern) for one in urls.urlpatterns])"
    )
    env = {**os.environ, "SANDBOX": "no", "DJANGO_SETTINGS_MODULE": "portal.settings_test"}

    printed = subprocess.run(
        [sys.executable, "-c", script], env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    ).stdout

    assert "'healthz'" in printed
    assert "sandbox" not in printed


def test_not_ready_without_a_database(monkeypatch):
    class Gone:
        def cursor(self):
            raise OperationalError

    monkeypatch.setattr(pages, "connection", Gone())

    assert pages.readyz(RequestFactory().get("/readyz")).status_code == 503


def test_the_api_documentation_works_under_the_strict_policy(client):
    page, text = _get(client, "/api/docs/reference/")
    scripts = re.findall(r'<script src="([^"]+)" nonce="[^"]+"></script>', text)

    assert page.status_code == 200
    assert "unsafe" not in page["Content-Security-Policy"]
    assert len(scripts) == len(re.findall("<script", text)) == 3
    assert "<style" not in text
    assert "style=" not in text
    assert all(address.startswith("/") for address in scripts)
    assert not re.findall(r'href="(?:https?:)?//(?!127\.0\.0\.1|localhost)[^"]*"', text)
    script = client.get(scripts[-1])
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/schema/" in script.content.decode()


@pytest.mark.parametrize(
    "address", ["/pay/%00/x/", "/identity/%00/", "/help/?a=%00", "/refunds/%00/", "/was-i-charged/%00/", "/%00"]
)
def test_an_address_with_a_nul_is_refused(client, address):
    page, _text = _get(client, address)

    assert page.status_code == 400


def _answer(html, anchor):
    return html.split(f'id="{anchor}"')[1].split("</details>")[0]


@pytest.mark.parametrize("anchor", ["not-me", "locked", "refund-closed"])
def test_what_is_about_card_and_account_names_the_banks_number(client, platform, settings, anchor):
    _, html = _get(client, "/help/")
    settings.BANK_PHONE = ""
    _, without = _get(client, "/help/")

    assert "(02)5550-0199" in _answer(html, anchor)
    assert (PHONE in _answer(html, anchor)) == (anchor == "not-me")
    assert "(02)5550-0199" not in without
    assert PHONE in _answer(without, anchor)
