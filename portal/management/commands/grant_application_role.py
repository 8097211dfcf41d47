"""Gives the application's database role exactly its rights; run as the owner after every migrate."""

from __future__ import annotations

from argparse import ArgumentParser

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection
from psycopg import sql

from common.states import AppendOnly

# Tables whose rows are meant to go again: Django's own, and what is used once within minutes. Nothing of money, customers
# or audit is among them.
DELETABLE = (
    "django_session",
    "auth_user_groups",
    "auth_user_user_permissions",
    "platforms_requestnonce",
    "cards_checkcode",
    "cards_picturecode",
)
# What roles there are, what each may do, and what there is to be allowed: written by migrations alone.
READ_ONLY = ("django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions")


class Command(BaseCommand):
    help = (
        "Grant the application role: read and insert everywhere, update where rows may change, delete almost nowhere."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", nargs="?", default="outpost_app")

    def handle(self, *, role: str, **options: object) -> None:
        append_only = {model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnly)}
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                rights = "SELECT, INSERT" if table in append_only else "SELECT, INSERT, UPDATE"
                rights = "SELECT" if table in READ_ONLY else rights
                rights += ", DELETE" if table in DELETABLE else ""
                names = {"table": sql.Identifier(table), "role": sql.Identifier(role), "rights": sql.SQL(rights)}
                cursor.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names))
                cursor.execute(sql.SQL("GRANT {rights} ON {table} TO {role}").format(**names))
            grant = "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
            cursor.execute(sql.SQL(grant).format(role=sql.Identifier(role)))
        self.stdout.write(f"{role} may read and insert; {len(append_only)} tables are append-only to it")
