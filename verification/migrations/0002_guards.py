"""The database refuses a jump of status, a silent move, a changed history, and an answer that changes its mind."""

from django.db import migrations

from common.guards import append_only, change_follows_status, status_guard

# Frozen here: a new move is a new migration. A test compares the database's table with the code's.
MOVES = {
    "started": {"consented", "expired"},
    "consented": {"submitted", "expired"},
    "submitted": {"code_sent", "mismatch", "refused", "unavailable"},
    "code_sent": {"asking", "expired"},
    "asking": {"passed", "mismatch", "refused", "unavailable"},
    "mismatch": {"submitted", "expired"},
    "unavailable": {"submitted", "asking", "expired"},
}

ANSWER_STANDS = """
    CREATE FUNCTION verification_answer_stands() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'verification_inquiry: % is answered', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'verification_answer_stands';
    END $$;
    CREATE TRIGGER answer_stands BEFORE UPDATE ON verification_inquiry
        FOR EACH ROW WHEN (OLD.outcome <> '') EXECUTE FUNCTION verification_answer_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_initial")]

    operations = [
        status_guard("verification_check", MOVES),
        change_follows_status("verification_check", "verification_checkchange"),
        append_only("verification_checkchange"),
        append_only("verification_consent"),
        append_only("verification_watchlistnotice"),
        append_only("verification_onetimecode"),
        append_only("verification_codetry"),
        append_only("verification_gaterule"),
        migrations.RunSQL(
            ANSWER_STANDS,
            "DROP TRIGGER answer_stands ON verification_inquiry; DROP FUNCTION verification_answer_stands();",
        ),
    ]
