"""Stateful: the one place that writes a status, along a literal table, with a row for each change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import F

from common.references import new_id
from common.rows import update_and_insert


class StaleStep(RuntimeError):
    """The row was moved by someone else since it was read. Who locked it never sees this; who did not has to look again."""


class AppendOnly(models.Model):
    """Rows that are written once: the application's database role may insert and read them, nothing else."""

    class Meta:
        abstract = True


class DatedRule(AppendOnly):
    """A number that staff may change: valid from a Taipei date until the next row of its kind. Never edited."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    valid_from = models.DateField()
    made_by = models.CharField(max_length=100)
    approved_by = models.CharField(max_length=100)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class StateChange(AppendOnly):
    """One step of a Stateful row's life. A subclass adds `subject`, the foreign key, with related_name="changes"."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    step = models.PositiveIntegerField()
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class Stateful(models.Model):
    """A row with a status that moves only along MOVES, one step and one change row at a time."""

    MOVES: ClassVar[dict[str, frozenset[str]]]

    status = models.CharField(max_length=20, editable=False)
    step = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def move_to(
        self, after: str, *, at: dt.datetime, by: str, reason: str = "", fields: dict[str, Any] | None = None
    ) -> None:
        """Move along the table; `fields` are written in the same statement. The caller locked the row, or answers StaleStep.

        A move that is not in the table is a programmer's error: the database's guard refuses it as well.
        """
        assert transaction.get_connection().in_atomic_block, "a move needs an open transaction"
        before = self.status
        assert after in self.MOVES[before], f"{self}: no move from {before} to {after}"
        changed = {"status": after, "step": self.step + 1, **(fields or {})}
        # The guard on `step` makes the second of two racing moves miss, where the caller holds no lock.
        found = type(self)._base_manager.filter(pk=self.pk, step=self.step)
        change = self._change(step=self.step + 1, before=before, after=after, at=at, by=by, reason=reason[:300])
        if update_and_insert(found, changed, change) != 1:
            raise StaleStep(f"{self} was moved by someone else")
        for name, value in changed.items():
            setattr(self, name, value)

    @classmethod
    def move_all(
        cls,
        rows: Sequence[Self],
        after: str,
        *,
        at: dt.datetime,
        by: str,
        reason: str = "",
        fields: dict[str, Any] | None = None,
    ) -> None:
        """The same move for many locked rows, in two statements a status that they come from."""
        assert transaction.get_connection().in_atomic_block, "a move needs an open transaction"
        for before in sorted({row.status for row in rows}):
            assert after in cls.MOVES[before], f"{cls.__name__}: no move from {before} to {after}"
            moving = [row for row in rows if row.status == before]
            changed = {"status": after, "step": F("step") + 1, **(fields or {})}
            found = cls._base_manager.filter(pk__in=[row.pk for row in moving], status=before).update(**changed)
            if found != len(moving):
                raise StaleStep(f"{len(moving) - found} of {len(moving)} rows were moved by someone else")
            facts = {"before": before, "after": after, "at": at, "by": by, "reason": reason[:300]}
            change: Any = cls._meta.get_field("changes").related_model
            change.objects.bulk_create(change(subject=row, step=row.step + 1, **facts) for row in moving)

    def birth(self, *, at: dt.datetime, by: str) -> StateChange:
        """The change row that is inserted together with this new row: from nothing to its first status."""
        return self._change(step=0, before="", after=self.status, at=at, by=by)

    def record_birth(self, *, at: dt.datetime, by: str) -> None:
        """The change row of a row just inserted."""
        self.birth(at=at, by=by).save(force_insert=True)

    def _change(self, **facts: Any) -> StateChange:
        change: Any = self._meta.get_field("changes").related_model
        made: StateChange = change(subject=self, **facts)
        return made
