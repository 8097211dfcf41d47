"""Four eyes on the identity gate's rule, the pace of the refunds' run, switching a platform off and on, and giving a debit back."""

from django.db import migrations

# As the registry of deeds was when this was written; a test compares the two. deed → (who may ask, who may confirm)
RULES, PLATFORMS, STAFF = (
    "support.change_rules",
    "platforms.manage_keys",
    ("support.manage_staff", "support.confirm_staff"),
)
BY_HAND = ("refunds.settle_manually", "support.confirm_refunds")
DEEDS = {
    "limit.change": (RULES, RULES),
    "charge.change": (RULES, RULES),
    "charge_return.change": (RULES, RULES),
    "gate.change": (RULES, RULES),
    "run_pace.change": (RULES, RULES),
    "tier.change": (RULES, RULES),
    "calendar.publish": ("refunds.add_calendarversion", RULES),
    "calendar.closure": ("refunds.add_calendaroverride", RULES),
    "refund.settle_by_hand": BY_HAND,
    "refund.return_to_run": BY_HAND,
    "refund.defer": BY_HAND,
    "platform.suspend": (PLATFORMS, PLATFORMS),
    "platform.resume": (PLATFORMS, PLATFORMS),
    "platform.roll_key": (PLATFORMS, PLATFORMS),
    "platform.admit": (PLATFORMS, PLATFORMS),
    "identity.reset": ("support.reset_identity", "support.reset_identity"),
    "payment.reverse_debit": BY_HAND,
    "export.rows": ("console.export_rows", "console.export_rows"),
    "staff.admit": STAFF,
    "staff.change_role": STAFF,
    "staff.enable": STAFF,
    "staff.reset_factors": STAFF,
}


def permission_of(name, place):
    lines = "\n".join(f"        WHEN '{deed}' THEN '{names[place]}'" for deed, names in DEEDS.items())
    return f"""
    CREATE OR REPLACE FUNCTION support_{name}(deed text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE deed
{lines}
        END
    $$;
    """


NAMES = f"""
    CREATE OR REPLACE FUNCTION support_deeds() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
        SELECT ARRAY[{", ".join(f"'{deed}'" for deed in DEEDS)}]
    $$;
"""

RULES_APPROVED = """
    CREATE TRIGGER approved BEFORE INSERT ON verification_gaterule FOR EACH ROW
        EXECUTE FUNCTION support_rule_approved('gate.change', '1', 'mismatches_max', 'wait_seconds', 'valid_from');
    CREATE TRIGGER approved BEFORE INSERT ON refunds_runpace FOR EACH ROW
        EXECUTE FUNCTION support_rule_approved('run_pace.change', '1', 'credits_per_minute', 'valid_from');
"""
RULES_BACK = "DROP TRIGGER approved ON verification_gaterule; DROP TRIGGER approved ON refunds_runpace;"

# Of whatever name it is given in the same statement: the approval names the platform as it was and as it stays.
SWITCH_APPROVED = """
    CREATE FUNCTION support_switch_approved() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        asked support_approval :=
            support_being_done(CASE WHEN NEW.enabled THEN 'platform.resume' ELSE 'platform.suspend' END);
    BEGIN
        IF support_is_owner(TG_RELID) THEN RETURN NEW; END IF;
        IF asked.id IS NULL OR NEW.code <> OLD.code OR asked.payload::jsonb ->> 'code' IS DISTINCT FROM NEW.code THEN
            RAISE EXCEPTION 'platform % is switched by an approval of exactly this', OLD.code
                USING ERRCODE = 'check_violation', CONSTRAINT = 'support_switch_approved';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER approved BEFORE UPDATE ON platforms_platform FOR EACH ROW
        WHEN (OLD.enabled IS DISTINCT FROM NEW.enabled) EXECUTE FUNCTION support_switch_approved();
"""
SWITCH_BACK = "DROP TRIGGER approved ON platforms_platform; DROP FUNCTION support_switch_approved();"

# The row that has the bank asked: of exactly this payment and amount.
REVERSAL_APPROVED = """
    CREATE FUNCTION support_reversal_approved() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        asked support_approval := support_being_done('payment.reverse_debit');
        payment text;
    BEGIN
        IF support_is_owner(TG_RELID) THEN RETURN NEW; END IF;
        SELECT p.reference INTO payment FROM payments_attempt a JOIN payments_payment p ON p.id = a.payment_id
            WHERE a.id = NEW.attempt_id AND a.outcome = '' AND a.told_minor = NEW.told_minor;
        IF asked.id IS NULL OR NEW.outcome <> ''
           OR asked.payload::jsonb ->> 'reference' IS DISTINCT FROM payment
           OR asked.payload::jsonb ->> 'told_minor' IS DISTINCT FROM NEW.told_minor::text THEN
            RAISE EXCEPTION 'the debit of % is given back by an approval of exactly this', coalesce(payment, '?')
                USING ERRCODE = 'check_violation', CONSTRAINT = 'support_reversal_approved';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER approved BEFORE INSERT ON payments_debitreversal
        FOR EACH ROW EXECUTE FUNCTION support_reversal_approved();
"""
REVERSAL_BACK = "DROP TRIGGER approved ON payments_debitreversal; DROP FUNCTION support_reversal_approved();"


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0010_case_guards"),
        ("verification", "0008_gate_rule_by_approval"),
        ("refunds", "0007_run_pace"),
        ("platforms", "0005_endpoint_off_says_why"),
        ("payments", "0008_reversals"),
    ]

    operations = [
        # Going back leaves the wider table: a deed that no code knows is asked for by nobody.
        migrations.RunSQL(permission_of("makes", 0), migrations.RunSQL.noop),
        migrations.RunSQL(permission_of("checks", 1), migrations.RunSQL.noop),
        migrations.RunSQL(NAMES, migrations.RunSQL.noop),
        migrations.RunSQL(RULES_APPROVED, RULES_BACK),
        migrations.RunSQL(SWITCH_APPROVED, SWITCH_BACK),
        migrations.RunSQL(REVERSAL_APPROVED, REVERSAL_BACK),
    ]
