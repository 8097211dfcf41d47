"""Four eyes as the database's own refusals: nobody confirms their own request, and no rule or refund by hand slips in alone.

`outpost.actor` is the id of who is signed in, `outpost.approval` the request being carried out: operations set both for
their own transaction. Only the owner of a table, who runs migrations, adds a rule without them.
"""

from django.db import migrations

from common.guards import append_only, change_follows_status, status_guard

# As support.states.APPROVAL_MOVES was when this was written; a test compares the two.
MOVES = {
    "pending": {"approved", "rejected", "expired", "withdrawn"},
    "approved": {"done", "failed"},
}

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
    "export.rows": ("console.export_rows", "console.export_rows"),
    "staff.admit": STAFF,
    "staff.change_role": STAFF,
    "staff.enable": STAFF,
    "staff.reset_factors": STAFF,
}


def permission_of(name, place):
    lines = "\n".join(f"        WHEN '{deed}' THEN '{names[place]}'" for deed, names in DEEDS.items())
    return f"""
    CREATE FUNCTION support_{name}(deed text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE deed
{lines}
        END
    $$;
    """


NAMES = f"""
    CREATE FUNCTION support_deeds() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
        SELECT ARRAY[{", ".join(f"'{deed}'" for deed in DEEDS)}]
    $$;
"""

# A person may do what their groups or they themselves are given. Nobody is beyond this, whatever a column says of them.
MAY = """
    CREATE FUNCTION support_may(person integer, permission text) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT EXISTS (SELECT FROM auth_user u WHERE u.id = person AND u.is_active AND u.is_staff)
           AND EXISTS (
            SELECT FROM auth_permission p
            JOIN django_content_type t ON t.id = p.content_type_id
            WHERE t.app_label || '.' || p.codename = permission
              AND (EXISTS (SELECT FROM auth_user_user_permissions o WHERE o.user_id = person AND o.permission_id = p.id)
                OR EXISTS (SELECT FROM auth_user_groups m JOIN auth_group_permissions g ON g.group_id = m.group_id
                           WHERE m.user_id = person AND g.permission_id = p.id)))
    $$;
    CREATE FUNCTION support_signed_in() RETURNS integer LANGUAGE sql STABLE AS $$
        SELECT nullif(current_setting('outpost.actor', true), '')::integer
    $$;
    CREATE FUNCTION support_checkers_needed(amount bigint, day date) RETURNS integer LANGUAGE sql STABLE AS $$
        SELECT t.checkers::integer FROM (
            SELECT DISTINCT ON (from_minor) from_minor, checkers FROM support_approvaltier
            WHERE valid_from <= day AND from_minor <= amount ORDER BY from_minor, valid_from DESC) t
        ORDER BY t.from_minor DESC LIMIT 1
    $$;
"""
MAY_NOT = """
    DROP FUNCTION support_may(integer, text); DROP FUNCTION support_signed_in();
    DROP FUNCTION support_checkers_needed(bigint, date);
"""

# The text that was agreed to is the text that is carried out.
PAYLOAD = """
    ALTER TABLE support_approval ADD CONSTRAINT support_payload_is_what_was_hashed
        CHECK (payload_hash = encode(sha256(convert_to(payload, 'UTF8')), 'hex'));
    ALTER TABLE support_approval ADD CONSTRAINT support_payload_is_an_object CHECK (jsonb_typeof(payload::jsonb) = 'object');
"""
PAYLOAD_BACK = """
    ALTER TABLE support_approval DROP CONSTRAINT support_payload_is_what_was_hashed;
    ALTER TABLE support_approval DROP CONSTRAINT support_payload_is_an_object;
"""

ASKED = """
    CREATE FUNCTION support_approval_asked() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        why text;
        needed integer := support_checkers_needed(NEW.amount_minor, (NEW.made_at AT TIME ZONE 'Asia/Taipei')::date);
    BEGIN
        IF NEW.status <> 'pending' OR NEW.step <> 0 THEN why := 'is born waiting';
        ELSIF support_signed_in() IS DISTINCT FROM NEW.maker_id THEN why := 'is asked for by who is signed in';
        ELSIF support_makes(NEW.deed) IS NULL THEN why := 'names a deed that there is';
        ELSIF NOT (support_may(NEW.maker_id, 'support.propose') AND support_may(NEW.maker_id, support_makes(NEW.deed)))
            THEN why := 'is asked for by who may';
        ELSIF NEW.expires_at > NEW.made_at + interval '24 hours' THEN why := 'waits for a day at most';
        ELSIF needed IS NULL OR NEW.checkers_needed < needed THEN why := 'needs as many as its amount';
        ELSE RETURN NEW;
        END IF;
        RAISE EXCEPTION 'an approval %', why USING ERRCODE = 'check_violation', CONSTRAINT = 'support_approval_asked';
    END $$;
    CREATE TRIGGER asked BEFORE INSERT ON support_approval
        FOR EACH ROW EXECUTE FUNCTION support_approval_asked();
"""

KEPT = """
    CREATE FUNCTION support_approval_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        why text;
        yes integer;
        no integer;
    BEGIN
        IF (NEW.id, NEW.deed, NEW.subject, NEW.payload, NEW.payload_hash, NEW.amount_minor, NEW.checkers_needed, NEW.maker_id,
            NEW.made_at, NEW.reason, NEW.expires_at, NEW.replaces_id)
           IS DISTINCT FROM
           (OLD.id, OLD.deed, OLD.subject, OLD.payload, OLD.payload_hash, OLD.amount_minor, OLD.checkers_needed, OLD.maker_id,
            OLD.made_at, OLD.reason, OLD.expires_at, OLD.replaces_id) THEN
            RAISE EXCEPTION 'what approval % asks for never changes', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'support_approval_kept';
        END IF;
        SELECT count(*) FILTER (WHERE d.verdict = 'approve'), count(*) FILTER (WHERE d.verdict = 'reject')
            INTO yes, no FROM support_approvaldecision d WHERE d.approval_id = OLD.id;
        IF NEW.status = OLD.status THEN RETURN NEW;
        ELSIF NEW.status = 'approved' AND (yes < OLD.checkers_needed OR no > 0) THEN why := 'is not agreed to';
        ELSIF NEW.status = 'rejected' AND no = 0 THEN why := 'was rejected by nobody';
        ELSIF NEW.status = 'withdrawn' AND support_signed_in() IS DISTINCT FROM OLD.maker_id
            THEN why := 'is withdrawn by who asked';
        ELSE RETURN NEW;
        END IF;
        RAISE EXCEPTION 'approval % %', OLD.id, why USING ERRCODE = 'check_violation', CONSTRAINT = 'support_approval_decided';
    END $$;
    CREATE TRIGGER kept BEFORE UPDATE ON support_approval
        FOR EACH ROW EXECUTE FUNCTION support_approval_kept();
"""

DECIDED = """
    CREATE FUNCTION support_decision_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        asked support_approval;
        why text;
    BEGIN
        SELECT * INTO asked FROM support_approval WHERE id = NEW.approval_id FOR UPDATE;
        IF NEW.maker_id IS DISTINCT FROM asked.maker_id THEN why := 'names who asked';
        ELSIF NEW.checker_id = asked.maker_id THEN why := 'is another person''s than who asked';
        ELSIF support_signed_in() IS DISTINCT FROM NEW.checker_id THEN why := 'is made by who is signed in';
        ELSIF NOT (support_may(NEW.checker_id, 'support.approve')
                   AND support_may(NEW.checker_id, coalesce(support_checks(asked.deed), 'nobody')))
            THEN why := 'is made by who may';
        ELSIF asked.status <> 'pending' THEN why := 'is made while it waits';
        ELSIF NEW.at >= asked.expires_at OR NEW.at < asked.made_at THEN why := 'is made in its time';
        ELSE RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a decision %', why USING ERRCODE = 'check_violation', CONSTRAINT = 'support_decision_allowed';
    END $$;
    CREATE TRIGGER allowed BEFORE INSERT ON support_approvaldecision
        FOR EACH ROW EXECUTE FUNCTION support_decision_allowed();
"""

# A rule's arguments: its deed, the days it lies ahead of the last yes, and the columns that the payload must name.
CARRIED_OUT = """
    CREATE FUNCTION support_is_owner(relation oid) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT pg_get_userbyid(c.relowner) = current_user FROM pg_class c WHERE c.oid = relation
    $$;
    CREATE FUNCTION support_being_done(deed_name text) RETURNS support_approval LANGUAGE sql STABLE AS $$
        SELECT a FROM support_approval a
        WHERE a.id = nullif(current_setting('outpost.approval', true), '')::uuid AND a.deed = deed_name
          AND a.status = 'approved'
    $$;
    CREATE FUNCTION support_rule_approved() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        asked support_approval := support_being_done(TG_ARGV[0]);
        agreed date;
    BEGIN
        IF support_is_owner(TG_RELID) THEN RETURN NEW; END IF;
        SELECT (max(d.at) AT TIME ZONE 'Asia/Taipei')::date INTO agreed
            FROM support_approvaldecision d WHERE d.approval_id = asked.id;
        IF asked.id IS NULL
           OR (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(asked.payload::jsonb) k)
              <> (SELECT array_agg(k ORDER BY k) FROM unnest(TG_ARGV[2:]) k)
           OR EXISTS (SELECT FROM jsonb_each_text(asked.payload::jsonb) p
                      WHERE to_jsonb(NEW) ->> p.key IS DISTINCT FROM p.value)
           OR NEW.valid_from < agreed + TG_ARGV[1]::integer THEN
            RAISE EXCEPTION 'a rule of % needs an approval of exactly this', TG_TABLE_NAME
                USING ERRCODE = 'check_violation', CONSTRAINT = 'support_rule_approved';
        END IF;
        RETURN NEW;
    END $$;
    CREATE FUNCTION support_by_hand_approved() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        settles boolean := NEW.status = 'credited';
        asked support_approval :=
            support_being_done(CASE WHEN settles THEN 'refund.settle_by_hand' ELSE 'refund.return_to_run' END);
    BEGIN
        IF support_is_owner(TG_RELID) THEN RETURN NEW; END IF;
        IF asked.id IS NULL OR asked.payload::jsonb ->> 'reference' IS DISTINCT FROM NEW.reference
           OR (settles AND asked.payload::jsonb ->> 'bank_reference' IS DISTINCT FROM NEW.bank_reference) THEN
            RAISE EXCEPTION 'refund % leaves a person''s hands by an approval of exactly this', NEW.reference
                USING ERRCODE = 'check_violation', CONSTRAINT = 'support_by_hand_approved';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER approved BEFORE INSERT ON payments_limitrule FOR EACH ROW
        EXECUTE FUNCTION support_rule_approved('limit.change', '1', 'code', 'amount_minor', 'valid_from');
    CREATE TRIGGER approved BEFORE INSERT ON payments_chargerule FOR EACH ROW
        EXECUTE FUNCTION support_rule_approved('charge.change', '60', 'percent', 'valid_from');
    CREATE TRIGGER approved BEFORE INSERT ON refunds_chargereturnrule FOR EACH ROW
        EXECUTE FUNCTION support_rule_approved('charge_return.change', '1', 'policy', 'valid_from');
    CREATE TRIGGER approved BEFORE INSERT ON support_approvaltier FOR EACH ROW
        EXECUTE FUNCTION support_rule_approved('tier.change', '1', 'from_minor', 'checkers', 'valid_from');
    CREATE TRIGGER approved BEFORE UPDATE OF status ON refunds_refund FOR EACH ROW
        WHEN (OLD.status = 'manual' AND NEW.status <> 'manual') EXECUTE FUNCTION support_by_hand_approved();
"""
CARRIED_OUT_BACK = """
    DROP TRIGGER approved ON payments_limitrule; DROP TRIGGER approved ON payments_chargerule;
    DROP TRIGGER approved ON refunds_chargereturnrule; DROP TRIGGER approved ON support_approvaltier;
    DROP TRIGGER approved ON refunds_refund;
    DROP FUNCTION support_rule_approved(); DROP FUNCTION support_by_hand_approved();
    DROP FUNCTION support_being_done(text); DROP FUNCTION support_is_owner(oid);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0005_approvals"),
        ("payments", "0003_first_rules"),
        ("refunds", "0003_first_calendar"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        status_guard("support_approval", MOVES),
        change_follows_status("support_approval", "support_approvalchange"),
        append_only("support_approvalchange"),
        append_only("support_approvaldecision"),
        append_only("support_approvaltier"),
        append_only("support_exporttaken"),
        migrations.RunSQL(permission_of("makes", 0), "DROP FUNCTION support_makes(text)"),
        migrations.RunSQL(permission_of("checks", 1), "DROP FUNCTION support_checks(text)"),
        migrations.RunSQL(NAMES, "DROP FUNCTION support_deeds()"),
        migrations.RunSQL(MAY, MAY_NOT),
        migrations.RunSQL(PAYLOAD, PAYLOAD_BACK),
        migrations.RunSQL(ASKED, "DROP TRIGGER asked ON support_approval; DROP FUNCTION support_approval_asked();"),
        migrations.RunSQL(KEPT, "DROP TRIGGER kept ON support_approval; DROP FUNCTION support_approval_kept();"),
        migrations.RunSQL(
            DECIDED, "DROP TRIGGER allowed ON support_approvaldecision; DROP FUNCTION support_decision_allowed();"
        ),
        migrations.RunSQL(CARRIED_OUT, CARRIED_OUT_BACK),
    ]
