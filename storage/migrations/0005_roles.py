"""The role of the service: it may do what it needs, and may not change or delete history and audit."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Roles belong to the whole server, so another database may have made it, perhaps just now.
MAKE_ROLE = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'yishe_service') THEN RETURN; END IF;
  CREATE ROLE yishe_service NOLOGIN;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
  WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'the role yishe_service is missing and % may not make it: let an administrator of the server '
      'run CREATE ROLE yishe_service NOLOGIN, then migrate again', current_user
      USING ERRCODE = 'insufficient_privilege';
END $$
"""

# What is read and written as a whole; then, less, what is only ever appended to, and what is only read.
# Partitions get nothing of their own: whoever may use the table reaches them through it, and only so.
GRANT_TABLES = """
DO $$ DECLARE part regclass; BEGIN
  IF NOT has_schema_privilege('yishe_service', current_schema(), 'USAGE') THEN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO yishe_service', current_schema());
  END IF;
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO yishe_service', current_schema());
  EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO yishe_service', current_schema());
  REVOKE UPDATE, DELETE ON audit, step FROM yishe_service;
  REVOKE INSERT, UPDATE, DELETE ON tortoise_migrations, trail FROM yishe_service;
  FOR part IN SELECT inhrelid::regclass FROM pg_inherits JOIN pg_class c ON c.oid = inhparent WHERE c.relkind = 'p'
                AND c.relnamespace = current_schema()::regnamespace LOOP
    EXECUTE format('REVOKE ALL ON %s FROM yishe_service', part);
  END LOOP;
END $$
"""

# For tables of later migrations, if the same owner makes them; a test finds one that the service cannot use.
GRANT_LATER = """
DO $$ BEGIN
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO yishe_service',
                 current_schema());
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO yishe_service',
                 current_schema());
END $$
"""

# As before, but a new partition takes back what the default privileges gave; and it looks two years ahead at most,
# since it runs with the owner's rights for whoever may call it.
ENSURE_PARTITIONS = """
CREATE OR REPLACE FUNCTION ensure_partitions(months_ahead int, at timestamptz DEFAULT now()) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE t text; month timestamptz; made int := 0; name text;
BEGIN
  FOREACH t IN ARRAY ARRAY['step', 'message', 'delivery', 'audit', 'reading'] LOOP
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
  RETURN made;
END $$
"""

# A fixed search path, so that a caller's own tables are never taken for ours; and nobody else may call it.
CLOSE_FUNCTIONS = """
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION ensure_partitions(int, timestamptz) SET search_path = %I, pg_temp', current_schema());
  REVOKE ALL ON FUNCTION ensure_partitions(int, timestamptz) FROM PUBLIC;
  REVOKE ALL ON FUNCTION partition_by_month(text, text) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ensure_partitions(int, timestamptz) TO yishe_service;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("yishe", "0004_deputies")]

    operations = [
        ops.RunSQL(MAKE_ROLE, ""),
        ops.RunSQL(GRANT_TABLES, ""),
        ops.RunSQL(GRANT_LATER, ""),
        ops.RunSQL(ENSURE_PARTITIONS, ""),
        ops.RunSQL(CLOSE_FUNCTIONS, ""),
    ]
