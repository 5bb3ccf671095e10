-- What is asked of the database itself: its accounts, its clock, its locks.

-- find_owner --
-- The role that owns the tables.
SELECT pg_get_userbyid(relowner)
FROM pg_class
WHERE oid = 'ledger'::regclass;

-- is_owner --
-- Whether the caller may act as that role.
SELECT pg_has_role(relowner, 'USAGE')
FROM pg_class
WHERE oid = 'ledger'::regclass;

-- find_roles --
-- Those of these roles that the server has.
SELECT rolname
FROM pg_roles
WHERE rolname = ANY(:roles::text[]);

-- find_database --
-- The name of the database.
SELECT current_database();

-- find_account --
-- The role of the connection, and whether it is under TLS.
SELECT current_user, ssl
FROM pg_stat_ssl
WHERE pid = pg_backend_pid();

-- read_clock --
-- The instant of the server, now.
SELECT clock_timestamp();

-- is_prepared --
-- Whether the database was ever migrated.
SELECT to_regclass('alembic_version') IS NOT NULL;

-- find_revision --
-- To which version.
SELECT max(version_num)
FROM alembic_version;

-- count_held_slots --
-- How many slots of the outbox have a publisher.
SELECT count(DISTINCT objid)
FROM pg_locks
WHERE locktype = 'advisory'
AND granted
AND objsubid = 2
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND classid = :space;

-- find_recording --
-- When an event was recorded, by the server's clock, and what that clock says now.
SELECT l.recorded_at, clock_timestamp()
FROM outbox o
JOIN ledger l ON l.case_id = o.case_id AND l.sequence = o.sequence
WHERE o.event_id = :event_id AND o.topic = :topic;

-- lies_in_clear --
-- Whether what an older program kept of persons waits to be sealed. Asked of the catalogue, so that any account may.
SELECT EXISTS (
    SELECT
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'vault' AND c.relname = 'former_persons'
);
