"""How a migration comes by its tables while the service, perhaps of an older version, goes on using them.

A migration is one transaction that locks one table after the other. A request of the service that holds one of
them and waits for another would make a ring, and PostgreSQL might end the request. So each migration first
takes all tables: the busiest first, since who holds nothing may wait in peace, and then the others within less than
the second after which PostgreSQL looks for rings. Otherwise it lets go, requests go on, and it is tried again
(`storage.migrate`). Once it has all, it waits for nobody; requests wait for as long as it takes.
"""

TAKE_ALL = """
DO $$ DECLARE name text; held timestamptz; BEGIN
  FOR name IN SELECT c.oid::regclass::text FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
               WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
                 AND NOT c.relispartition AND c.relname <> 'tortoise_migrations'
               ORDER BY coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0) DESC, 1 LOOP
    PERFORM set_config('lock_timeout', greatest(1, 900 - coalesce(
      extract(epoch FROM clock_timestamp() - held) * 1000, 0)::int) || 'ms', true);
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', name);
    held := coalesce(held, clock_timestamp());
    IF clock_timestamp() > held + interval '900 milliseconds' THEN RAISE lock_not_available; END IF;
  END LOOP;
END $$
"""
