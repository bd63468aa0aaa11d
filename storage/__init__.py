"""PostgreSQL: models, access, directory, migrations, embedded server, outbox, timers, files."""
