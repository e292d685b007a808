#!/bin/sh
# Runs once in a new PostgreSQL: one role and one database a service, closed to every other role.
set -eu
for service in intake registry referral notifications directory oversight; do
    psql --username "$POSTGRES_USER" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
        --set=service="$service" --set=password="$SERVICE_PASSWORD" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
