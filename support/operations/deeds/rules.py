"""Deeds that change a rule from a day on: limits, the charge, whether it comes back, the gate, the run, how many must agree."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.clock import today_in_taipei
from common.states import DatedRule
from payments import operations as payments
from payments.limits import LIMIT_NAMES
from payments.models import ChargeRule, LimitCode, LimitRule
from refunds import operations as refunds
from refunds.amounts import ChargePolicy
from refunds.deferral import whole_day_minutes
from refunds.models import ChargeReturnRule, RunPace
from support import errors
from support.models import ApprovalTier
from support.operations.deeds.deed import NOTHING, VALID_FROM, Deed, Doing, Line, Outcome, Preview, Wish, twd
from verification import operations as verification
from verification.models import GateRule

# How long before the bank tells its customers of another charge.
CHARGE_NOTICE: Final = dt.timedelta(days=60)
POLICIES: Final = {
    ChargePolicy.NONE: _("stays with the bank"),
    ChargePolicy.PROPORTIONAL: _("comes back in proportion"),
    ChargePolicy.FULL_ONLY: _("comes back with the refund that completes the order"),
}


class _RuleDeed(Deed):
    """A new row of `model`, which applies from a day on."""

    makes = checks = "support.change_rules"
    model: ClassVar[type[DatedRule]]

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        if valid_from(wish) <= today_in_taipei(at):
            raise errors.RuleTooSoon
        if self.rules(wish).filter(valid_from=valid_from(wish)).exists():
            raise errors.RuleDateTaken

    def rules(self, wish: Wish) -> QuerySet[Any]:
        """Those of which one applies at a time: the one that is asked for takes the place of the newest of them."""
        return self.model._default_manager.all()

    def before(self, wish: Wish) -> Any:
        """The row that applies until then, if there is one."""
        return self.rules(wish).filter(valid_from__lte=valid_from(wish)).order_by("-valid_from", "id").first()

    def signed(self, wish: Wish, doing: Doing) -> dict[str, Any]:
        """What every such row says: from when on, by whom, and why."""
        names = {"made_by": doing.made_by, "approved_by": doing.approved_by, "reason": doing.reason}
        return {"valid_from": valid_from(wish), **names}


class ChangeLimit(_RuleDeed):
    name = "limit.change"
    model = LimitRule
    title = _("Change a limit")
    about = _("From a day on, customers can pay up to another amount.")

    def subject(self, wish: Wish) -> str:
        return str(wish["code"])

    def subject_shown(self, subject: str) -> str:
        return str(LIMIT_NAMES[LimitCode(subject)])

    def amount_minor(self, wish: Wish) -> int:
        return int(wish["amount_minor"])

    def rules(self, wish: Wish) -> QuerySet[Any]:
        return LimitRule.objects.filter(code=wish["code"])

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        before = self.before(wish)
        name = LIMIT_NAMES[LimitCode(wish["code"])]
        change = Line(name, twd(before.amount_minor) if before else NOTHING, twd(wish["amount_minor"]))
        return Preview((change, _valid(before, wish)))

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        rule = payments.add_limit_rule(
            code=LimitCode(wish["code"]),
            amount_minor=wish["amount_minor"],
            **self.signed(wish, doing),
        )
        return Outcome(str(rule))


class ChangeCharge(_RuleDeed):
    name = "charge.change"
    model = ChargeRule
    title = _("Change the handling charge")
    about = _("From a day on, at least 60 days ahead, payments cost another percentage of the order.")

    def subject(self, wish: Wish) -> str:
        return "charge"

    def subject_shown(self, subject: str) -> str:
        return str(_("Handling charge"))

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        earliest = today_in_taipei(at) + CHARGE_NOTICE
        if valid_from(wish) < earliest:
            raise errors.ChargeNoticeTooShort(earliest=earliest.isoformat())
        super().check(wish, at=at)

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        before = self.before(wish)
        change = Line(
            _("Handling charge"),
            f"{before.percent.normalize():f} %" if before else NOTHING,
            f"{Decimal(wish['percent']).normalize():f} %",
        )
        return Preview((change, _valid(before, wish)))

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        rule = payments.add_charge_rule(
            percent=Decimal(wish["percent"]),
            **self.signed(wish, doing),
        )
        return Outcome(str(rule))


class ChangeChargeReturn(_RuleDeed):
    name = "charge_return.change"
    model = ChargeReturnRule
    title = _("Change whether the charge comes back")
    about = _("From a day on, refunds give back the handling charge by another rule.")

    def subject(self, wish: Wish) -> str:
        return "charge return"

    def subject_shown(self, subject: str) -> str:
        return str(_("Handling charge of a refunded order"))

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        before = self.before(wish)
        was = str(POLICIES[ChargePolicy(before.policy)]) if before else NOTHING
        change = Line(_("Handling charge of a refunded order"), was, str(POLICIES[ChargePolicy(wish["policy"])]))
        return Preview((change, _valid(before, wish)))

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        rule = refunds.add_charge_return_rule(
            policy=ChargePolicy(wish["policy"]),
            **self.signed(wish, doing),
        )
        return Outcome(str(rule))


class ChangeGate(_RuleDeed):
    name = "gate.change"
    model = GateRule
    title = _("Change the numbers of the identity check")
    about = _("From a day on, people have another number of tries a day, or wait another time before they pay again.")

    def subject(self, wish: Wish) -> str:
        return "gate"

    def subject_shown(self, subject: str) -> str:
        return str(_("Identity check"))

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        before = self.before(wish)
        return Preview(
            (
                Line(
                    _("Wrong details that a person may give on one day"),
                    str(before.mismatches_max) if before else NOTHING,
                    str(wish["mismatches_max"]),
                ),
                Line(
                    _("Wait after passing, before paying again"),
                    _seconds(before.wait_seconds) if before else NOTHING,
                    _seconds(wish["wait_seconds"]),
                ),
                _valid(before, wish),
            )
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        rule = verification.add_gate_rule(
            mismatches_max=wish["mismatches_max"],
            wait_seconds=wish["wait_seconds"],
            **self.signed(wish, doing),
        )
        return Outcome(str(rule))


class ChangeRunPace(_RuleDeed):
    name = "run_pace.change"
    model = RunPace
    title = _("Change the pace of the refunds' run")
    about = _("From a day on, what a day can credit is reckoned by another pace. The run itself goes no faster for it.")

    def subject(self, wish: Wish) -> str:
        return "run pace"

    def subject_shown(self, subject: str) -> str:
        return str(_("The refunds' run"))

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        before = self.before(wish)
        paces = (before.credits_per_minute if before else None, int(wish["credits_per_minute"]))
        a_minute = [NOTHING if pace is None else f"{pace:,}" for pace in paces]
        a_day = [NOTHING if pace is None else f"{pace * whole_day_minutes():,}" for pace in paces]
        return Preview(
            (
                Line(_("Credits a minute"), *a_minute),
                Line(_("Credits of a whole working day"), *a_day),
                _valid(before, wish),
            )
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        pace = refunds.add_run_pace(
            credits_per_minute=wish["credits_per_minute"],
            **self.signed(wish, doing),
        )
        return Outcome(str(pace))


class ChangeTier(_RuleDeed):
    name = "tier.change"
    model = ApprovalTier
    title = _("Change how many must agree")
    about = _("From a day on, requests of an amount need another number of people.")

    def subject(self, wish: Wish) -> str:
        return twd(wish["from_minor"])

    def rules(self, wish: Wish) -> QuerySet[Any]:
        return ApprovalTier.objects.filter(from_minor=wish["from_minor"])

    def before(self, wish: Wish) -> ApprovalTier | None:
        """The tier that such an amount falls into until then, which may begin lower."""
        lower = ApprovalTier.objects.filter(from_minor__lte=wish["from_minor"], valid_from__lte=valid_from(wish))
        return lower.order_by("-from_minor", "-valid_from", "id").first()

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        before = self.before(wish)
        label = _("People who must agree from %(amount)s on") % {"amount": twd(wish["from_minor"])}
        return Preview(
            (Line(label, str(before.checkers) if before else NOTHING, str(wish["checkers"])), _valid(before, wish))
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        tier = ApprovalTier.objects.create(
            from_minor=wish["from_minor"],
            checkers=wish["checkers"],
            made_at=doing.at,
            **self.signed(wish, doing),
        )
        return Outcome(str(tier))


def valid_from(wish: Wish) -> dt.date:
    return dt.date.fromisoformat(wish["valid_from"])


def _valid(before: DatedRule | None, wish: Wish) -> Line:
    return Line(VALID_FROM, before.valid_from.isoformat() if before else NOTHING, wish["valid_from"])


def _seconds(seconds: int) -> str:
    return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
