"""As whom the service speaks to the database: a login that may add to history and audit, and not change them.

The tables belong to an owner, who migrates. The service's login is a member of the group role `yishe_service`,
which the migrations make and which may do what the service does, and no more.
"""

from dataclasses import dataclass

from storage.database import Connection, Database, connect

SERVICE_ROLE = "yishe_service"
EMBEDDED_LOGIN = "yishe_app"

# A role belongs to the whole server: another process may be making the same one.
MAKE = """
DO $$ BEGIN CREATE ROLE {name} {options}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""

STANDING = """
WITH found AS (SELECT to_regclass('tortoise_migrations') AS made), guarded AS (
  SELECT c.oid, c.relowner FROM pg_class c WHERE c.oid IN (to_regclass('audit'), to_regclass('step'))
  UNION ALL
  SELECT c.oid, c.relowner FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
   WHERE i.inhparent IN (to_regclass('audit'), to_regclass('step')))
SELECT current_user::text AS login,
       CASE WHEN made IS NULL THEN coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)
            ELSE pg_has_role((SELECT relowner FROM pg_class WHERE oid = made), 'MEMBER') END AS may_migrate,
       EXISTS (SELECT FROM guarded WHERE has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE')
                                      OR pg_has_role(relowner, 'MEMBER')) AS may_change_audit
  FROM found
"""


@dataclass(frozen=True)
class Standing:
    """What a login may do. `may_change_audit`: also by taking the owner's place."""

    login: str
    may_migrate: bool
    may_change_audit: bool


async def standing(reader: Connection | Database) -> Standing:
    """What the login of this connection may do."""
    [row] = await reader.fetch(STANDING)
    return Standing(**row)


async def make_login(owner_dsn: str, login: str = EMBEDDED_LOGIN) -> None:
    """Make a login without password that is a member of the service's role; safe to repeat.

    For a server that lets in whoever reaches its socket, as the embedded one does.
    """
    connection = await connect(owner_dsn)
    try:
        await connection.execute(MAKE.format(name=SERVICE_ROLE, options="NOLOGIN"))
        await connection.execute(MAKE.format(name=login, options=f"LOGIN IN ROLE {SERVICE_ROLE}"))
    finally:
        await connection.close()


def as_login(owner_dsn: str, login: str = EMBEDDED_LOGIN) -> str:
    """The embedded server's DSN for another login."""
    return owner_dsn.replace("user=yishe", f"user={login}")
