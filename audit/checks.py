"""Does the chain hold? Each break is named: a changed, removed or slipped-in record, a broken link, a cut tail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from audit import rules
from audit.models import DailyHead, Head, Link, Record

Kind = Literal["changed", "removed", "slipped_in", "link_broken", "tail_cut", "head_forged"]


@dataclass(frozen=True)
class Break:
    """What doesn't fit, and where: the position in the chain, a record's id, or a day."""

    kind: Kind
    where: str

    def __str__(self) -> str:
        return f"{self.kind} at {self.where}"


def breaks(*, chunk: int = 1_000) -> Iterator[Break]:
    """Walk the whole chain, oldest first, in constant memory; nothing is yielded when it holds."""
    hashes: dict[int, str] = {}
    wanted = {position for model in (DailyHead, Head) for position in model.objects.values_list("position", flat=True)}
    expected_position, previous_hash = 1, rules.GENESIS
    for link, record in _chain(chunk):
        for position in range(expected_position, link.position):
            yield Break("removed", f"position {position}")
        yield from _link_breaks(link, record, previous_hash if link.position == expected_position else None)
        expected_position, previous_hash = link.position + 1, link.hash
        if link.position in wanted:
            hashes[link.position] = link.hash
    yield from _head_breaks(hashes, last=expected_position - 1)
    yield from _unlinked_breaks()


def _chain(chunk: int, *, after: int = 0) -> Iterator[tuple[Link, dict[str, Any] | None]]:
    """Links in order with the fields of their records; None where a link's record is gone."""
    while links := list(Link.objects.filter(position__gt=after).order_by("position")[:chunk]):
        rows = Record.objects.filter(id__in=[link.record_id for link in links]).values(*rules.HASHED)
        records = {row["id"]: row for row in rows}
        yield from ((link, records.get(link.record_id)) for link in links)
        after = links[-1].position


def _link_breaks(link: Link, record: dict[str, Any] | None, previous_hash: str | None) -> Iterator[Break]:
    where = f"position {link.position}"
    if record is None:
        yield Break("removed", where)
    elif not rules.link_fits(link.hash, previous_hash=link.previous_hash, position=link.position, record=record):
        yield Break("changed", where)
    if previous_hash is not None and link.previous_hash != previous_hash:
        yield Break("link_broken", where)


def _head_breaks(hashes: dict[int, str], *, last: int) -> Iterator[Break]:
    """Each signed head must be genuine, follow the one before, and stand in the chain as it was signed."""
    days = list(DailyHead.objects.order_by("day"))
    running = Head.objects.filter(id=1).first()
    yield from _order_breaks(days, running)
    heads: list[tuple[str, Head | DailyHead, bool]] = [(str(daily.day), daily, is_genuine(daily)) for daily in days]
    if running is not None:
        heads.append(("head", running, is_genuine(running)))
    elif last or heads:
        yield Break("tail_cut", "the head is gone")
    for name, head, genuine in heads:
        if not genuine:
            yield Break("head_forged", name)
        elif head.position > last:
            yield Break("tail_cut", f"position {last + 1} to {head.position}")
        elif head.position and hashes.get(head.position, head.hash) != head.hash:
            yield Break("changed", f"position {head.position}, signed as {name}")
    if running is not None and running.position < last:
        yield Break("slipped_in", f"position {running.position + 1} to {last}")


def _order_breaks(days: list[DailyHead], running: Head | None) -> Iterator[Break]:
    """A day's head that is gone is missed by the one after it, and the last one by the running head."""
    before = ""
    for daily in days:
        # The first ones were signed without naming the one before.
        if daily.previous_signature and daily.previous_signature != before:
            yield Break("removed", f"the daily head before {daily.day}")
        before = daily.signature
    last_day = days[-1].day if days else None
    if running is None or running.signed_day is None or running.signed_day == last_day:
        return
    if last_day is None or last_day < running.signed_day:
        yield Break("removed", f"the daily head of {running.signed_day}")
    else:
        yield Break("tail_cut", f"the head is older than the daily head of {last_day}")


def is_genuine(head: Head | DailyHead) -> bool:
    """Was it signed by whoever has the key, with every column as it stands? The first ones were signed without some."""
    if isinstance(head, Head):
        signed, is_plain = rules.signed_of_head(head), head.signed_day is None
    else:
        signed, is_plain = rules.signed_of_day(head), not head.previous_signature
    if rules.signature_fits(head.signature, **signed):
        return True
    return is_plain and rules.signature_fits(head.signature, **{**signed, "beside": ()})


def kept_head_breaks(position: int, head_hash: str) -> Iterator[Break]:
    """Against a head that was kept elsewhere, as the log says it every day: whoever turns everything back can't turn that."""
    link = Link.objects.filter(position=position).first()
    if link is None:
        yield Break("tail_cut", f"position {position}, of which a head was kept elsewhere")
    elif link.hash != head_hash:
        yield Break("changed", f"position {position}, of which a head was kept elsewhere")


def _unlinked_breaks() -> Iterator[Break]:
    """A record that is older than what was linked and yet has no link was put there, or its link was taken away."""
    running = Head.objects.filter(id=1).first()
    settled = running.txid if running else 0
    for record_id in Record.objects.filter(link=None, txid__lt=settled).order_by("id").values_list("id", flat=True):
        yield Break("slipped_in", f"record {record_id}")


@dataclass(frozen=True)
class Tail:
    """The end of the chain as looked at a moment ago: from which position to which, and what doesn't fit there."""

    first: int
    last: int
    broken: tuple[str, ...]


def tail(*, most: int = 500) -> Tail:
    """Look at the last links up to the signed head: what can be done while a page is being made. `breaks` looks at all."""
    running = Head.objects.filter(id=1).first()
    if running is None or not running.position:
        return Tail(0, 0, ())
    after = max(0, running.position - most)
    broken = [] if is_genuine(running) else [str(Break("head_forged", "head"))]
    before = Link.objects.filter(position=after).first()
    expected, previous_hash = after + 1, before.hash if before else rules.GENESIS if not after else None
    for link, record in _chain(most, after=after):
        broken += [str(Break("removed", f"position {gone}")) for gone in range(expected, link.position)]
        known = previous_hash if link.position == expected else None
        broken += [str(found) for found in _link_breaks(link, record, known)]
        expected, previous_hash = link.position + 1, link.hash
    if expected - 1 != running.position or previous_hash != running.hash:
        broken.append(str(Break("tail_cut", f"position {running.position}")))
    return Tail(after + 1, running.position, tuple(broken))


def fits(link: Link, record: dict[str, Any]) -> bool:
    """Is this the record that was linked here?"""
    return rules.link_fits(link.hash, previous_hash=link.previous_hash, position=link.position, record=record)
