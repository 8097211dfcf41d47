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


def _chain(chunk: int) -> Iterator[tuple[Link, dict[str, Any] | None]]:
    """Links in order with the fields of their records; None where a link's record is gone."""
    after = 0
    while links := list(Link.objects.filter(position__gt=after).order_by("position")[:chunk]):
        rows = Record.objects.filter(id__in=[link.record_id for link in links]).values(*rules.HASHED)
        records = {row["id"]: row for row in rows}
        yield from ((link, records.get(link.record_id)) for link in links)
        after = links[-1].position


def _link_breaks(link: Link, record: dict[str, Any] | None, previous_hash: str | None) -> Iterator[Break]:
    where = f"position {link.position}"
    if record is None:
        yield Break("removed", where)
    elif link.hash != rules.link_hash(previous_hash=link.previous_hash, position=link.position, record=record):
        yield Break("changed", where)
    if previous_hash is not None and link.previous_hash != previous_hash:
        yield Break("link_broken", where)


def _head_breaks(hashes: dict[int, str], *, last: int) -> Iterator[Break]:
    """Each signed head must be genuine and stand in the chain as it was signed."""
    heads = [
        (str(daily.day), daily.position, daily.hash, daily.signature) for daily in DailyHead.objects.order_by("day")
    ]
    running = Head.objects.filter(id=1).first()
    if running is not None:
        heads.append(("head", running.position, running.hash, running.signature))
    elif last or heads:
        yield Break("tail_cut", "the head is gone")
    for name, position, head_hash, signature in heads:
        if not rules.signature_fits(signature, name=name, position=position, head_hash=head_hash):
            yield Break("head_forged", name)
        elif position > last:
            yield Break("tail_cut", f"position {last + 1} to {position}")
        elif position and hashes.get(position, head_hash) != head_hash:
            yield Break("changed", f"position {position}, signed as {name}")
    if running is not None and running.position < last:
        yield Break("slipped_in", f"position {running.position + 1} to {last}")


def _unlinked_breaks() -> Iterator[Break]:
    """A record that is older than what was linked and yet has no link was put there, or its link was taken away."""
    running = Head.objects.filter(id=1).first()
    settled = running.txid if running else 0
    for record_id in Record.objects.filter(link=None, txid__lt=settled).order_by("id").values_list("id", flat=True):
        yield Break("slipped_in", f"record {record_id}")
