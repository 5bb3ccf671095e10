-- What a checkpoint's transaction says. It locks nothing that recording needs.

-- lock --
-- Two that make checkpoints go one after the other.
-- One that stops in the middle is given up, and who waits for it in vain says so. No scan that was right for an empty table:
-- the leaves grow under the very statement that asks which events have one.
SELECT set_config('idle_in_transaction_session_timeout', :stalled, true), set_config('lock_timeout', :patience, true),
    set_config('enable_seqscan', 'off', true), pg_advisory_xact_lock(:key);

-- find_last --
-- The checkpoint that the next one follows.
SELECT number, body, edges, ledger_position, reads_position, settled_position, settled_reads
FROM checkpoints
ORDER BY number DESC
LIMIT 1;

-- find_writers --
-- The transactions that have begun to write to the ledger, or to put a read on record, and have not ended: each holds this lock
-- from before it draws a position until it has ended.
SELECT coalesce(array_agg(DISTINCT virtualtransaction), '{}')
FROM pg_locks
WHERE locktype = 'relation'
    AND mode = 'RowExclusiveLock'
    AND relation IN ('ledger'::regclass, 'reads'::regclass)
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database());

-- find_installation --
-- What the installation calls itself.
SELECT value
FROM stack
WHERE key = :key;

-- find_size --
-- How many leaves a log has by its last number.
SELECT coalesce(max(number) + 1, 0)
FROM log_leaves
WHERE log = :log;

-- number_events --
-- Give every event that has none its leaf, in the order of writing; how many, the last position, how many are a case's first.
WITH unnumbered AS (
    SELECT l.case_id, l.sequence, l.position, l.hash, l.recorded_at
    FROM ledger l
    WHERE l.position > :settled_position
        AND NOT EXISTS (
            SELECT FROM log_leaves f
            WHERE f.log = :log AND f.stream_id = l.case_id AND f.sequence = l.sequence
        )
), numbered AS (
    INSERT INTO log_leaves (log, number, stream_id, sequence, position, hash, recorded_at)
    SELECT :log, :size + row_number() OVER (ORDER BY position) - 1, case_id, sequence, position, hash, recorded_at
    FROM unnumbered
    RETURNING stream_id, sequence, position
)
SELECT count(*), max(position), count(*) FILTER (WHERE sequence = 1 AND NOT starts_with(stream_id, :dossiers))
FROM numbered;

-- number_reads --
-- Give every read that has none its leaf, in the order of writing; how many, and the last position.
WITH unnumbered AS (
    SELECT r.position, r.hash, r.at
    FROM reads r
    WHERE r.position > :settled_reads
        AND NOT EXISTS (
            SELECT FROM log_leaves f
            WHERE f.log = :log AND f.stream_id = :log AND f.sequence = r.position
        )
), numbered AS (
    INSERT INTO log_leaves (log, number, stream_id, sequence, position, hash, recorded_at)
    SELECT :log, :size + row_number() OVER (ORDER BY position) - 1, :log, position, position, hash, at
    FROM unnumbered
    RETURNING position
)
SELECT count(*), max(position)
FROM numbered;

-- find_last_publication --
-- The act of publishing that got a leaf last.
SELECT coalesce(max(sequence), 0)
FROM log_leaves
WHERE log = :log AND stream_id = :stream_id;

-- add_leaf --
-- The next leaf of a log that is not the ledger's.
INSERT INTO log_leaves (log, number, stream_id, sequence, hash, recorded_at)
VALUES (:log, :number, :stream_id, :sequence, :hash, :recorded_at);

-- read_added --
-- The leaves of a log from this number on.
SELECT log, number, stream_id, sequence, position, hash, recorded_at
FROM log_leaves
WHERE log = :log AND number >= :size
ORDER BY number;

-- find_moment --
-- Now, never before the checkpoint before.
SELECT greatest(clock_timestamp(), :previous_at::timestamptz);

-- find_settled --
-- How far the newest checkpoint saw the ledger and the reads of whose writers none is left.
SELECT ledger_position, reads_position
FROM checkpoints
WHERE NOT string_to_array(writers, ' ') && :writers::text[]
ORDER BY number DESC
LIMIT 1;

-- add_checkpoint --
-- Signed, with what the next one grows from.
INSERT INTO checkpoints (
    number, at, body, ledger_position, writers, settled_position, edges, reads_position, settled_reads
)
VALUES (
    :number, :at, :body, :ledger_position, :writers, :settled_position, :edges, :reads_position, :settled_reads
);

-- add_blocks --
-- The roots of the blocks that became full. A short cut for proofs: one that stands otherwise is left as it is.
INSERT INTO log_blocks (log, number, root)
SELECT :log, number, root
FROM unnest(:numbers::bigint[], :roots::bytea[]) AS t(number, root)
ON CONFLICT (log, number) DO NOTHING;

-- owe_checkpoint --
-- It leaves the house by way of the outbox.
WITH message AS (
    INSERT INTO outbox (slot, topic, case_id, event_id, name, body, at)
    VALUES (:slot, :topic, :key, :event_id, :name, :body, :at)
    RETURNING id, slot
), unpublished AS (
    INSERT INTO outbox_unpublished (id, slot)
    SELECT id, slot
    FROM message
)
SELECT pg_notify('greenlane_outbox', '')
FROM message;
