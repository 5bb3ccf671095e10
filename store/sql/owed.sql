-- What the outbox, the inbox, dossier codes and the vault owe the ledger, and it them.

-- find_applications_otherwise --
-- Submissions that do not say what the first event of their case or dossier says, and what of them: of the person, the source and
-- its number as text of the event, which no program wrote otherwise; the instant, which counts from its receipt at the latest.
SELECT a.case_id, w.what
FROM applications a
JOIN ledger l ON l.case_id = a.case_id AND l.sequence = 1
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN strpos(l.body, '"subject_ref":' || to_json(a.subject_ref)::text || ',') = 0 THEN 'subject_ref'
        WHEN strpos(l.body, '"source":' || to_json(a.source)::text || ',') = 0 THEN 'source'
        WHEN strpos(l.body, '_id":' || to_json(a.application_id)::text || ',"source":') = 0 THEN 'application_id'
        WHEN a.received_at < l.at OR (
            a.received_at > l.at
            AND strpos(l.body, ',"at":"' || split_part(split_part(l.body, '"decided_at":"', 2), '"', 1) || '"') = 0
        ) THEN 'received_at'
        WHEN NOT a.opened THEN 'opened'
    END AS what
) AS w
WHERE w.what IS NOT NULL
ORDER BY a.case_id;

-- find_openings_otherwise --
-- What opened streams, and their first event, where its text does not hold the application as the event has it.
SELECT a.case_id, a.opening, l.body
FROM applications a
JOIN ledger l ON l.case_id = a.case_id AND l.sequence = 1
WHERE strpos(
    a.opening,
    CASE l.type WHEN 'DossierOpened' THEN '"declaration":' ELSE '"application":' END || split_part(
        split_part(
            l.body, CASE l.type WHEN 'DossierOpened' THEN '"declaration":' ELSE '"application":' END, 2
        ),
        ',"definitions_digest":', 1
    )
) = 0
ORDER BY a.case_id;

-- find_links_otherwise --
-- Cases whose first event says that they are a linked dossier's, where that is not remembered so.
SELECT l.case_id
FROM (
    SELECT case_id, body, split_part(body, '"linked":{"dossier":"', 2) AS link
    FROM ledger
    WHERE sequence = 1
) AS l
LEFT JOIN dossier_cases m USING (case_id)
WHERE l.link <> ''
AND (
    m.case_id IS NULL
    OR NOT starts_with(
        l.link, m.dossier_id || '","name":' || to_json(m.name)::text || ',"round":' || m.round || '}'
    )
)
ORDER BY l.case_id;

-- find_outcomes_of_nothing --
-- Accepted commands of streams that have no event: whatever accepted them would have written one before.
SELECT c.case_id, c.command_id
FROM commands c
WHERE c.accepted AND NOT EXISTS (SELECT FROM ledger l WHERE l.case_id = c.case_id)
ORDER BY c.case_id, c.command_id;

-- find_owed_otherwise --
-- Messages that stand for an event of the ledger which is not there, or has another place or id (true); and those that say
-- otherwise of it than the ledger does, or are owed where no event is (false).
SELECT DISTINCT o.case_id, o.sequence, l.case_id IS NULL OR o.event_id <> o.case_id || '.' || o.sequence
FROM outbox o
LEFT JOIN ledger l ON l.case_id = o.case_id AND l.sequence = o.sequence
WHERE o.sequence IS NOT NULL
AND (
    l.case_id IS NULL OR o.event_id <> o.case_id || '.' || o.sequence
    OR o.name <> l.type OR o.at <> l.at OR o.body <> l.body OR NOT o.topic LIKE ANY(:topics::text[])
)
ORDER BY o.case_id, o.sequence;

-- find_checkpoints_otherwise --
-- Numbers of checkpoints that are owed and are not there, that are there and were never owed, or are owed otherwise.
SELECT
    coalesce(c.number, o.number),
    CASE WHEN c.number IS NULL THEN 'missing' WHEN o.number IS NULL THEN 'never owed' ELSE 'otherwise' END
FROM (
    SELECT substring(event_id FROM '-(\d+)$')::numeric AS number, body
    FROM outbox
    WHERE sequence IS NULL AND name = :name
) AS o
FULL JOIN checkpoints c ON c.number = o.number
WHERE o.body IS DISTINCT FROM c.body
ORDER BY 1;

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
-- What lies in the vault under a reference that no application has, or beside an application that is not that subject's.
SELECT v.subject_ref, v.what
FROM (
    SELECT s.subject_ref, 'personal data' AS what
    FROM vault.subjects s
    WHERE NOT EXISTS (SELECT FROM applications a WHERE a.subject_ref = s.subject_ref)
    UNION
    SELECT e.subject_ref, 'personal data'
    FROM vault.entries e
    LEFT JOIN applications a ON a.case_id = e.stream_id
    WHERE a.subject_ref IS DISTINCT FROM e.subject_ref
    UNION
    SELECT d.subject_ref, 'a document'
    FROM vault.documents d
    LEFT JOIN applications a ON a.case_id = d.stream_id
    WHERE a.subject_ref IS DISTINCT FROM d.subject_ref
    UNION
    SELECT t.subject_ref, 'a text'
    FROM vault.texts t
    LEFT JOIN applications a ON a.case_id = t.stream_id
    WHERE a.subject_ref IS DISTINCT FROM t.subject_ref
) AS v
ORDER BY v.subject_ref, v.what;

-- find_applications_without_person --
-- Applications whose person does not lie in the vault. Those of a linked dossier have its reference, and its person; of an
-- erased one nothing is missed.
SELECT a.case_id
FROM applications a
LEFT JOIN vault.subjects s USING (subject_ref)
LEFT JOIN vault.entries e ON e.stream_id = a.case_id
WHERE
    s.subject_ref IS NULL
    OR (s.wrapped_key IS NOT NULL AND e.stream_id IS NULL AND a.content_digest NOT LIKE 'linked:%')
ORDER BY a.case_id;

-- find_erasures_otherwise --
-- Subjects whose erasure is not on record, was undone, or left something.
SELECT v.subject_ref, v.how
FROM (
    SELECT
        s.subject_ref,
        CASE
            WHEN s.wrapped_key IS NULL AND r.subject_ref IS NULL THEN 'unrecorded'
            WHEN s.wrapped_key IS NOT NULL AND r.subject_ref IS NOT NULL THEN 'undone'
            WHEN
                s.wrapped_key IS NULL
                AND (
                    EXISTS (SELECT FROM vault.entries e WHERE e.subject_ref = s.subject_ref)
                    OR EXISTS (SELECT FROM vault.documents d WHERE d.subject_ref = s.subject_ref)
                    OR EXISTS (SELECT FROM vault.texts t WHERE t.subject_ref = s.subject_ref)
                    OR EXISTS (SELECT FROM vault.indexes i WHERE i.subject_ref = s.subject_ref)
                )
                THEN 'incomplete'
        END AS how
    FROM vault.subjects s
    LEFT JOIN erasures r USING (subject_ref)
) AS v
WHERE v.how IS NOT NULL
ORDER BY v.subject_ref;
