"""SQL for migrations that lets the database itself refuse: status jumps, changed histories, silent moves.

Each function returns (forward SQL, backward SQL). The tables of moves are frozen into the migration as literals: a new
move is a new migration, and a test compares the database's table with the code's.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.migrations import RunSQL


def status_guard(table: str, moves: Mapping[str, frozenset[str] | set[str]]) -> RunSQL:
    """Refuse an update of `status` that is not in `moves`, or that doesn't raise `step` by exactly one."""
    pairs = ", ".join(f"('{before}', '{after}')" for before, afters in moves.items() for after in sorted(afters))
    forward = f"""
        CREATE FUNCTION {table}_status_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status = OLD.status AND NEW.step = OLD.step THEN RETURN NEW; END IF;
            IF NEW.step <> OLD.step + 1 OR (OLD.status, NEW.status) NOT IN ({pairs}) THEN
                RAISE EXCEPTION '{table}: no move from % (step %) to % (step %)', OLD.status, OLD.step, NEW.status, NEW.step
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_moves';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER status_guard BEFORE UPDATE OF status, step ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_status_guard();
    """
    return RunSQL(forward, f"DROP TRIGGER status_guard ON {table}; DROP FUNCTION {table}_status_guard();")


def status_guard_replaced(table: str, moves: Mapping[str, frozenset[str] | set[str]]) -> RunSQL:
    """For a later migration: the same guard with another table of moves. Going back is the older migration's business."""
    forward = status_guard(table, moves).sql
    assert isinstance(forward, str)
    drop = f"DROP TRIGGER status_guard ON {table}; DROP FUNCTION {table}_status_guard();"
    return RunSQL(drop + forward, RunSQL.noop)


def change_follows_status(table: str, change_table: str) -> RunSQL:
    """At commit every row's last step must have its change row, with the same status: no silent move (I-14)."""
    forward = f"""
        CREATE FUNCTION {table}_change_exists() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM {change_table} c
                           WHERE c.subject_id = NEW.id AND c.step = NEW.step AND c.after = NEW.status) THEN
                RAISE EXCEPTION '{table}: step % of % has no change row', NEW.step, NEW.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_change_exists';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER change_exists AFTER INSERT OR UPDATE OF status, step ON {table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {table}_change_exists();
    """
    return RunSQL(forward, f"DROP TRIGGER change_exists ON {table}; DROP FUNCTION {table}_change_exists();")


def append_only(table: str) -> RunSQL:
    """Refuse update and delete of a row, even to the owner of the table."""
    forward = f"""
        CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_append_only';
        END $$;
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
    """
    return RunSQL(forward, f"DROP TRIGGER append_only ON {table}; DROP FUNCTION {table}_append_only();")
