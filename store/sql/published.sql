-- What was owed to Kafka, for comparing the topics with it.

-- find_published --
-- Messages that are marked as published.
SELECT o.id
FROM outbox o
WHERE NOT EXISTS (SELECT FROM outbox_unpublished u WHERE u.id = o.id);

-- find_owed_topics --
-- All topics that anything was ever owed to.
SELECT DISTINCT topic
FROM outbox;

-- find_messages --
-- Messages by topic and id, as the publisher sends them; beside each of all events, the message of the next event of its case.
SELECT o.id, o.topic, o.case_id, o.event_id, o.name, coalesce(o.body, l.body), o.at, o.case_id, o.sequence, n.id
FROM unnest(:topics::text[], :event_ids::text[]) AS t(topic, event_id)
JOIN outbox o ON o.event_id = t.event_id AND o.topic = t.topic
LEFT JOIN ledger l ON l.case_id = o.case_id AND l.sequence = o.sequence
LEFT JOIN outbox n
    ON n.event_id = o.case_id || '.' || (o.sequence::bigint + 1) AND n.topic = o.topic AND o.topic LIKE :all_events;

-- find_places --
-- Topic, case and place in its ledger of these messages.
SELECT id, topic, case_id, sequence
FROM outbox
WHERE id = ANY(:ids::bigint[])
ORDER BY id;

-- find_events_with_topics --
-- Every event, the topics that it is owed to, and those of them to which it is owed otherwise than the ledger has it.
SELECT l.case_id, l.sequence, l.body, o.topics, o.differing
FROM ledger l
CROSS JOIN LATERAL (
    SELECT
        array_agg(o.topic) AS topics,
        array_agg(o.topic) FILTER (
            WHERE (o.case_id, o.sequence, o.name, o.at) IS DISTINCT FROM (l.case_id, l.sequence, l.type, l.at)
            OR o.body <> l.body
        ) AS differing
    FROM outbox o
    WHERE o.event_id = l.case_id || '.' || l.sequence
) AS o;
