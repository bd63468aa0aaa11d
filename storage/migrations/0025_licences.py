"""Licences: reminders that wait for one message a morning, corrections with both sides, the duplicate's own ladder type."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

# The duplicate's ladder type stood in the place of the original's, which its history knows.
LADDER_TYPES = """
UPDATE licence l SET duplicate_ladder_type = l.ladder_type,
       ladder_type = coalesce((SELECT s.data->>'ladder_type' FROM step s WHERE s.case_id = l.case_id
                                  AND s.action IN ('register', 'correct') ORDER BY s.id DESC LIMIT 1), '')
 WHERE EXISTS (SELECT FROM step s WHERE s.case_id = l.case_id AND s.action = 'apply')
"""
# What an issuing authority set for both classes goes on for its own; a city's figure counts no more.
BY_CLASS = """
INSERT INTO policy (organisation_id, name, value, source, version, valid_from, set_by_id, note, inherits, applied_at)
SELECT p.organisation_id, p.name || class.suffix, p.value, p.source, p.version, p.valid_from, p.set_by_id, p.note,
       p.inherits, p.applied_at
  FROM policy p JOIN organisation o ON o.id = p.organisation_id
  JOIN (VALUES ('_a', 'nation'), ('_b', 'nation'), ('_b', 'province')) AS class(suffix, kind) ON class.kind = o.kind
 WHERE p.name IN ('licence.time_limit', 'licence.lapse')
"""


class Migration(migrations.Migration):
    dependencies = [("yishe", "0024_lists")]

    operations = [
        ops.CreateModel(
            name="MorningReminder",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "created_at",
                    fields.DatetimeField(description="real time", auto_now=False, auto_now_add=False),
                ),
                ("day", fields.DateField(description="business day on which it was due")),
                (
                    "case",
                    fields.ForeignKeyField(
                        "yishe.Case",
                        source_field="case_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="morning_reminders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("case_version", fields.IntField()),
                ("kind", fields.CharField(max_length=64)),
                ("severity", fields.CharField(max_length=16)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "yishe.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="morning_reminders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "variables",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "valid_while",
                    fields.IntField(null=True, description="entered_version of the case, or always"),
                ),
            ],
            options={
                "table": "morning_reminder",
                "app": "yishe",
                "indexes": [Index(fields=["person_id", "id"])],
                "pk_attr": "id",
                "table_description": "晨间提醒: a reminder that waits for its person's one message of a morning.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MorningTold",
            fields=[
                (
                    "person",
                    fields.OneToOneField(
                        "yishe.Person",
                        source_field="person_id",
                        primary_key=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="morning_told",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("day", fields.DateField()),
            ],
            options={
                "table": "morning_told",
                "app": "yishe",
                "pk_attr": "person_id",
                "table_description": "The last business day on which somebody had their message of the morning.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Licence",
            name="duplicate_ladder_type",
            field=fields.CharField(
                description="阶梯配置机型 as the duplicate says it", db_default="", max_length=100
            ),
        ),
        ops.AddField(
            model_name="Licence",
            name="proposal",
            field=fields.JSONField(
                null=True,
                description="a correction that waits for the issuing authority, with both sides",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Licence",
            name="proposed_at",
            field=fields.DatetimeField(
                null=True, description="business time", auto_now=False, auto_now_add=False
            ),
        ),
        ops.RunSQL(LADDER_TYPES, ""),
        ops.RunSQL(BY_CLASS, ""),
    ]
