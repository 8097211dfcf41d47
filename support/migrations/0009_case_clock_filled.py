"""Cases of before get a number, the queue of the agents, a normal priority, and three days from when they were opened."""

import datetime as dt

from django.db import migrations
from django.db.models import F

from common.references import case_reference

_BATCH = 1_000


def fill(apps, schema_editor):
    cases = apps.get_model("support", "Case").objects
    for pk in cases.filter(reference=None).values_list("pk", flat=True).iterator(chunk_size=_BATCH):
        cases.filter(pk=pk).update(
            reference=case_reference(),
            queue="agents",
            priority=3,
            answer_due_at=F("opened_at") + dt.timedelta(days=1),
            due_at=F("opened_at") + dt.timedelta(days=3),
        )
    cases.filter(status="closed", closed_reason="the cause is gone").update(closed_as="cause_gone")
    cases.filter(status="closed", closed_as="").update(closed_as="settled")


class Migration(migrations.Migration):
    dependencies = [("support", "0008_case_clock")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
