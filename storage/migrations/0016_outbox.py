"""An outbox that writes less: claims that touch no index, and a ledger without a look-up for each key."""

from datetime import UTC, datetime
from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from storage.models.indexes import WhereIndex

# Why: docs/decisions/0019-a-lean-outbox.md. What the ledger speaks of is deleted by nobody.
DROP_KEYS = """
ALTER TABLE delivery
  DROP CONSTRAINT delivery_message, DROP CONSTRAINT delivery_case_id_fkey,
  DROP CONSTRAINT delivery_contact_point_id_fkey, DROP CONSTRAINT delivery_account_id_fkey
"""
NOT_DELETED = "REVOKE DELETE ON delivery, work_case, channel_account FROM yishe_service"
# Whoever makes a message due earlier and knows only `next_at`, as old versions do, has it found earlier.
DUE_NO_LATER = """
CREATE FUNCTION due_no_later() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.due_at := NEW.next_at; RETURN NEW; END $$
"""
DUE_TRIGGER = """
CREATE TRIGGER message_due_no_later BEFORE UPDATE ON message
  FOR EACH ROW WHEN (NEW.next_at < NEW.due_at) EXECUTE FUNCTION due_no_later()
"""
# Half of each page is left for what its rows become soon after they were written.
LEAVE_ROOM = """
CREATE FUNCTION leave_room() RETURNS void LANGUAGE plpgsql AS $$
DECLARE part regclass;
BEGIN
  FOR part IN SELECT inhrelid::regclass FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
               WHERE inhparent IN ('message'::regclass, 'delivery'::regclass) AND c.reloptions IS NULL LOOP
    EXECUTE format('ALTER TABLE %s SET (fillfactor = 50)', part);
  END LOOP;
END $$
"""
# As before, with room in new partitions.
ENSURE_PARTITIONS = """
CREATE OR REPLACE FUNCTION ensure_partitions(months_ahead int, at timestamptz DEFAULT now()) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE t text; month timestamptz; made int := 0; name text;
BEGIN
  FOREACH t IN ARRAY ARRAY['step', 'message', 'delivery', 'audit', 'reading', 'routing_note'] LOOP
    FOR i IN 0..least(months_ahead, 24) LOOP
      month := date_trunc('month', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + make_interval(months => i);
      name := t || to_char(month AT TIME ZONE 'UTC', '_YYYY_MM');
      CONTINUE WHEN to_regclass(name) IS NOT NULL;
      BEGIN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, t, month,
                       (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
        EXECUTE format('REVOKE ALL ON %I FROM yishe_service', name);
        made := made + 1;
      EXCEPTION WHEN check_violation THEN NULL;
      END;
    END LOOP;
  END LOOP;
  PERFORM leave_room();
  RETURN made;
END $$
"""
SAME_SEARCH_PATH = """
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION ensure_partitions(int, timestamptz) SET search_path = %I, pg_temp', current_schema());
  REVOKE ALL ON FUNCTION leave_room() FROM PUBLIC;
END $$
"""


def without_key(model: str, name: str, **null: Any) -> ops.AlterField:
    """The reference stays; PostgreSQL does not look it up any more."""
    field = fields.ForeignKeyField(
        f"yishe.{model}",
        source_field=f"{name}_id",
        db_constraint=False,
        to_field="id",
        related_name="deliveries",
        on_delete=OnDelete.RESTRICT,
        **null,
    )
    return ops.AlterField(model_name="Delivery", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("yishe", "0015_bot_errands")]

    operations = [
        ops.RunSQL(DROP_KEYS, ""),
        without_key("Case", "case", null=True),
        without_key("ContactPoint", "contact_point", null=True),
        without_key("ChannelAccount", "account"),
        ops.RunSQL(NOT_DELETED, ""),
        ops.AddField(
            model_name="Message",
            name="due_at",
            field=fields.DatetimeField(
                description="real time: next try", db_default=datetime(1970, 1, 1, tzinfo=UTC)
            ),
        ),
        ops.RemoveIndex(model_name="Message", name="message_queued", fields=None),
        ops.AddIndex(
            model_name="Message",
            index=WhereIndex(fields=["due_at", "id"], name="message_due", where="state = 'queued'"),
        ),
        ops.AddIndex(model_name="ContactPoint", index=Index(fields=["person_id", "rank", "id"])),
        ops.RemoveIndex(model_name="ContactPoint", name=None, fields=["person_id", "rank"]),
        ops.RunSQL(DUE_NO_LATER, ""),
        ops.RunSQL(DUE_TRIGGER, ""),
        ops.RunSQL(LEAVE_ROOM, ""),
        ops.RunSQL("SELECT leave_room()", ""),
        ops.RunSQL(ENSURE_PARTITIONS, ""),
        ops.RunSQL(SAME_SEARCH_PATH, ""),
    ]
