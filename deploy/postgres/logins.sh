#!/bin/sh
# The service's login: a member of the group role yishe_service, which may add to history and audit and not change
# them. The owner (POSTGRES_USER) makes the tables and migrates. Runs once, when the database is made; on another
# server give the same statements by hand.
set -eu
PASSWORD=$(cat "${SERVICE_PASSWORD_FILE:-/run/secrets/service_password}")
export PASSWORD
psql --set ON_ERROR_STOP=1 --no-password --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv password PASSWORD
CREATE ROLE yishe_service NOLOGIN;
CREATE ROLE yishe_app LOGIN PASSWORD :'password' IN ROLE yishe_service;
REVOKE CONNECT, TEMPORARY ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO yishe_service;
SQL
