"""Deeds that change a rule from a day on: limits, the charge, whether it comes back, the gate, the run, how many must agree."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

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
    makes = checks = "support.change_rules"

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        if valid_from(wish) <= today_in_taipei(at):
            raise errors.RuleTooSoon
        if self._is_taken(wish):
            raise errors.RuleDateTaken

    def _is_taken(self, wish: Wish) -> bool:
        raise NotImplementedError


class ChangeLimit(_RuleDeed):
    name = "limit.change"
    title = _("Change a limit")
    about = _("From a day on, customers can pay up to another amount.")

    def subject(self, wish: Wish) -> str:
        return str(wish["code"])

    def subject_shown(self, subject: str) -> str:
        return str(LIMIT_NAMES[LimitCode(subject)])

    def amount_minor(self, wish: Wish) -> int:
        return int(wish["amount_minor"])

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        rules = LimitRule.objects.filter(code=wish["code"], valid_from__lte=valid_from(wish))
        before = rules.order_by("-valid_from", "id").first()
        name = LIMIT_NAMES[LimitCode(wish["code"])]
        change = Line(name, twd(before.amount_minor) if before else NOTHING, twd(wish["amount_minor"]))
        return Preview((change, _valid(before, wish)))

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        rule = payments.add_limit_rule(
            code=LimitCode(wish["code"]),
            amount_minor=wish["amount_minor"],
            valid_from=valid_from(wish),
            made_by=doing.made_by,
            approved_by=doing.approved_by,
            reason=doing.reason,
        )
        return Outcome(str(rule))

    def _is_taken(self, wish: Wish) -> bool:
        return LimitRule.objects.filter(code=wish["code"], valid_from=valid_from(wish)).exists()


class ChangeCharge(_RuleDeed):
    name = "charge.change"
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
        rules = ChargeRule.objects.filter(valid_from__lte=valid_from(wish))
        before = rules.order_by("-valid_from", "id").first()
        change = Line(
            _("Handling charge"),
            f"{before.percent.normalize():f} %" if before else NOTHING,
            f"{Decimal(wish['percent']).normalize():f} %",
        )
        return Preview((change, _valid(before, wish)))

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        rule = payments.add_charge_rule(
            percent=Decimal(wish["percent"]),
            valid_from=valid_from(wish),
            made_by=doing.made_by,
            approved_by=doing.approved_by,
            reason=doing.reason,
        )
        return Outcome(str(rule))

    def _is_taken(self, wish: Wish) -> bool:
        return ChargeRule.objects.filter(valid_from=valid_from(wish)).exists()


class ChangeChargeReturn(_RuleDeed):
    name = "charge_return.change"
    title = _("Change whether the charge comes back")
    about = _("From a day on, refunds give back the handling charge by another rule.")

    def subject(self, wish: Wish) -> str:
        return "charge return"

    def subject_shown(self, subject: str) -> str:
        return str(_("Handling charge of a refunded order"))

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        rules = ChargeReturnRule.objects.filter(valid_from__lte=valid_from(wish))
        before = rules.order_by("-valid_from", "id").first()
        was = str(POLICIES[ChargePolicy(before.policy)]) if before else NOTHING
        change = Line(_("Handling charge of a refunded order"), was, str(POLICIES[ChargePolicy(wish["policy"])]))
        return Preview((change, _valid(before, wish)))

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        rule = refunds.add_charge_return_rule(
            policy=ChargePolicy(wish["policy"]),
            valid_from=valid_from(wish),
            made_by=doing.made_by,
            approved_by=doing.approved_by,
            reason=doing.reason,
        )
        return Outcome(str(rule))

    def _is_taken(self, wish: Wish) -> bool:
        return ChargeReturnRule.objects.filter(valid_from=valid_from(wish)).exists()


class ChangeGate(_RuleDeed):
    name = "gate.change"
    title = _("Change the numbers of the identity check")
    about = _("From a day on, people have another number of tries a day, or wait another time before they pay again.")

    def subject(self, wish: Wish) -> str:
        return "gate"

    def subject_shown(self, subject: str) -> str:
        return str(_("Identity check"))

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        rules = GateRule.objects.filter(valid_from__lte=valid_from(wish))
        before = rules.order_by("-valid_from", "id").first()
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
            valid_from=valid_from(wish),
            made_by=doing.made_by,
            approved_by=doing.approved_by,
            reason=doing.reason,
        )
        return Outcome(str(rule))

    def _is_taken(self, wish: Wish) -> bool:
        return GateRule.objects.filter(valid_from=valid_from(wish)).exists()


class ChangeRunPace(_RuleDeed):
    name = "run_pace.change"
    title = _("Change the pace of the refunds' run")
    about = _("From a day on, what a day can credit is reckoned by another pace. The run itself goes no faster for it.")

    def subject(self, wish: Wish) -> str:
        return "run pace"

    def subject_shown(self, subject: str) -> str:
        return str(_("The refunds' run"))

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        rules = RunPace.objects.filter(valid_from__lte=valid_from(wish))
        before = rules.order_by("-valid_from", "id").first()
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
            valid_from=valid_from(wish),
            made_by=doing.made_by,
            approved_by=doing.approved_by,
            reason=doing.reason,
        )
        return Outcome(str(pace))

    def _is_taken(self, wish: Wish) -> bool:
        return RunPace.objects.filter(valid_from=valid_from(wish)).exists()


class ChangeTier(_RuleDeed):
    name = "tier.change"
    title = _("Change how many must agree")
    about = _("From a day on, requests of an amount need another number of people.")

    def subject(self, wish: Wish) -> str:
        return twd(wish["from_minor"])

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        rules = ApprovalTier.objects.filter(from_minor__lte=wish["from_minor"], valid_from__lte=valid_from(wish))
        before = rules.order_by("-from_minor", "-valid_from", "id").first()
        label = _("People who must agree from %(amount)s on") % {"amount": twd(wish["from_minor"])}
        return Preview(
            (Line(label, str(before.checkers) if before else NOTHING, str(wish["checkers"])), _valid(before, wish))
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        tier = ApprovalTier.objects.create(
            from_minor=wish["from_minor"],
            checkers=wish["checkers"],
            valid_from=valid_from(wish),
            made_at=doing.at,
            made_by=doing.made_by,
            approved_by=doing.approved_by,
            reason=doing.reason,
        )
        return Outcome(str(tier))

    def _is_taken(self, wish: Wish) -> bool:
        return ApprovalTier.objects.filter(from_minor=wish["from_minor"], valid_from=valid_from(wish)).exists()


def valid_from(wish: Wish) -> dt.date:
    return dt.date.fromisoformat(wish["valid_from"])


def _valid(before: DatedRule | None, wish: Wish) -> Line:
    return Line(VALID_FROM, before.valid_from.isoformat() if before else NOTHING, wish["valid_from"])


def _seconds(seconds: int) -> str:
    return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
