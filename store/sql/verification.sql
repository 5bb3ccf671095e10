-- What only the store can say about the invariants.

-- find_applications_without_case --
-- Accepted submissions that were opened and have neither case nor linked dossier, or that were not opened although cases were
-- recorded a day later: until then it may be that the worker was down, or has much to do.
SELECT a.case_id
FROM applications a
LEFT JOIN cases c USING (case_id)
LEFT JOIN dossiers d USING (case_id)
WHERE CASE
    WHEN a.opened THEN c.case_id IS NULL AND d.case_id IS NULL
    ELSE a.recorded_at < (
        SELECT CASE WHEN isfinite(recorded_at) AND recorded_at > '0001-01-01' THEN recorded_at - interval '1 day' END
        FROM ledger
        ORDER BY position DESC
        LIMIT 1
    )
END
ORDER BY a.case_id;

-- find_cases_without_application --
-- Cases that nobody submitted.
SELECT c.case_id
FROM cases c
LEFT JOIN applications a USING (case_id)
WHERE a.case_id IS NULL
ORDER BY c.case_id;

-- find_effects_without_outcome --
-- Those of these commands, which have an effect in these streams, that were never accepted.
SELECT e.case_id, e.command_id
FROM unnest(:case_ids::text[], :command_ids::text[]) AS e(case_id, command_id)
LEFT JOIN commands c ON c.case_id = e.case_id AND c.command_id = e.command_id
WHERE c.command_id IS NULL OR NOT c.accepted
ORDER BY e.case_id, e.command_id;

-- find_owed_without_event --
-- Messages that stand for an event of the ledger which is not there, or which has another place or id.
SELECT DISTINCT o.case_id, o.sequence
FROM outbox o
LEFT JOIN ledger l ON l.case_id = o.case_id AND l.sequence = o.sequence
WHERE o.sequence IS NOT NULL AND (l.case_id IS NULL OR o.event_id <> o.case_id || '.' || o.sequence)
ORDER BY o.case_id, o.sequence;

-- find_events_never_owed --
-- Events of the ledger that were never owed to the topic of all events, whatever the prefix of its name was then.
SELECT l.case_id, l.sequence
FROM ledger l
WHERE NOT EXISTS (
    SELECT
    FROM outbox o
    WHERE o.event_id = l.case_id || '.' || l.sequence AND o.topic LIKE :topic
)
ORDER BY l.case_id, l.sequence;

-- find_messages_of_nothing --
-- Messages that stand for no event and for nothing else that is owed without one.
SELECT id, topic
FROM outbox
WHERE sequence IS NULL AND (body IS NULL OR topic LIKE :topic OR NOT name = ANY(:names::text[]))
ORDER BY id;

-- find_code_gaps --
-- Ordinals of dossier codes that were given and stand in no acceptance, from one to another; by agency and day of receipt.
WITH accepted AS (
    SELECT split_part(split_part(body, '"dossier_code":"', 2), '"', 1) AS code
    FROM ledger
    WHERE type = 'ApplicationAccepted'
), ordinals AS (
    SELECT DISTINCT
        substring(code FROM '^(.+)-\d{6}-\d+$') AS agency_code,
        substring(code FROM '-(\d{6})-\d+$') AS day,
        substring(code FROM '\d+$')::bigint AS ordinal
    FROM accepted
    WHERE code ~ '^.+-\d{6}-\d{4,9}$'
), places AS (
    SELECT d.agency_code, d.day, o.ordinal
    FROM ordinals o
    JOIN dossier_codes d ON d.agency_code = o.agency_code AND to_char(d.day, 'YYMMDD') = o.day
    WHERE o.ordinal <= d.last_ordinal
    UNION ALL
    SELECT agency_code, day, last_ordinal::bigint + 1
    FROM dossier_codes
)
SELECT agency_code, day, before + 1, ordinal - 1
FROM (
    SELECT *, lag(ordinal, 1, 0::bigint) OVER (PARTITION BY agency_code, day ORDER BY ordinal) AS before
    FROM places
) AS p
WHERE ordinal > before + 1
ORDER BY agency_code, day, ordinal;

-- find_codes_never_given --
-- Acceptances whose dossier code was not given: beyond the last ordinal of its agency and day, or in no form of a code.
SELECT l.case_id, l.sequence, l.code
FROM (
    SELECT case_id, sequence, split_part(split_part(body, '"dossier_code":"', 2), '"', 1) AS code
    FROM ledger
    WHERE type = 'ApplicationAccepted'
) AS l
LEFT JOIN dossier_codes d
    ON d.agency_code = substring(l.code FROM '^(.+)-\d{6}-\d{4,9}$')
    AND to_char(d.day, 'YYMMDD') = substring(l.code FROM '-(\d{6})-\d{4,9}$')
WHERE d.last_ordinal IS NULL OR substring(l.code FROM '\d+$')::numeric > d.last_ordinal
ORDER BY l.case_id, l.sequence;

-- find_repeated_codes --
-- Dossier codes that stand in more than one acceptance.
SELECT code, min(case_id), max(case_id)
FROM (
    SELECT case_id, split_part(split_part(body, '"dossier_code":"', 2), '"', 1) AS code
    FROM ledger
    WHERE type = 'ApplicationAccepted'
) AS l
WHERE code <> ''
GROUP BY code
HAVING count(*) > 1
ORDER BY code;

-- may_see_persons --
-- Whether this account may look into the vault.
SELECT has_schema_privilege('vault', 'USAGE');

-- find_persons_of_nobody --
-- What lies in the vault under a reference that no application has.
SELECT v.subject_ref, v.what
FROM (
    SELECT subject_ref, 'personal data' AS what FROM vault.subjects
    UNION ALL
    SELECT DISTINCT subject_ref, 'a document' FROM vault.documents
    UNION ALL
    SELECT DISTINCT subject_ref, 'a text' FROM vault.texts
) AS v
LEFT JOIN applications a USING (subject_ref)
WHERE a.case_id IS NULL
ORDER BY v.subject_ref, v.what;

-- find_applications_without_person --
-- Applications whose person does not lie in the vault. Those of a linked dossier have its reference, and its person.
SELECT a.case_id
FROM applications a
LEFT JOIN vault.subjects s USING (subject_ref)
WHERE s.subject_ref IS NULL
ORDER BY a.case_id;

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
