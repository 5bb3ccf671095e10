-- What the ledger is held against that stands beside it: the heads of its streams, and the leaves that checkpoints signed.

-- find_broken_heads --
-- Streams whose head is not the last event of the ledger: how many events it knows, and how many the ledger has (null: none).
SELECT c.case_id, c.sequence, l.sequence
FROM cases c
LEFT JOIN LATERAL (
    SELECT sequence, hash FROM ledger WHERE case_id = c.case_id ORDER BY sequence DESC LIMIT 1
) AS l ON true
WHERE c.hash IS DISTINCT FROM l.hash OR c.sequence > l.sequence
UNION ALL
SELECT d.case_id, d.sequence, l.sequence
FROM dossiers d
LEFT JOIN LATERAL (
    SELECT sequence FROM ledger WHERE case_id = d.case_id ORDER BY sequence DESC LIMIT 1
) AS l ON true
WHERE l.sequence IS NULL OR d.sequence > l.sequence
ORDER BY 1;

-- find_views_ahead --
-- Streams whose row says in its content that it was written after a later event than the ledger has: how many it knows, how many
-- there are. Where its columns say so too, the head was found broken before.
SELECT v.case_id, v.known, coalesce(l.last, 0)
FROM (
    SELECT case_id, sequence, substring(view FROM '"sequence":(\d{1,9})')::int AS known FROM cases
    UNION ALL
    SELECT case_id, sequence, substring(view FROM '"sequence":(\d{1,9})')::int FROM dossiers
) AS v
CROSS JOIN LATERAL (SELECT max(sequence) AS last FROM ledger WHERE case_id = v.case_id) AS l
WHERE v.known > coalesce(l.last, 0) AND v.sequence <= coalesce(l.last, 0)
ORDER BY v.case_id;

-- find_commands_ahead --
-- Streams with a command that was accepted after their last event: what it does is recorded with its answer, at one instant.
-- A linked dossier may lawfully accept what changes nothing: a cascade that was applied before, asked for again.
SELECT c.case_id, min(c.command_id)
FROM commands c
WHERE c.accepted AND NOT starts_with(c.case_id, :dossiers) AND c.settled_at > coalesce(
    (SELECT max(l.recorded_at) FROM ledger l WHERE l.case_id = c.case_id), '-infinity'
)
GROUP BY c.case_id
ORDER BY c.case_id;

-- find_opened_without_events --
-- Accepted submissions that were opened and of which the ledger has nothing.
SELECT a.case_id
FROM applications a
WHERE a.opened AND NOT EXISTS (SELECT FROM ledger l WHERE l.case_id = a.case_id)
ORDER BY a.case_id;

-- find_broken_leaves --
-- Leaves of events that are not what stands in the ledger: what differs first, of each.
SELECT
    f.number, f.stream_id, f.sequence,
    CASE
        WHEN l.case_id IS NULL THEN 'missing'
        WHEN l.hash <> f.hash THEN 'hash'
        WHEN l.recorded_at <> f.recorded_at THEN 'recorded_at'
        ELSE 'position'
    END
FROM log_leaves f
LEFT JOIN ledger l ON l.case_id = f.stream_id AND l.sequence = f.sequence
WHERE f.log = 'events'
AND (
    l.case_id IS NULL OR l.hash <> f.hash OR l.recorded_at <> f.recorded_at OR l.position IS DISTINCT FROM f.position
)
ORDER BY f.stream_id, f.sequence;

-- find_never_signed --
-- Events that no checkpoint will ever sign any more, since all that could come up to there had come before the last.
SELECT l.case_id, l.sequence
FROM ledger l
WHERE l.position <= :settled_position
AND NOT EXISTS (
    SELECT FROM log_leaves f WHERE f.log = 'events' AND f.stream_id = l.case_id AND f.sequence = l.sequence
)
ORDER BY l.case_id, l.sequence
LIMIT 1000;

-- count_unsigned --
-- Events that no checkpoint signed yet.
SELECT count(*)
FROM ledger l
WHERE NOT EXISTS (
    SELECT FROM log_leaves f WHERE f.log = 'events' AND f.stream_id = l.case_id AND f.sequence = l.sequence
);

-- find_streams_unsigned --
-- Streams with events that no checkpoint signed yet.
SELECT DISTINCT l.case_id
FROM ledger l
WHERE NOT EXISTS (
    SELECT FROM log_leaves f WHERE f.log = 'events' AND f.stream_id = l.case_id AND f.sequence = l.sequence
)
ORDER BY l.case_id;

-- find_last_positions --
-- At each of these sizes of a log, the last position among its leaves.
SELECT greatest(0, max(max(f.position)) OVER (ORDER BY s.place))
FROM (
    SELECT place, size, lag(size, 1, 0::bigint) OVER (ORDER BY place) AS first
    FROM unnest(:sizes::bigint[]) WITH ORDINALITY AS u(size, place)
) AS s
LEFT JOIN log_leaves f ON f.log = :log AND f.number >= s.first AND f.number < s.size
GROUP BY s.place
ORDER BY s.place;

-- find_untimely_leaves --
-- Leaves that were recorded long before the checkpoint before the one that signed them, or after that one.
SELECT f.stream_id, f.sequence, f.recorded_at < s.earliest::timestamptz
FROM unnest(:firsts::bigint[], :ends::bigint[], :earliest::text[], :latest::text[]) AS s(first, after, earliest, latest)
JOIN log_leaves f ON f.log = :log AND f.number >= s.first AND f.number < s.after
WHERE f.recorded_at < s.earliest::timestamptz OR f.recorded_at > s.latest::timestamptz
ORDER BY f.stream_id, f.sequence
LIMIT 1000;

-- find_untimely_events --
-- Events without a leaf that were recorded long before the last checkpoint, or are yet to come, by more than clocks differ.
SELECT l.case_id, l.sequence, l.recorded_at < :earliest::timestamptz
FROM ledger l
WHERE (l.recorded_at < :earliest::timestamptz OR l.recorded_at > clock_timestamp() + :ahead::interval)
AND NOT EXISTS (
    SELECT FROM log_leaves f WHERE f.log = 'events' AND f.stream_id = l.case_id AND f.sequence = l.sequence
)
ORDER BY l.case_id, l.sequence
LIMIT 1000;

-- find_reads --
-- Every read beside the leaf that was signed of it, in the order of places; where one of both is missing, what there is.
SELECT
    r.account, r.actor, r.door, r.purpose, r.case_id, r.subject, r.as_of, r.known_at, r.filter, r.count,
    r.position, r.hash, r.at, f.number, f.sequence, f.position, f.hash, f.recorded_at
FROM reads r
FULL JOIN (SELECT * FROM log_leaves WHERE log = :log AND stream_id = :log) AS f ON f.sequence = r.position
ORDER BY coalesce(r.position, f.sequence);

-- find_out_of_place --
-- Events at a position that is never drawn.
SELECT case_id, sequence
FROM ledger
WHERE position < 1
ORDER BY case_id, sequence
LIMIT 1000;
