"""Case files: everything on paper, masked, with a code that proves who printed what and when."""

import datetime as dt
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from audit.models import Record
from conftest import MONDAY
from refunds.tests.factories import make_accepted_refund
from staff.tests.factories import make_staff, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday(settings, tmp_path):
    """Pages read the clock at ten o'clock on a Monday in June."""
    settings.CLOCK_FILE = str(tmp_path / "clock")
    (tmp_path / "clock").write_text(str((MONDAY - dt.datetime.now(dt.UTC)).total_seconds()))


@pytest.fixture
def agent():
    return sign_in(make_staff("amy", "agent"))


@pytest.fixture
def payment():
    return make_accepted_refund(MONDAY).payment


def printed(client, payment, reason="the ombudsman asks", language="en"):
    address = reverse("desk:case_file", args=[payment.reference])
    return client.post(address, {"reason": reason}, headers={"accept-language": language})


def text_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def code_in(pdf):
    return re.search(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", text_of(pdf)).group()


def checked(client, payment, code, file=None):
    fields = {"reference": payment.reference, "code": code}
    if file is not None:
        fields["file"] = SimpleUploadedFile("case.pdf", file, content_type="application/pdf")
    return client.post(reverse("desk:case_file_check"), fields, headers={"accept-language": "en"})


def test_the_paper_has_everything_of_the_page_masked(agent, payment):
    text = text_of(printed(agent, payment).content)

    for part in (payment.reference, payment.order_number, "Case file", "Yes, once: NT$961", "Your refund is accepted",
                 "Ledger", "Being debited → Paid", f"··{payment.account.last4}", "staff:amy"):  # fmt: skip
        assert part in text, part
    assert payment.account.number not in text
    assert payment.account.customer.phone not in text


def test_the_paper_speaks_chinese_to_who_reads_chinese(agent, payment):
    assert "請勿交付客戶" in text_of(printed(agent, payment, language="zh-hant").content).replace(" ", "")


def test_printing_is_recorded_with_its_reason(agent, payment):
    printed(agent, payment)

    record = Record.objects.get(action="payment.case_file")
    assert (record.by, record.role, record.subject) == ("staff:amy", "agent", payment.reference)
    assert record.reason == "the ombudsman asks"


def test_code_and_file_prove_what_was_printed(agent, payment):
    pdf = printed(agent, payment).content

    page = checked(agent, payment, code_in(pdf).lower().replace("-", " "), pdf)

    found = page.context["found"]
    assert (found.by, found.reason, found.is_same) == ("staff:amy", "the ombudsman asks", True)
    assert "byte for byte" in page.content.decode()
    assert checked(agent, payment, code_in(pdf)).context["found"].is_same is None


def test_a_changed_file_is_told_from_the_one_that_was_printed(agent, payment):
    pdf = printed(agent, payment).content

    page = checked(agent, payment, code_in(pdf), pdf[:-1] + b"x")

    assert page.context["found"].is_same is False
    assert "The file was changed" in page.content.decode()


def test_a_code_that_was_made_up_is_none_of_ours(agent, payment):
    printed(agent, payment)

    page = checked(agent, payment, "AAAA-BBBB-CCCC-DDDD")

    assert page.context["found"] is None
    assert "This is no case file of ours" in page.content.decode()


def test_a_record_without_our_key_proves_nothing(agent, payment):
    """Whoever can write rows but doesn't know the key can't make a code."""
    from audit import operations as audit

    details = {"fingerprint": "0" * 64, "pdf": "0" * 64, "code": "AAAA-BBBB-CCCC-DDDD"}
    audit.record(by="staff:eve", action="payment.case_file", subject=payment.reference, details=details, at=MONDAY)

    assert checked(agent, payment, "AAAA-BBBB-CCCC-DDDD").context["found"] is None
