"""What a refund or a calendar file is refused for: code, text, and that nothing moved."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.errors import Refusal


class RefundNotFound(Refusal):
    code = "refund_not_found"
    http_status = 404
    title = _("Refund not found")
    text = _("There is no refund with this number here. Nothing was changed.")


class RefundNumberReused(Refusal):
    code = "refund_number_reused"
    http_status = 422
    title = _("This refund number was used for another refund")
    text = _(
        "Refund number %(refund_number)s already stands for refund %(reference)s with other contents. That one is"
        " unchanged and no second refund was made. Use a new number for a new refund."
    )


class OrderNotPaid(Refusal):
    code = "order_not_paid"
    title = _("This order was not paid")
    text = _("Only a paid order can be refunded. Nothing was refunded. Cancel the payment if the order is not wanted.")


class RefundAboveRest(Refusal):
    code = "refund_above_rest"
    title = _("The refund is above what is left of the order")
    text = _("Of this order NT$%(refundable_minor)s can still be refunded. Nothing was refunded. Ask for at most that.")

    def detail(self) -> str:
        if self.details["refundable_minor"] == 0:
            return gettext("Nothing is left to refund of this order. Nothing was refunded by this request.")
        return super().detail()


class RefundableMismatch(Refusal):
    code = "refundable_mismatch"
    title = _("The amount still refundable is another one")
    text = _(
        "You expected NT$%(expected_refundable_minor)s to be refundable; it is NT$%(refundable_minor)s. Nothing was"
        " refunded. Read the payment and its refunds, then ask again."
    )


class RefundTooLate(Refusal):
    code = "refund_too_late"
    title = _("Too late for a refund")
    text = _(
        "A payment can be refunded for 360 days; for this one that ended on %(last_date)s. Nothing was refunded."
        " Settle it with the customer directly."
    )


class GoodsShipped(Refusal):
    code = "goods_shipped"
    title = _("The goods were shipped")
    text = _(
        "A shipped order can't be refunded here. Nothing was refunded. Please ask the platform's customer service:"
        " %(contact)s."
    )


class RefundNotConfirmable(Refusal):
    code = "refund_not_confirmable"
    title = _("This refund was cancelled")
    text = _("A cancelled refund can't be confirmed. Nothing was refunded. Ask for a new refund with a new number.")


class RefundNotCancellable(Refusal):
    code = "refund_not_cancellable"
    title = _("This refund can't be cancelled any more")
    text = _("The refund was confirmed and its date promised to the customer. It goes on unchanged.")


class RefundNotManual(Refusal):
    code = "refund_not_manual"
    title = _("This refund doesn't wait for a person")
    text = _("Only a refund in the manual queue can be settled by hand. It is unchanged.")


class RefundNotDeferrable(Refusal):
    code = "refund_not_deferrable"
    title = _("This refund can't be put off")
    text = _(
        "Nothing was changed. Only a refund that waits for its day is put off, by one working day, and not beyond the"
        " latest date that the customer was promised."
    )


class WindowTimesWrong(Refusal):
    code = "window_times_wrong"
    http_status = 422
    title = _("The times of the window don't fit")
    text = _("A maintenance window ends after it starts, and in the future. Nothing was saved.")


class ClosureUnchanged(Refusal):
    code = "closure_unchanged"
    title = _("This closure is already recorded")
    text = _("The calendar already says so for this day and county. No new version was published.")


class ExplainOutOfRange(Refusal):
    code = "explain_out_of_range"
    http_status = 422
    title = _("Too many working days")
    text = _("Ask for 1 to %(days_max)s working days, from a date between 1998 and 2099.")


class CalendarFileRefused(Refusal):
    """Base of all refusals of an official calendar file; `line` is counted from 1, the heading included."""

    code = "calendar_file_refused"
    http_status = 422
    title = _("The calendar file was refused")
    text = _("The calendar is unchanged. Take the official file.")


class CalendarUnreadable(CalendarFileRefused):
    code = "calendar_unreadable"
    title = _("The calendar file can't be read")
    text = _("The file is neither UTF-8 nor Big5 text. The calendar is unchanged. Download the official file again.")


class CalendarHeading(CalendarFileRefused):
    code = "calendar_heading"
    title = _("The calendar file has another heading")
    text = _("The first line must be 西元日期,星期,是否放假,備註. The calendar is unchanged. Take the official file.")


class CalendarRow(CalendarFileRefused):
    code = "calendar_row"
    title = _("The calendar file has a line that can't be read")
    text = _("Line %(line)s can't be read: a date, a weekday and 0 or 2 are expected. The calendar is unchanged.")


class CalendarPartialYear(CalendarFileRefused):
    code = "calendar_partial_year"
    title = _("The calendar file is not one whole year")
    text = _(
        "The file must hold each day of exactly one year. It has %(days)s days; the first missing or foreign one is"
        " %(date)s. The calendar is unchanged."
    )


class CalendarDuplicateDate(CalendarFileRefused):
    code = "calendar_duplicate_date"
    title = _("The calendar file has a day twice")
    text = _("Line %(line)s repeats %(date)s. The calendar is unchanged. Take out the line that is wrong.")


class CalendarWeekdayWrong(CalendarFileRefused):
    code = "calendar_weekday_wrong"
    title = _("The calendar file has a wrong weekday")
    text = _("Line %(line)s: %(date)s is no %(weekday)s. The calendar is unchanged.")


class CalendarDayOffUnexplained(CalendarFileRefused):
    code = "calendar_day_off_unexplained"
    title = _("The calendar file has a day off without a reason")
    text = _("Line %(line)s: %(date)s is an ordinary weekday, off without a remark. The calendar is unchanged.")


class CalendarWeekendWorked(CalendarFileRefused):
    code = "calendar_weekend_worked"
    title = _("The calendar file has a weekend worked without a reason")
    text = _(
        "Line %(line)s: %(date)s is a weekend day that counts as worked, without the remark 補行上班."
        " The calendar is unchanged."
    )
