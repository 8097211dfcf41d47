"""Every case in the order in which it is played; what could disturb another one comes last."""

from __future__ import annotations

from outpost_conformance.cases import deliveries, feeds, forgeries
from outpost_conformance.kit import Case

REDIRECTS = deliveries.REDIRECTS
CASES: tuple[Case, ...] = (REDIRECTS, *deliveries.CASES, *forgeries.CASES, *feeds.CASES)
