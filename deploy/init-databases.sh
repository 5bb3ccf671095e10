#!/usr/bin/env bash
# Run once by the PostgreSQL image: one account and database for Temporal, one for Greenlane.
set -euo pipefail
psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 --set temporal="$POSTGRES_PWD" --set greenlane="$GREENLANE_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'temporal';
CREATE ROLE greenlane LOGIN PASSWORD :'greenlane';
CREATE DATABASE greenlane OWNER greenlane;
SQL
