"""Monthly partitions for what only grows, append-only history, and the sequence of case numbers."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Turns an empty plain table into one partitioned by month, keeping its columns, indexes and foreign keys.
PARTITION_BY_MONTH = """
CREATE FUNCTION partition_by_month(t text, by_column text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE indexes text[]; keys text[]; statement text;
BEGIN
  SELECT coalesce(array_agg(indexdef), '{}') INTO indexes FROM pg_indexes
   WHERE schemaname = current_schema() AND tablename = t AND indexdef NOT LIKE 'CREATE UNIQUE%';
  SELECT coalesce(array_agg(format('ALTER TABLE %I ADD CONSTRAINT %I %s', t, conname, pg_get_constraintdef(oid))), '{}')
    INTO keys FROM pg_constraint WHERE conrelid = t::regclass AND contype = 'f';
  EXECUTE format('ALTER TABLE %I RENAME TO %I', t, t || '_plain');
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING COMMENTS) PARTITION BY RANGE (%I)',
                 t, t || '_plain', by_column);
  EXECUTE format('ALTER SEQUENCE %I OWNED BY %I.id', t || '_id_seq', t);
  EXECUTE format('DROP TABLE %I', t || '_plain');
  EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (id, %I)', t, by_column);
  FOREACH statement IN ARRAY indexes || keys LOOP EXECUTE statement; END LOOP;
  EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', t || '_default', t);
END $$;
"""

# Called at every start and once a day. Rows that came too early for their month stay in the default partition.
ENSURE_PARTITIONS = """
CREATE FUNCTION ensure_partitions(months_ahead int, at timestamptz DEFAULT now()) RETURNS int LANGUAGE plpgsql AS $$
DECLARE t text; month timestamptz; made int := 0; name text;
BEGIN
  FOREACH t IN ARRAY ARRAY['step', 'message', 'delivery', 'audit', 'reading'] LOOP
    FOR i IN 0..months_ahead LOOP
      month := date_trunc('month', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + make_interval(months => i);
      name := t || to_char(month AT TIME ZONE 'UTC', '_YYYY_MM');
      CONTINUE WHEN to_regclass(name) IS NOT NULL;
      BEGIN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, t, month,
                       (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
        made := made + 1;
      EXCEPTION WHEN check_violation THEN NULL;
      END;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'history is only ever appended' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER step_append_only BEFORE UPDATE OR DELETE ON step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER step_whole BEFORE TRUNCATE ON step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_whole BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

# A reading is known by what it says, and so is kept once.
READING_ONCE = """
ALTER TABLE reading DROP CONSTRAINT reading_pkey;
ALTER TABLE reading ADD PRIMARY KEY (device_id, metric, measured_at);
"""

DELIVERY_KEY = """
ALTER TABLE delivery ADD CONSTRAINT delivery_message FOREIGN KEY (message_id, message_created_at)
  REFERENCES message (id, created_at);
"""


class Migration(migrations.Migration):
    dependencies = [("yishe", "0001_initial")]

    operations = [
        ops.RunSQL(PARTITION_BY_MONTH, "DROP FUNCTION partition_by_month(text, text)"),
        ops.RunSQL("SELECT partition_by_month('step', 'recorded_at')", ""),
        ops.RunSQL("SELECT partition_by_month('message', 'created_at')", ""),
        ops.RunSQL("SELECT partition_by_month('delivery', 'created_at')", ""),
        ops.RunSQL("SELECT partition_by_month('audit', 'at')", ""),
        ops.RunSQL("SELECT partition_by_month('reading', 'measured_at')", ""),
        ops.RunSQL(READING_ONCE, "ALTER TABLE reading ADD PRIMARY KEY (id, measured_at)"),
        ops.RunSQL(DELIVERY_KEY, "ALTER TABLE delivery DROP CONSTRAINT delivery_message"),
        ops.RunSQL(ENSURE_PARTITIONS, "DROP FUNCTION ensure_partitions(int, timestamptz)"),
        ops.RunSQL("SELECT ensure_partitions(3)", ""),
        ops.RunSQL(APPEND_ONLY, "DROP FUNCTION refuse_change() CASCADE"),
        ops.RunSQL("CREATE SEQUENCE case_number", "DROP SEQUENCE case_number"),
        ops.RunSQL("INSERT INTO business_time (id, offset_s, target_s) VALUES (1, 0, 0)", "DELETE FROM business_time"),
    ]
