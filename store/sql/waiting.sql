-- What is said of commands that wait outside Temporal.

-- add_command --
-- Let a command wait where its sender has room; its position, and the body of the one that waits under its id already.
WITH room AS (
    SELECT count(*) AS number, coalesce(sum(size), 0) AS bytes
    FROM waiting
    WHERE case_id = :case_id::text AND sender = :sender::text
), added AS (
    INSERT INTO waiting (case_id, sender, command_id, body, size)
    SELECT :case_id::text, :sender::text, :command_id::text, :body::text, :size::int
    FROM room
    WHERE number < :rows_max AND bytes + :size::int <= :bytes_max
    ON CONFLICT (case_id, command_id) DO NOTHING
    RETURNING position
)
SELECT
    (SELECT position FROM added),
    (SELECT body FROM waiting WHERE case_id = :case_id::text AND command_id = :command_id::text);

-- find_senders --
-- Who waits, and for which case.
SELECT DISTINCT case_id, sender
FROM waiting;

-- count_commands --
-- How many commands wait, and how long the oldest has (seconds).
SELECT count(*), coalesce(extract(epoch FROM now() - min(recorded_at)), 0)
FROM waiting;

-- has_any --
-- Whether anything waits.
SELECT EXISTS (SELECT FROM waiting);

-- drop_answered --
-- What has its outcome goes, whoever gave it. Another command under the same id is answered when its sender was told so; the
-- id under which that stands is events.language.identity.conflict_id_of.
DELETE FROM waiting w
USING (
    SELECT position, case_id, command_id, body::json ->> 'digest' AS digest
    FROM waiting
    WHERE sent_at IS NOT NULL
) s, commands c
WHERE w.position = s.position
AND c.case_id = s.case_id
AND (
    c.command_id = s.command_id AND (c.digest IS NULL OR s.digest IS NULL OR c.digest = s.digest)
    OR c.command_id = 'conflict/' || left(
        encode(sha256(convert_to(s.command_id || chr(10) || s.digest, 'UTF8')), 'hex'), 32
    )
);

-- find_next --
-- What is to be handed over next. The senders of a case take turns: the first of each, then the second of each.
WITH senders AS (
    SELECT case_id, sender, count(*) FILTER (WHERE sent_at IS NOT NULL) AS handed
    FROM waiting
    GROUP BY case_id, sender
)
SELECT w.position, w.case_id, w.sender, w.command_id, w.body
FROM senders s
CROSS JOIN LATERAL (
    SELECT position, case_id, sender, command_id, body, row_number() OVER (ORDER BY position) AS place
    FROM waiting
    WHERE case_id = s.case_id AND sender = s.sender AND sent_at IS NULL
    ORDER BY position
    LIMIT greatest(0, :handed_max - s.handed)
) w
ORDER BY w.place, w.position
LIMIT :limit;

-- find_unanswered --
-- What was handed over long ago and has no outcome. The longer nobody has answered, the longer the pause: a worker that is
-- away for days is not called twice a minute.
SELECT position, case_id, sender, command_id, body
FROM waiting
WHERE sent_at < now() - greatest(
    :after_seconds * interval '1 second', least(sent_at - recorded_at, interval '10 minutes')
)
ORDER BY position
LIMIT :limit;

-- mark_sent --
-- These are in Temporal's hands, as of now.
UPDATE waiting
SET sent_at = clock_timestamp()
WHERE position = ANY(:positions::bigint[]);
