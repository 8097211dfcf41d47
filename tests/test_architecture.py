"""What the linters can't see: size, docstrings, names of tasks, guards that equal the tables, rights of the database role."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.utils.functional import Promise

from common.errors import Refusal
from common.states import AppendOnly, StateChange, Stateful
from conftest import owner_connection
from portal import problems  # noqa: F401 - its refusals are among all refusals
from portal.celery import BEAT, app

ROOT = Path(__file__).resolve().parent.parent
HOUSE = (
    *("audit", "cards", "common", "console", "ledger", "notifications", "payments", "platforms", "portal"),
    *("reconciliation", "refunds", "sandbox", "staff", "support", "verification"),
)
APART = ("reader", "bootstrap", "clients")
# High to low: a string foreign key may point only down, or stay in its app.
ORDER = (
    *("portal", "console", "support", "reconciliation", "refunds", "payments", "verification", "cards", "staff"),
    *("ledger", "notifications", "audit", "platforms", "common"),
)
SIBLINGS = {"ledger", "notifications", "audit"}

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40


def modules(*, tests=False, migrations=False):
    """Every Python file of the house and of what stands beside it, that git would keep."""
    for package in (*HOUSE, *APART):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            is_test = "tests" in parts or path.name.startswith(("test_", "conftest", "settings_test"))
            if (is_test and not tests) or ("migrations" in parts and not migrations):
                continue
            yield path


def name_of(path):
    return str(path.relative_to(ROOT))


def tree_of(path):
    return ast.parse(path.read_text(), filename=str(path))


def our_models():
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in HOUSE]


def subclasses(cls):
    return {cls, *(below for child in cls.__subclasses__() for below in subclasses(child))}


def is_ours(cls):
    return cls.__module__.split(".")[0] in HOUSE and "tests" not in cls.__module__


# ── Files ──


def test_no_file_passes_300_lines():
    long = {name_of(path): count for path in modules() if (count := len(path.read_text().splitlines())) > 300}

    assert long == {}


def test_no_function_passes_40_lines():
    long = {}
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                # A docstring explains, it doesn't do.
                explained = node.body[0].end_lineno - node.body[0].lineno + 1 if ast.get_docstring(node) else 0
                count = node.end_lineno - node.lineno + 1 - explained
                if count > FUNCTION_LINES_MAX:
                    long[f"{name_of(path)}:{node.lineno} {node.name}"] = count

    assert long == {}


def test_each_module_says_in_one_sentence_what_lives_there():
    wrong = []
    for path in modules():
        if not path.read_text().strip():
            continue
        lines = (ast.get_docstring(tree_of(path)) or "").splitlines()
        if not lines or not lines[0].rstrip().endswith((".", "?", "!")):
            wrong.append(name_of(path))

    assert wrong == []


def test_no_model_is_fetched_by_a_string_outside_migrations():
    found = [name_of(path) for path in modules() if re.search(r"apps\.get_model\(", path.read_text())]

    assert found == []


def test_an_ignored_rule_says_why_on_its_line():
    """`noqa: RULE - reason` and `type: ignore[rule]  # reason`; nothing is ignored for a whole file."""
    bare, ignore = re.compile(r"#\s*noqa(?!:)"), re.compile(r"#\s*noqa:\s*([A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*)(.*)$")
    typed = re.compile(r"#\s*type:\s*ignore(\[[a-z-]+(?:,\s*[a-z-]+)*\])?(.*)$")
    wrong = []
    for path in modules(tests=True):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            noqa, untyped = ignore.search(line), typed.search(line)
            if bare.search(line) or (noqa and not re.match(r"\s+(-|#)\s*\S.{5}", noqa[2])):
                wrong.append(f"{name_of(path)}:{number} {line.strip()[-60:]}")
            if untyped and (untyped[1] is None or not re.match(r"\s+#\s*\S.{5}", untyped[2])):
                wrong.append(f"{name_of(path)}:{number} {line.strip()[-60:]}")
        if re.search(r"^#\s*(ruff|flake8|mypy):", path.read_text(), re.MULTILINE):
            wrong.append(f"{name_of(path)} ignores for a whole file")

    assert wrong == []


def test_what_stands_apart_imports_nothing_of_ours():
    found = []
    for package in APART:
        own = {"clients", "outpost"} if package == "clients" else {package}
        for path in sorted((ROOT / package).rglob("*.py")):
            for name in imported(tree_of(path)):
                if name in {*HOUSE, *APART, "outpost"} - own:
                    found.append(f"{name_of(path)} imports {name}")

    assert found == []


def test_the_launcher_needs_nothing_but_python():
    import sys

    found = []
    for path in sorted((ROOT / "bootstrap").rglob("*.py")):
        if "tests" not in path.parts:
            foreign = imported(tree_of(path)) - set(sys.stdlib_module_names) - {"bootstrap"}
            found += [f"{name_of(path)} imports {name}" for name in sorted(foreign)]

    assert found == []


def imported(tree):
    """The top-level names that a module imports absolutely."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_imports_keep_to_the_layers():
    lint = subprocess.run(
        [ROOT / ".venv/bin/lint-imports", "--no-logo", "--no-cache"] if (ROOT / ".venv").exists() else ["lint-imports"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert lint.returncode == 0, lint.stdout + lint.stderr


# ── Tasks ──


def test_each_task_woken_by_name_is_registered():
    unknown = []
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "run_soon":
                name = node.args[0]
                if isinstance(name, ast.Constant) and name.value not in app.tasks:
                    unknown.append(f"{name_of(path)}:{node.lineno} {name.value}")

    assert unknown == []


def test_each_beat_names_a_registered_task():
    assert [name for name in BEAT if name not in app.tasks] == []


def test_each_task_is_named_after_its_app_and_function_and_swept_or_woken():
    ours = {name: task for name, task in app.tasks.items() if task.__module__.split(".")[0] in HOUSE}
    sources = "\n".join(path.read_text() for path in modules())

    misnamed = [name for name, task in ours.items() if name != f"{task.__module__.split('.')[0]}.{task.__name__}"]
    never_run = [name for name in ours if name not in BEAT and f'run_soon("{name}"' not in sources]

    assert misnamed == []
    assert never_run == []


# ── Models ──


def test_no_foreign_key_given_as_a_string_points_up():
    wrong = []
    for path in modules():
        own = path.relative_to(ROOT).parts[0]
        for node in ast.walk(tree_of(path)):
            called = getattr(getattr(node, "func", None), "attr", "")
            if called in {"ForeignKey", "OneToOneField", "ManyToManyField"} and node.args:
                target = node.args[0]
                if isinstance(target, ast.Constant) and "." in str(target.value):
                    other = target.value.split(".")[0]
                    if other != own and other in ORDER and own in ORDER and not is_below(other, own):
                        wrong.append(f"{name_of(path)}:{node.lineno} {target.value}")

    assert wrong == []


def is_below(lower, upper):
    return ORDER.index(lower) > ORDER.index(upper) and not {lower, upper} <= SIBLINGS


def test_no_relation_of_a_model_points_up():
    wrong = []
    for model in our_models():
        own = model._meta.app_label
        for field in model._meta.get_fields():
            other = field.related_model._meta.app_label if field.is_relation and not field.auto_created else own
            if other in ORDER and own in ORDER and other != own and not is_below(other, own):
                wrong.append(f"{own}.{model.__name__}.{field.name} → {other}")

    assert wrong == []


def test_every_model_can_say_what_it_is():
    silent = [model.__name__ for model in our_models() if model.__str__ is models.Model.__str__]

    assert silent == []


def test_models_do_nothing_behind_ones_back():
    """What a move causes stands in its operation: no save() override, no signal."""
    overriding = [model.__name__ for model in our_models() if {"save", "delete"} & set(vars(model))]
    signals = [
        name_of(path) for path in modules() if re.search(r"import .*\b(pre|post)_(save|delete)\b", path.read_text())
    ]

    assert overriding == []
    assert signals == []


# ── Refusals ──


def refusals():
    return sorted((cls for cls in subclasses(Refusal) if is_ours(cls)), key=lambda cls: cls.__name__)


def test_every_refusal_has_a_code_of_its_own():
    codes = [cls.code for cls in refusals() if "code" in vars(cls)]

    assert sorted(codes) == sorted(set(codes))
    assert [cls.__name__ for cls in refusals() if cls is not Refusal and "code" not in vars(cls)] == []
    assert [code for code in codes if not re.fullmatch(r"[a-z][a-z0-9_]*", code)] == []


def test_every_refusal_says_what_happened_in_both_languages():
    from django.utils.translation import override

    wrong = []
    for cls in refusals():
        for name in ("title", "text"):
            text = vars(cls).get(name)
            if not isinstance(text, Promise):
                wrong.append(f"{cls.__name__}.{name} is not translatable")
                continue
            with override("en"):
                english = str(text)
            with override("zh-hant"):
                chinese = str(text)
            if not re.search(r"[\u4e00-\u9fff]", chinese):
                wrong.append(f"{cls.__name__}.{name} has no zh-Hant")
            if named(english) != named(chinese):
                wrong.append(f"{cls.__name__}.{name} names other details in zh-Hant")

    assert wrong == []


def named(text):
    return set(re.findall(r"%\((\w+)\)s", text))


# ── The database's own refusals ──


def stateful_models():
    return [model for model in our_models() if issubclass(model, Stateful)]


def append_only_models():
    return [model for model in our_models() if issubclass(model, AppendOnly)]


@pytest.mark.django_db
@pytest.mark.parametrize("model", stateful_models(), ids=lambda model: model.__name__)
def test_the_moves_in_the_code_are_the_moves_in_the_database(model):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [f"{model._meta.db_table}_status_guard"])
        (source,) = cursor.fetchone()

    pairs = re.findall(r"\('([a-z_]+)', '([a-z_]+)'\)", source)
    assert sorted(pairs) == sorted((str(before), str(after)) for before in model.MOVES for after in model.MOVES[before])


@pytest.mark.parametrize("model", stateful_models(), ids=lambda model: model.__name__)
def test_each_status_has_its_line_in_the_table_of_moves(model):
    assert set().union(*model.MOVES.values()) <= set(model.MOVES)


@pytest.mark.django_db
@pytest.mark.parametrize("model", stateful_models(), ids=lambda model: model.__name__)
def test_each_move_leaves_its_change_row(model):
    change = model._meta.get_field("changes").related_model

    assert issubclass(change, StateChange)
    assert {"status_guard", "change_exists"} <= triggers_of(model)
    once = [set(c.fields) for c in change._meta.constraints if isinstance(c, models.UniqueConstraint)]
    assert {"subject", "step"} in once


@pytest.mark.django_db
@pytest.mark.parametrize("model", append_only_models(), ids=lambda model: model.__name__)
def test_what_is_append_only_is_so_in_the_database(model):
    assert "append_only" in triggers_of(model)


def triggers_of(model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O' AND NOT tgisinternal",
            [model._meta.db_table],
        )
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_only_what_is_append_only_in_the_code_is_so_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'")
        guarded = {row[0] for row in cursor.fetchall()}

    assert guarded == {model._meta.db_table for model in append_only_models()}


# ── The application's database role ──


@pytest.mark.django_db
def test_the_application_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relowner = current_user::regrole")
        owned = cursor.fetchall()
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication FROM pg_roles WHERE rolname = current_user"
        )
        powers = cursor.fetchone()
        cursor.execute("SELECT has_schema_privilege(current_user, 'public', 'CREATE')")
        may_create = cursor.fetchone()[0]

    assert owned == []
    assert not any(powers)
    assert may_create is False


@pytest.mark.django_db
@pytest.mark.parametrize("model", append_only_models(), ids=lambda model: model.__name__)
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table}"]
)
def test_the_application_may_not_change_what_is_append_only(model, statement):
    names = {"table": model._meta.db_table, "column": model._meta.pk.column}

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(**names))


@pytest.mark.django_db
def test_the_application_may_truncate_nothing_and_deletes_hardly_anything():
    from portal.management.commands.grant_application_role import DELETABLE

    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname, has_table_privilege(current_user, oid, 'TRUNCATE'), has_table_privilege(current_user, oid, 'DELETE'),
                      has_table_privilege(current_user, oid, 'TRIGGER')
               FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"""
        )
        rights = cursor.fetchall()

    assert [name for name, truncate, _, trigger in rights if truncate or trigger] == []
    assert {name for name, _, delete, _ in rights if delete} <= set(DELETABLE)
    for table, *_ in rights:
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db
@pytest.mark.parametrize("model", append_only_models(), ids=lambda model: model.__name__)
def test_even_the_owner_is_stopped_by_the_trigger(model):
    """The trigger is tried on a copy of the table with one row of nothing, so that each table has a row to refuse."""
    table = model._meta.db_table
    with owner_connection() as owner:
        owner.execute("CREATE TEMPORARY TABLE tried (nothing int)")
        owner.execute("INSERT INTO tried VALUES (1)")
        owner.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON tried FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
        )
        for statement in ("UPDATE tried SET nothing = 2", "DELETE FROM tried"):
            with pytest.raises(psycopg.errors.CheckViolation, match=f"{table} is append-only"):
                owner.execute(statement)


def test_operations_take_their_facts_by_name():
    """Keyword-only, and whoever writes says when: the clock is an argument."""
    wrong = []
    for path in modules():
        parts = path.relative_to(ROOT).parts
        if parts[1].removesuffix(".py") == "operations":
            source = path.read_text()
            if re.search(r"\bclock\.now\(|from common\.clock import .*\bnow\b", source):
                wrong.append(f"{name_of(path)} asks the clock itself")

    assert wrong == []


def test_only_move_to_writes_a_status():
    """A status is given at birth and by move_to; nothing else assigns one or updates the column. The sandbox isn't ours, and
    to the platforms' client a status is a number of HTTP."""
    wrong = []
    for path in modules():
        if path.relative_to(ROOT).parts[0] in {"sandbox", "clients"}:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Assign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                assigned = any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets)
                if assigned and not is_birth(path, node):
                    wrong.append(f"{name_of(path)}:{node.lineno}")
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "update":
                wrong += [f"{name_of(path)}:{node.lineno}" for keyword in node.keywords if keyword.arg == "status"]

    assert wrong == []


def is_birth(path, node):
    """An unsaved row gets its first status next to record_birth."""
    for function in ast.walk(tree_of(path)):
        if isinstance(function, ast.FunctionDef) and function.lineno <= node.lineno <= function.end_lineno:
            return "record_birth" in inspect.cleandoc(ast.unparse(function))
    return False
