-- What the publisher says, and whoever owes an answer beside every case.

-- claim_slots --
-- How many of these slots are now ours; each is locked until the connection ends.
SELECT count(*) FILTER (WHERE pg_try_advisory_lock(:space, slot))
FROM unnest(:slots::int[]) AS t(slot);

-- listen --
-- Be woken by every transaction that added messages.
LISTEN greenlane_outbox;

-- find_unpublished --
-- The first messages of these slots that are not marked as published.
SELECT o.id, o.topic, o.case_id, o.event_id, o.name, coalesce(o.body, l.body), o.at, o.case_id, o.sequence
FROM (
    SELECT u.id
    FROM outbox_unpublished u
    WHERE u.slot = ANY(:slots::int2[])
    ORDER BY u.id
    LIMIT :limit
) AS w
JOIN outbox o ON o.id = w.id
LEFT JOIN ledger l ON l.case_id = o.case_id AND l.sequence = o.sequence
ORDER BY o.id;

-- find_unpublished_elsewhere --
-- The same for all topics but these.
SELECT o.id, o.topic, o.case_id, o.event_id, o.name, coalesce(o.body, l.body), o.at, o.case_id, o.sequence
FROM outbox_unpublished u
JOIN outbox o ON o.id = u.id AND NOT o.topic = ANY(:topics::text[])
LEFT JOIN ledger l ON l.case_id = o.case_id AND l.sequence = o.sequence
WHERE u.slot = ANY(:slots::int2[])
ORDER BY u.id
LIMIT :limit;

-- mark_published --
-- Kafka has acknowledged these.
DELETE FROM outbox_unpublished
WHERE id = ANY(:ids::bigint[]);

-- add_answers --
-- Owe answers to messages that became dead letters, each once.
-- What is returned must be readable, and the bridge may not read what is unpublished: it counts what it added to the outbox.
WITH messages AS (
    INSERT INTO outbox (slot, topic, case_id, event_id, name, body, at)
    SELECT slot, topic, key, event_id, name, body, now()
    FROM unnest(:slots::int2[], :topics::text[], :keys::text[], :event_ids::text[], :names::text[], :bodies::text[])
        AS t(slot, topic, key, event_id, name, body)
    ON CONFLICT (event_id, topic) DO NOTHING
    RETURNING id, slot
), unpublished AS (
    INSERT INTO outbox_unpublished (id, slot)
    SELECT id, slot FROM messages
)
SELECT pg_notify('greenlane_outbox', '')
WHERE EXISTS (SELECT FROM messages);
