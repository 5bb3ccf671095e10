#!/usr/bin/env bash
# Run once by the PostgreSQL image: for Temporal an account and its two databases, where POSTGRES_PWD is set; for Greenlane a
# database, its owner, and for each process an account with the least rights, which `greenlane prepare` grants. On a server of your
# own run it as the superuser with the same variables set (PGHOST, PGPORT and PGPASSWORD say where and how); run again, it sets
# Greenlane's passwords anew.
set -euo pipefail
for account in OWNER WORKER BRIDGE PUBLISHER READER OPERATOR; do
    name="GREENLANE_DATABASE_${account}_PASSWORD"
    [ -n "${!name:-}" ] || { echo "$name is not set: it is the password of this account" >&2; exit 1; }
done
psql --username "${POSTGRES_USER:-postgres}" --dbname postgres --set ON_ERROR_STOP=1 --quiet <<'SQL'
-- Out of the environment: what stands on a command line is seen by everybody on the machine.
\set temporal ''
\getenv temporal POSTGRES_PWD
\getenv owner GREENLANE_DATABASE_OWNER_PASSWORD
\getenv worker GREENLANE_DATABASE_WORKER_PASSWORD
\getenv bridge GREENLANE_DATABASE_BRIDGE_PASSWORD
\getenv publisher GREENLANE_DATABASE_PUBLISHER_PASSWORD
\getenv reader GREENLANE_DATABASE_READER_PASSWORD
\getenv operator GREENLANE_DATABASE_OPERATOR_PASSWORD
SET password_encryption = 'scram-sha-256';
SELECT format('CREATE ROLE temporal LOGIN PASSWORD %L', :'temporal')
    WHERE :'temporal' <> '' AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'temporal') \gexec
-- Its own set-up would make these from within the database postgres, where no account has any business.
SELECT format('CREATE DATABASE %I OWNER temporal', name) FROM (VALUES ('temporal'), ('temporal_visibility')) AS own (name)
    WHERE :'temporal' <> '' AND NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec
SELECT format('%s ROLE %I WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L',
        CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN 'ALTER' ELSE 'CREATE' END, name, password)
    FROM (VALUES ('greenlane', :'owner'), ('greenlane_worker', :'worker'), ('greenlane_bridge', :'bridge'),
        ('greenlane_publisher', :'publisher'), ('greenlane_reader', :'reader'), ('greenlane_operator', :'operator'))
        AS accounts (name, password) \gexec
SELECT 'CREATE DATABASE greenlane OWNER greenlane'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'greenlane') \gexec
-- Otherwise every account of the server may look into every database and make things of its own there.
REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1, greenlane FROM PUBLIC;
SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', datname) FROM pg_database
    WHERE :'temporal' <> '' AND datname IN ('temporal', 'temporal_visibility') \gexec
\connect greenlane
REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) FROM PUBLIC;
SQL
