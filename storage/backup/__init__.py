"""Database and files in one encrypted archive, and back (docs/decisions/0015-backup-archives.md).

`sealed_stream` encrypts and decrypts a stream, `archive` says what lies in it, `pg_tools` runs pg_dump and
pg_restore, `making` and `restoring` put it together.
"""


class BackupFailed(Exception):
    """A backup cannot be made, read or restored; one line says why. Nothing half done is left behind."""
