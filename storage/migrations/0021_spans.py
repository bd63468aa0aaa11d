"""What leads to the few partitions that matter, what names the cases whose cards changed, and finished months packed."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

# Why: docs/decisions/0023-the-few-months-that-matter.md.
BEGUN = """
UPDATE work_case c SET began_at = s.first, last_at = s.last
  FROM (SELECT case_id, min(recorded_at) AS first, max(recorded_at) AS last FROM step GROUP BY case_id) s
 WHERE s.case_id = c.id
"""
# An old version that runs beside does not keep the end: then it is not known.
END_NOT_KEPT = """
CREATE FUNCTION end_not_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.last_at := NULL; RETURN NEW; END $$
"""
END_NOT_KEPT_TRIGGER = """
CREATE TRIGGER work_case_end_not_kept BEFORE UPDATE ON work_case FOR EACH ROW
  WHEN (NEW.version > OLD.version AND NEW.last_at IS NOT DISTINCT FROM OLD.last_at AND NEW.last_at IS NOT NULL)
  EXECUTE FUNCTION end_not_kept()
"""
OPEN_SINCE = """
INSERT INTO outbox_span (id, open_since)
SELECT 1, date_trunc('month', coalesce(min(created_at), now()) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' FROM message
"""
# Whatever is opened again, or comes with a date of long ago, is found as well. The row is locked against its being
# moved on at this moment (storage/open_span.py); what is younger than a day is never left behind.
OPENED_AGAIN = """
CREATE FUNCTION opened_again() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE known timestamptz; month timestamptz;
BEGIN
  SELECT open_since INTO known FROM outbox_span FOR SHARE;
  month := date_trunc('month', NEW.created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
  IF known > month THEN UPDATE outbox_span SET open_since = least(open_since, month); END IF;
  RETURN NULL;
END $$
"""
OPENED_AGAIN_TRIGGER = """
CREATE TRIGGER message_opened_again AFTER UPDATE ON message FOR EACH ROW
  WHEN (NEW.created_at < now() - interval '1 day' AND (NEW.state = 'queued' AND OLD.state <> 'queued'
        OR NEW.escalate_at IS NOT NULL AND OLD.escalate_at IS NULL))
  EXECUTE FUNCTION opened_again()
"""
CAME_LATE_TRIGGER = """
CREATE TRIGGER message_came_late AFTER INSERT ON message FOR EACH ROW
  WHEN (NEW.created_at < now() - interval '1 day') EXECUTE FUNCTION opened_again()
"""
MOVED_ON = """
CREATE FUNCTION case_moved_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO card_look (case_id, since) VALUES (NEW.id, NEW.began_at); RETURN NULL; END $$
"""
MOVED_ON_TRIGGER = """
CREATE TRIGGER work_case_moved_on AFTER UPDATE ON work_case FOR EACH ROW
  WHEN (NEW.entered_version > OLD.entered_version AND OLD.entered_version > 0) EXECUTE FUNCTION case_moved_on()
"""
STORM_READ = """
CREATE FUNCTION storm_was_read() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO card_look (message_id, since) VALUES (NEW.id, NEW.created_at); RETURN NULL; END $$
"""
STORM_READ_TRIGGER = """
CREATE TRIGGER message_storm_was_read AFTER UPDATE OF acknowledged_at ON message FOR EACH ROW
  WHEN (NEW.acknowledged_at IS NOT NULL AND OLD.acknowledged_at IS NULL AND NEW.lane LIKE 'storm/%')
  EXECUTE FUNCTION storm_was_read()
"""
STILL_TO_SHOW = """
INSERT INTO card_look (case_id, message_id, since)
SELECT DISTINCT c.id, CASE WHEN c.id IS NULL THEN m.id END, coalesce(c.began_at, CASE WHEN c.id IS NULL THEN m.created_at END)
  FROM delivery d JOIN message m ON m.id = d.message_id AND m.created_at = d.message_created_at
  LEFT JOIN work_case c ON c.id = d.case_id
 WHERE d.update_code IS NOT NULL AND d.updated_at IS NULL
   AND (c.entered_version > m.valid_while OR m.lane LIKE 'storm/%' AND m.acknowledged_at IS NOT NULL)
"""
# Half of each page was left for what becomes of rows soon after they were written. The rewriting belongs to the
# transaction: cut short, nothing of it has happened.
PACK_MONTH = r"""
CREATE FUNCTION pack_month(ended_before timestamptz) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE part regclass; key text;
BEGIN
  SELECT c.oid::regclass INTO part FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   WHERE i.inhparent IN ('message'::regclass, 'delivery'::regclass) AND c.reloptions @> '{fillfactor=50}'
     AND c.relname ~ '_\d{4}_\d{2}$'
     AND (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') AT TIME ZONE 'UTC' <= ended_before
   ORDER BY right(c.relname, 7), c.relname LIMIT 1;
  IF part IS NULL THEN RETURN NULL; END IF;
  PERFORM set_config('lock_timeout', '2s', true);
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', part);
  SELECT indexrelid::regclass::text INTO key FROM pg_index WHERE indrelid = part AND indisprimary;
  EXECUTE format('ALTER TABLE %s SET (fillfactor = 100)', part);
  EXECUTE format('CLUSTER %s USING %s', part, key);
  RETURN part::text;
END $$
"""
FOR_THE_SERVICE = """
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION pack_month(timestamptz) SET search_path = %I, pg_temp', current_schema());
  REVOKE ALL ON FUNCTION pack_month(timestamptz) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION pack_month(timestamptz) TO yishe_service;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("yishe", "0020_alarm_sides")]

    operations = [
        ops.AddField(
            model_name="Case",
            name="began_at",
            field=fields.DatetimeField(null=True, description="real time of the first step, where it is known"),
        ),
        ops.AddField(
            model_name="Case",
            name="last_at",
            field=fields.DatetimeField(null=True, description="real time of the newest step, where it is known"),
        ),
        ops.CreateModel(
            name="OutboxSpan",
            fields=[
                ("id", fields.IntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ("open_since", fields.DatetimeField(description="real time, the beginning of a month", auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "outbox_span",
                "app": "yishe",
                "pk_attr": "id",
                "table_description": "One row: no message is queued or to be escalated that was made before that month.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CardLook",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("case_id", fields.BigIntField(null=True)),
                ("message_id", fields.BigIntField(null=True, description="of a storm, which is about no case")),
                ("since", fields.DatetimeField(null=True, description="real time: its cards are no older", auto_now=False, auto_now_add=False)),
                ("look_at", fields.DatetimeField(null=True, description="real time; at once", auto_now=False, auto_now_add=False)),
                ("looks", fields.IntField(db_default=0)),
            ],
            options={
                "table": "card_look",
                "app": "yishe",
                "pk_attr": "id",
                "table_description": "Whose cards may show buttons that are over: a case that went on, a storm that was read.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(BEGUN, ""),
        ops.RunSQL(END_NOT_KEPT, ""),
        ops.RunSQL(END_NOT_KEPT_TRIGGER, ""),
        ops.RunSQL(OPEN_SINCE, ""),
        ops.RunSQL(OPENED_AGAIN, ""),
        ops.RunSQL(OPENED_AGAIN_TRIGGER, ""),
        ops.RunSQL(CAME_LATE_TRIGGER, ""),
        ops.RunSQL(MOVED_ON, ""),
        ops.RunSQL(MOVED_ON_TRIGGER, ""),
        ops.RunSQL(STORM_READ, ""),
        ops.RunSQL(STORM_READ_TRIGGER, ""),
        ops.RunSQL(STILL_TO_SHOW, ""),
        ops.RunSQL(PACK_MONTH, ""),
        ops.RunSQL(FOR_THE_SERVICE, ""),
    ]
