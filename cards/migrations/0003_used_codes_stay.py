"""A check code that was used is evidence: it stays, and stays used."""

from django.db import migrations

FORWARD = """
    CREATE FUNCTION cards_used_code_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a used check code stays as it is'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cards_used_code_stays';
    END $$;
    CREATE TRIGGER used_code_stays BEFORE UPDATE OR DELETE ON cards_checkcode
        FOR EACH ROW WHEN (OLD.used_at IS NOT NULL) EXECUTE FUNCTION cards_used_code_stays();
"""
BACKWARD = "DROP TRIGGER used_code_stays ON cards_checkcode; DROP FUNCTION cards_used_code_stays();"


class Migration(migrations.Migration):
    dependencies = [("cards", "0002_guards")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
