"""How long does a case file take? Rows read, paper made, for the newest payments there are, beside the limit it must keep.

    .venv/bin/python -m bench.case_file [--runs 20]      (with the portal's environment: DATABASE_URL, FIELD_KEYS)

The limit is two seconds: what a person waits for with a caller on the line. The first paper of a process loads template and font.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time

import django
from django.urls import reverse

LIMIT_SECONDS = 2.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    # A process that serves pages has read its addresses long ago.
    reverse("desk:find")
    took = measured(runs)
    if not took:
        sys.stdout.write("there is no payment to print\n")
        return 1
    figures = f"first {took[0]:.2f} s, median {statistics.median(took):.2f} s, slowest {max(took):.2f} s"
    verdict = "kept" if max(took) <= LIMIT_SECONDS else "BROKEN"
    sys.stdout.write(f"case file: {figures}\nlimit {LIMIT_SECONDS:.1f} s: {verdict}\n")
    return 0 if max(took) <= LIMIT_SECONDS else 1


def measured(runs: int) -> list[float]:
    """Seconds of each paper, in the order in which they were made."""
    from common.clock import now
    from console.pages.payment_paper import printed
    from console.queries.payment import whole_payment
    from payments.models import Payment

    took = []
    for reference in Payment.objects.order_by("-created_at", "-id").values_list("reference", flat=True)[:runs]:
        began = time.perf_counter()
        at = now()
        printed(whole_payment(reference, at=at), at=at, by="bench")
        took.append(time.perf_counter() - began)
    return took


if __name__ == "__main__":
    sys.exit(main())
