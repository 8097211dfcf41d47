"""The pages of requests: who sees and does what, what each says, and how many statements it takes."""

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Record
from common import clock
from platforms.tests.factories import make_platform
from refunds.tests.test_calendar import file_of, rows_of
from staff.tests.factories import sign_in
from support import operations
from support.models import Approval
from support.operations.deeds import DEEDS
from support.pages.deed_forms import FORMS
from support.queries.approvals import deeds_to_ask, to_decide_capped
from support.tests.approving import LIMIT, agree, ask, someone
from support.tests.factories import make_manual_refund

pytestmark = pytest.mark.django_db
QUEUE = "/console/approvals/"


def soon(days=5):
    return (clock.today_in_taipei(clock.now()) + dt.timedelta(days=days)).isoformat()


def waiting(maker=None, **changes):
    return ask(clock.now(), maker or someone(), wish=LIMIT | {"valid_from": soon()} | changes)


def client_of(user, *, stepped_up=True, language="en"):
    client = sign_in(user, stepped_up=stepped_up)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    return client


def page_of(client, approval, name="approval"):
    return client.get(reverse(f"support:{name}", args=[approval.pk])).content.decode()


def act(client, approval, name, *, follow=False, **fields):
    return client.post(reverse(f"support:{name}", args=[approval.pk]), fields, follow=follow)


def section(page, heading):
    """The text of one queue, up to the next heading."""
    return page.split(f">{heading}</h2>")[1].split("</section>")[0]


def test_each_queue_holds_what_belongs_there():
    me = someone()
    mine, for_me = waiting(me), waiting(code="service_daily")

    page = client_of(me).get(QUEUE).content.decode()

    assert str(for_me.pk) in section(page, "For you to decide")
    assert str(mine.pk) in section(page, "You asked for")
    assert "Nothing waits here" in section(page, "Waits for others")


def test_what_another_role_decides_waits_for_others():
    approval = waiting()

    page = client_of(someone("administrator")).get(QUEUE).content.decode()

    assert "Nothing waits here" in section(page, "For you to decide")
    assert str(approval.pk) in section(page, "Waits for others")


def test_the_gravest_and_the_oldest_come_first():
    first, second, grave = (
        waiting(),
        waiting(code="transfer_daily"),
        waiting(code="service_daily", amount_minor=100_000),
    )

    page = client_of(someone()).get(QUEUE).content.decode()

    places = [page.index(str(approval.pk)) for approval in (grave, first, second)]
    assert places == sorted(places)


def test_what_i_agreed_to_waits_for_others(at):
    me, approval = someone(), waiting(amount_minor=100_000)
    agree(approval, me, clock.now())

    page = client_of(me).get(QUEUE).content.decode()

    assert "1 of 2" in section(page, "Waits for others")
    assert "You have given your word" in page_of(client_of(me), approval)


def test_the_queue_and_a_request_take_a_fixed_number_of_statements(django_assert_max_num_queries):
    me = someone()
    client = client_of(me)
    for code in ("service_daily", "service_monthly", "transfer_daily", "transfer_monthly"):
        waiting(code=code)
    approval = waiting()
    client.get(QUEUE)

    with django_assert_max_num_queries(14):
        client.get(QUEUE)
    with django_assert_max_num_queries(22):
        page_of(client, approval)
    with django_assert_max_num_queries(14):
        client.get(f"{QUEUE}?show=decided")


def test_the_decided_are_paged_newest_first():
    me = someone()
    for _ in range(3):
        approval = waiting(me)
        operations.withdraw(approval_id=approval.pk, maker=me, at=clock.now(), reason="no")
    newest = approval

    page = client_of(someone("auditor")).get(f"{QUEUE}?show=decided").content.decode()

    assert page.count("withdrawn") >= 3
    assert page.index(str(newest.pk)) < page.index(str(Approval.objects.earliest("id").pk))
    assert client_of(me).get(f"{QUEUE}?show=decided&cursor=nonsense").status_code == 404


def test_a_request_says_what_it_changes_who_asks_and_why():
    approval = waiting(someone(name="amy"))

    page = page_of(client_of(someone()), approval)

    assert all(
        text in page for text in ("NT$50,000", "NT$9,000", "amy", "agreed", "0 of 1", "+08:00", "Agree and do it")
    )
    assert approval.payload_hash[:4] in page
    assert Record.objects.filter(action="approval.read", subject=str(approval.pk)).count() == 1


def test_a_yes_does_it_and_says_so():
    client, approval = client_of(someone()), waiting()

    answer = client.post(reverse("support:approve", args=[approval.pk]), {"words": "fine"}, follow=True)

    page = answer.content.decode()
    assert "Done. What you agreed to is in force." in page
    assert "Agree and do it" not in page
    assert Approval.objects.get().decisions.get().words == "fine"


def test_a_no_needs_words_and_keeps_the_request():
    client, approval = client_of(someone()), waiting()

    assert "Say why" in act(client, approval, "reject", follow=True).content.decode()
    assert Approval.objects.get().status == "pending"
    assert act(client, approval, "reject", words="too low").status_code == 302

    assert Approval.objects.get().status == "rejected"
    assert "too low" in page_of(client, approval)


def test_ones_own_request_can_be_withdrawn_and_changed_but_not_agreed_to():
    me = someone()
    client, approval = client_of(me), waiting(me)

    page = page_of(client, approval)

    assert "Agree and do it" not in page
    assert f"?replaces={approval.pk}" in page
    assert "This is your own request" in act(client, approval, "approve", follow=True).content.decode()
    assert "another person" in act(client_of(someone()), approval, "withdraw", follow=True).content.decode()
    assert Approval.objects.get().status == "pending"
    assert act(client, approval, "withdraw").status_code == 302
    assert Approval.objects.get().status == "withdrawn"


def test_a_request_is_changed_by_asking_anew():
    me = someone()
    client, old = client_of(me), waiting(me)
    address = f"{reverse('support:propose', args=['limit.change'])}?replaces={old.pk}"

    assert 'value="9000"' in client.get(address).content.decode()
    answer = client.post(
        address, {"code": "transfer_single", "amount_minor": 8_000, "valid_from": soon(), "reason": "mistyped"}
    )

    new = Approval.objects.exclude(pk=old.pk).get()
    assert answer["Location"] == reverse("support:approval", args=[new.pk])
    assert (Approval.objects.get(pk=old.pk).status, new.wish["amount_minor"]) == ("withdrawn", 8_000)
    assert "an earlier request" in page_of(client, new)
    assert "a later request" in page_of(client, old)


def test_a_refused_wish_comes_back_with_its_text():
    client = client_of(someone())
    form = {"percent": "1.5", "valid_from": soon(59), "reason": "dearer"}

    answer = client.post(reverse("support:propose", args=["charge.change"]), form)

    assert answer.status_code == 422
    assert "at least 60 days ahead" in answer.content.decode()
    assert not Approval.objects.exists()


def test_a_form_is_filled_by_the_link_that_led_to_it(at):
    refund = make_manual_refund(at)
    client = client_of(someone())
    address = f"{reverse('support:propose', args=['refund.settle_by_hand'])}?subject={refund.reference}"

    page = client.get(address).content.decode()
    client.post(address, {"reference": refund.reference, "bank_reference": "CHQ-7", "reason": "cheque sent"})

    assert f'value="{refund.reference}"' in page
    assert Approval.objects.get().amount_minor == refund.total_minor


def test_an_official_file_is_asked_for_in_either_encoding():
    client = client_of(someone("operator"))
    file = SimpleUploadedFile("2028.csv", file_of(rows_of(2028), "big5"))

    client.post(reverse("support:propose", args=["calendar.publish"]), {"file": file, "reason": "published today"})

    approval = Approval.objects.get()
    assert (approval.subject, approval.wish["file"][:4]) == ("2028", "西元日期")
    agree(approval, someone(), clock.now())
    assert Approval.objects.get().status == "done"


def test_a_refused_file_comes_back_with_its_line():
    client = client_of(someone("operator"))
    file = SimpleUploadedFile("2028.csv", file_of(rows_of(2028)[1:]))

    answer = client.post(reverse("support:propose", args=["calendar.publish"]), {"file": file, "reason": "published"})

    assert "2028-01-01" in answer.content.decode()


def test_each_deed_has_a_form_and_each_form_a_deed():
    assert set(FORMS) == set(DEEDS)


@pytest.mark.parametrize("role", ["supervisor", "operator", "administrator"])
def test_the_list_of_deeds_is_what_the_role_may_ask(role):
    me = someone(role)
    client = client_of(me)

    page = client.get(f"{QUEUE}new/").content.decode()
    allowed = {name for name in DEEDS if f'/approvals/new/{name}/"' in page}

    assert allowed == deeds_to_ask(me) & set(DEEDS)
    for name in DEEDS:
        answer = client.get(reverse("support:propose", args=[name]))
        assert answer.status_code == (200 if name in allowed else 403), name


@pytest.mark.parametrize("role", ["agent", "auditor"])
def test_who_asks_for_nothing_is_led_nowhere(role):
    client, approval = client_of(someone(role)), waiting()

    seen = 200 if role == "auditor" else 403
    assert client.get(QUEUE).status_code == seen
    assert client.get(reverse("support:approval", args=[approval.pk])).status_code == seen
    assert client.get(f"{QUEUE}new/").status_code == 403
    assert act(client, approval, "approve").status_code == 403
    assert act(client, approval, "reject", words="no").status_code == 403
    assert act(client, approval, "withdraw").status_code == 403


def test_nobody_signed_in_sees_nothing(client):
    assert "login" in client.get(QUEUE)["Location"]


def test_unknown_requests_and_deeds_are_not_found():
    client = client_of(someone())

    assert client.get(f"{QUEUE}018f0000-0000-7000-8000-000000000000/").status_code == 404
    assert client.get(f"{QUEUE}new/money.print/").status_code == 404


def test_a_failed_deed_says_why(at):
    """Agreed to past midnight: the rule would begin on the day itself."""
    approval = ask(at, someone())
    agree(approval, someone(), at + dt.timedelta(hours=23))

    page = page_of(client_of(someone()), approval)

    assert "This day is too near" in page
    assert "could not be done" in page


def test_the_pages_speak_chinese():
    approval = waiting()

    page = page_of(client_of(someone(), language="zh-hant"), approval)

    assert all(text in page for text in ("變更限額", "同意並執行", "生效日"))


# ── The number in the navigation ──


def text_of(answer):
    return " ".join(re.sub("<[^>]*>", " ", answer.content.decode()).split())


def badge_of(user):
    return text_of(client_of(user).get(BADGE))


BADGE = "/console/approvals/badge/"


def test_the_badge_counts_what_waits_for_my_word():
    me, other = someone(), someone()
    for_me = waiting()
    waiting(me, code="service_daily")
    twice = waiting(code="service_monthly", amount_minor=400_000)
    agree(twice, me, clock.now())
    ask(clock.now(), someone("operator"), "platform.suspend", {"code": make_platform().code})

    assert [badge_of(one) for one in (me, other)] == ["1 waiting", "3 waiting"]
    agree(for_me, other, clock.now())
    assert [badge_of(one) for one in (me, someone("administrator"))] == ["", ""]


def test_the_badge_counts_nothing_that_ran_out():
    me = someone()
    ask(clock.now() - dt.timedelta(hours=25), someone(), wish=LIMIT | {"valid_from": soon()})

    assert badge_of(me) == ""


def test_the_badge_says_more_than_ninety_nine():
    me, maker = someone(), someone()
    for number in range(101):
        ask(clock.now(), maker, "tier.change", {"from_minor": number, "checkers": 1, "valid_from": soon()})

    assert badge_of(me) == "99+ waiting"
    assert to_decide_capped(me, clock.now()) == 100


def test_the_badge_costs_one_statement(django_assert_num_queries):
    me = someone()
    for code in ("service_daily", "service_monthly", "transfer_single"):
        waiting(code=code)

    with django_assert_num_queries(1):
        assert to_decide_capped(me, clock.now()) == 3


@pytest.mark.parametrize("role", ["supervisor", "operator", "auditor", "administrator"])
def test_the_navigation_asks_for_the_number(role):
    page = client_of(someone(role)).get(QUEUE).text

    assert f'hx-get="{BADGE}"' in page


def test_an_agent_sees_no_number():
    client = client_of(someone("agent"))

    assert client.get(BADGE).status_code == 403
    assert BADGE not in client.get("/console/").text
