"""The database's own refusals: journals balance at commit, nothing booked ever changes."""

from django.db import migrations

from common.guards import append_only

BALANCE = """
    CREATE FUNCTION ledger_journal_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        journal uuid := CASE TG_TABLE_NAME WHEN 'ledger_journal' THEN NEW.id ELSE (to_jsonb(NEW)->>'journal_id')::uuid END;
        lines bigint;
        difference numeric;
    BEGIN
        SELECT count(*), coalesce(sum(CASE side WHEN 'debit' THEN amount_minor ELSE -amount_minor END), 0)
            INTO lines, difference FROM ledger_entry WHERE journal_id = journal;
        IF lines < 2 OR difference <> 0 THEN
            RAISE EXCEPTION 'journal % does not balance: % lines, difference %', journal, lines, difference
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_journal_balances';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON ledger_journal
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_journal_balances();
    CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON ledger_entry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_journal_balances();
"""
NO_BALANCE = """
    DROP TRIGGER balances ON ledger_entry;
    DROP TRIGGER balances ON ledger_journal;
    DROP FUNCTION ledger_journal_balances();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(BALANCE, NO_BALANCE),
        append_only("ledger_journal"),
        append_only("ledger_entry"),
    ]
