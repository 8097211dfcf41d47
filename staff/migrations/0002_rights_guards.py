"""Nobody is a superuser, everybody has one role, and rights change only beside the record of who changed whose, why."""

from django.db import migrations

# The record stands in the same transaction, was written by somebody else than the member, and gives a reason. Whoever
# owns the tables (migrations) is not asked; the application's role is, with whatever statement it tries.
RECORDED = """
    CREATE FUNCTION staff_change_is_recorded(subject_wanted text) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT EXISTS (
            SELECT FROM audit_record r
            WHERE r.txid = pg_current_xact_id()::text::bigint
              AND r.subject = subject_wanted
              AND r.action IN ('staff.admitted', 'staff.role_changed', 'staff.disabled', 'staff.enabled')
              AND r.by <> subject_wanted AND r.by <> '' AND btrim(r.reason) <> ''
              AND coalesce(r.details->>'asked_by', '') <> subject_wanted
        )
    $$;
    CREATE FUNCTION staff_owns(relation oid) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = relation
    $$;
"""

REFUSE = """RAISE EXCEPTION '%: rights change only beside the record of it, by somebody else', TG_TABLE_NAME
                USING ERRCODE = 'check_violation', CONSTRAINT = 'staff_rights_recorded';"""

OF_A_MEMBER = """
    CREATE FUNCTION staff_member_rights_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        whose bigint;
        name text;
    BEGIN
        IF staff_owns(TG_RELID) THEN RETURN coalesce(NEW, OLD); END IF;
        FOREACH whose IN ARRAY ARRAY[OLD.user_id, NEW.user_id]::bigint[] LOOP
            CONTINUE WHEN whose IS NULL;
            SELECT username INTO name FROM auth_user WHERE id = whose;
            IF name IS NULL OR NOT staff_change_is_recorded('staff:' || name) THEN
                [refuse]
            END IF;
        END LOOP;
        RETURN coalesce(NEW, OLD);
    END $$;
    CREATE TRIGGER rights_recorded BEFORE INSERT OR UPDATE OR DELETE ON auth_user_groups
        FOR EACH ROW EXECUTE FUNCTION staff_member_rights_guard();
    CREATE TRIGGER rights_recorded BEFORE INSERT OR UPDATE OR DELETE ON auth_user_user_permissions
        FOR EACH ROW EXECUTE FUNCTION staff_member_rights_guard();
"""

# Who acted is kept by name: a name is never given up, nor taken over by renaming.
OF_AN_ACCOUNT = """
    UPDATE auth_user SET is_superuser = false WHERE is_superuser;
    CREATE FUNCTION staff_account_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.username <> OLD.username OR NEW.id <> OLD.id THEN
            RAISE EXCEPTION 'auth_user: a name of staff stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'staff_name_stays';
        END IF;
        IF (NEW.is_active, NEW.is_staff) IS DISTINCT FROM (OLD.is_active, OLD.is_staff)
           AND NOT staff_owns(TG_RELID) AND NOT staff_change_is_recorded('staff:' || OLD.username) THEN
            [refuse]
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER account_guard BEFORE UPDATE ON auth_user FOR EACH ROW EXECUTE FUNCTION staff_account_guard();
    ALTER TABLE auth_user ADD CONSTRAINT staff_no_superuser CHECK (NOT is_superuser);
    CREATE UNIQUE INDEX staff_one_role_a_member ON auth_user_groups (user_id);
"""

UNDO = """
    DROP INDEX staff_one_role_a_member;
    ALTER TABLE auth_user DROP CONSTRAINT staff_no_superuser;
    DROP TRIGGER account_guard ON auth_user;
    DROP TRIGGER rights_recorded ON auth_user_groups;
    DROP TRIGGER rights_recorded ON auth_user_user_permissions;
    DROP FUNCTION staff_account_guard(), staff_member_rights_guard();
    DROP FUNCTION staff_owns(oid), staff_change_is_recorded(text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
        ("audit", "0002_guards"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunSQL((RECORDED + OF_A_MEMBER + OF_AN_ACCOUNT).replace("[refuse]", REFUSE), UNDO)]
