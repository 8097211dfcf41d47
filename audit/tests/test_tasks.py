"""The sweeps of the audit trail."""

import pytest

from audit import tasks
from audit.models import DailyHead, Head, Link
from audit.tests.factories import make_record

pytestmark = pytest.mark.django_db


def test_the_sweeps_link_everything_and_sign_the_day_once():
    for _ in range(3):
        make_record()

    tasks.link_records()
    tasks.sign_daily_head()
    tasks.sign_daily_head()

    assert Link.objects.count() == 3
    assert DailyHead.objects.get().hash == Head.objects.get().hash
