-- One subject: how its cases stand, and what goes when it is erased.

-- lock_subject --
-- The subject, for this transaction alone: an application that comes meanwhile waits, and then finds it erased or not.
SELECT wrapped_key IS NOT NULL
FROM vault.subjects
WHERE subject_ref = :subject_ref::text
FOR UPDATE;

-- find_subject_streams --
-- Every case and linked dossier that holds something of the subject, those of its dossiers among them, in order of receipt.
WITH own AS (
    SELECT stream_id, created_at
    FROM vault.entries
    WHERE subject_ref = :subject_ref::text
), streams AS (
    SELECT stream_id, created_at FROM own
    UNION ALL
    SELECT m.case_id, own.created_at
    FROM own
    JOIN dossier_cases m ON m.dossier_id = own.stream_id
)
SELECT
    s.stream_id, c.dossier_code, c.procedure, d.case_id IS NOT NULL, COALESCE(c.status, d.status),
    COALESCE(c.outcome, d.outcome), COALESCE(c.closed_at, d.closed_at), min(s.created_at) AS received
FROM streams s
LEFT JOIN cases c ON c.case_id = s.stream_id
LEFT JOIN dossiers d ON d.case_id = s.stream_id
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY received, s.stream_id;

-- forget_entries --
-- What the person said of himself.
DELETE FROM vault.entries
WHERE subject_ref = :subject_ref::text;

-- forget_documents --
-- The person's files.
DELETE FROM vault.documents
WHERE subject_ref = :subject_ref::text;

-- forget_texts --
-- What the person wrote later.
DELETE FROM vault.texts
WHERE subject_ref = :subject_ref::text;

-- forget_indexes --
-- By what the person was found.
DELETE FROM vault.indexes
WHERE subject_ref = :subject_ref::text;

-- forget_letters --
-- The keys of dead letters that hold something of the person.
DELETE FROM vault.letters
WHERE reference = ANY(:letters::text[]);

-- forget_digests --
-- What compares one submission with another.
UPDATE applications
SET content_digest = :nothing::text
WHERE case_id = ANY(:streams::text[]);

-- forget_key --
-- The person's key, without which no copy of a value opens.
UPDATE vault.subjects
SET key_id = NULL, wrapped_key = NULL, erased_at = :erased_at::timestamptz
WHERE subject_ref = :subject_ref::text;

-- add_erasure --
-- Put the erasure on record; the first one stands.
INSERT INTO erasures (subject_ref, erased_at, reason, legal_basis, actor, approved_by, cases, documents)
VALUES (
    :subject_ref::text, :erased_at::timestamptz, :reason::text, :legal_basis::text, :actor::text, :approved_by::text,
    :cases::int, :documents::int
)
ON CONFLICT (subject_ref) DO NOTHING;

-- find_erasure --
-- The erasure of a subject.
SELECT subject_ref, erased_at, reason, legal_basis, actor, approved_by, cases, documents
FROM erasures
WHERE subject_ref = :subject_ref::text;

-- find_remembered --
-- Those of these subjects that the database still knows as persons.
SELECT subject_ref
FROM vault.subjects
WHERE subject_ref = ANY(:subject_refs::text[]) AND wrapped_key IS NOT NULL
ORDER BY subject_ref;

-- find_entries_for_correction --
-- All that is said of one subject, for this transaction alone.
SELECT s.key_id, s.wrapped_key, e.stream_id, e.sealed
FROM vault.subjects s
JOIN vault.entries e USING (subject_ref)
WHERE s.subject_ref = :subject_ref::text AND s.wrapped_key IS NOT NULL
ORDER BY e.stream_id
FOR UPDATE;

-- put_entry --
-- What the person says now, in place of what stood there.
UPDATE vault.entries
SET sealed = :sealed::bytea
WHERE stream_id = :stream_id::text;

-- find_holder_of_number --
-- Another subject that has one of these numbers for its own.
SELECT subject_ref
FROM vault.indexes
WHERE kind = 'number' AND digest = ANY(:digests::bytea[]) AND subject_ref <> :subject_ref::text
ORDER BY subject_ref
LIMIT 1;

-- find_own_numbers --
-- The numbers by which a subject is found.
SELECT digest
FROM vault.indexes
WHERE subject_ref = :subject_ref::text AND kind IN ('number', 'other-number');

-- find_files --
-- The files of a subject.
SELECT reference
FROM vault.documents
WHERE subject_ref = :subject_ref::text
ORDER BY reference;
