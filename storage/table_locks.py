"""How a migration comes by its tables while the service, perhaps of an older version, goes on using them.

A migration is one transaction that locks one table after the other. A request of the service that holds one of
them and waits for another would make a ring, and PostgreSQL might end the request. So each migration first
takes all tables, and gives up within less than the second after which PostgreSQL looks for rings; then it is
tried again (`storage.migrate`). Requests wait meanwhile, for as long as the migration takes.
"""

# For the first operation of a migration: ops.RunSQL(TAKE_ALL, "").
TAKE_ALL = """
DO $$ DECLARE name text; began timestamptz := clock_timestamp(); BEGIN
  PERFORM set_config('lock_timeout', '200ms', true);
  FOR name IN SELECT c.oid::regclass::text FROM pg_class c
               WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
                 AND NOT c.relispartition AND c.relname <> 'tortoise_migrations' ORDER BY 1 LOOP
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', name);
    IF clock_timestamp() > began + interval '700 milliseconds' THEN RAISE lock_not_available; END IF;
  END LOOP;
END $$
"""
