"""The database's own refusals: no move off the table, nothing above the payment, amounts that never change."""

from django.db import migrations

from common.guards import append_only, change_follows_status, status_guard

# As refunds.states.MOVES was when this was written; a test compares the two.
MOVES = {
    "requested": {"accepted", "cancelled"},
    "accepted": {"crediting"},
    "crediting": {"credited", "unknown", "manual", "accepted"},
    "unknown": {"credited", "manual", "accepted"},
    "manual": {"credited", "accepted"},
}

# The payment's counters are what its CHECKs hold within the payment; here they are held to the refunds themselves.
# Deferred: at commit the payment's row is still locked by whoever changed its refunds.
COUNTED = """
    CREATE FUNCTION refunds_counted_on_payment() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        order_minor bigint;
        charge_minor bigint;
        payment payments_payment;
    BEGIN
        SELECT coalesce(sum(r.amount_minor), 0), coalesce(sum(r.charge_minor), 0) INTO order_minor, charge_minor
            FROM refunds_refund r WHERE r.payment_id = NEW.payment_id AND r.status <> 'cancelled';
        SELECT * INTO payment FROM payments_payment WHERE id = NEW.payment_id;
        IF (order_minor, charge_minor) <> (payment.refunded_order_minor, payment.refunded_charge_minor) THEN
            RAISE EXCEPTION 'payment % counts refunds of % + %, they are % + %', payment.reference,
                payment.refunded_order_minor, payment.refunded_charge_minor, order_minor, charge_minor
                USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_counted_on_payment';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER counted_on_payment AFTER INSERT OR UPDATE OF status ON refunds_refund
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refunds_counted_on_payment();
"""
NOT_COUNTED = "DROP TRIGGER counted_on_payment ON refunds_refund; DROP FUNCTION refunds_counted_on_payment();"

FROZEN = """
    CREATE FUNCTION refunds_amounts_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.payment_id, NEW.platform_id, NEW.platform_refund_number, NEW.amount_minor, NEW.charge_minor)
            <> (OLD.payment_id, OLD.platform_id, OLD.platform_refund_number, OLD.amount_minor, OLD.charge_minor) THEN
            RAISE EXCEPTION 'refund % never changes its payment, number or amounts', OLD.reference
                USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_amounts_frozen';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER amounts_frozen BEFORE UPDATE ON refunds_refund
        FOR EACH ROW EXECUTE FUNCTION refunds_amounts_frozen();
"""
NOT_FROZEN = "DROP TRIGGER amounts_frozen ON refunds_refund; DROP FUNCTION refunds_amounts_frozen();"


class Migration(migrations.Migration):
    dependencies = [("refunds", "0001_initial"), ("payments", "0001_initial")]

    operations = [
        status_guard("refunds_refund", MOVES),
        change_follows_status("refunds_refund", "refunds_refundchange"),
        migrations.RunSQL(COUNTED, NOT_COUNTED),
        migrations.RunSQL(FROZEN, NOT_FROZEN),
        append_only("refunds_chargereturnrule"),
        append_only("refunds_refundchange"),
        append_only("refunds_creditattempt"),
        append_only("refunds_deferral"),
        append_only("refunds_calendarversion"),
        append_only("refunds_calendarday"),
        append_only("refunds_calendaroverride"),
        append_only("refunds_bankonlyday"),
    ]
