-- What lay in clear in the vault of an older program, on its way into sealed tables: once, by `greenlane prepare`.

-- will_be_sealed --
-- Whether an older program's vault, or what was submitted to it, is not empty. Before the tables of today are made.
SELECT EXISTS (SELECT FROM applications) OR EXISTS (SELECT FROM vault.subjects);

-- lock_sealing --
-- One after the other: who comes second finds nothing left.
SELECT pg_advisory_xact_lock(:key::bigint);

-- lock_former --
-- Nobody submits meanwhile, not even a program that was left running.
LOCK TABLE vault.former_persons, vault.former_documents, vault.former_texts, applications IN ACCESS EXCLUSIVE MODE;

-- find_former_subjects --
-- Whose something is, the oldest first, with the applications and dossiers of each.
SELECT r.subject_ref, p.data, coalesce(p.created_at, now()) AS created_at, s.streams
FROM (
    SELECT subject_ref FROM vault.former_persons
    UNION
    SELECT subject_ref FROM vault.former_documents
    UNION
    SELECT subject_ref FROM vault.former_texts
) AS r(subject_ref)
LEFT JOIN vault.former_persons p USING (subject_ref)
LEFT JOIN (
    SELECT subject_ref, array_agg(case_id ORDER BY received_at, case_id) AS streams
    FROM applications
    GROUP BY subject_ref
) AS s USING (subject_ref)
ORDER BY created_at, r.subject_ref;

-- find_former_documents --
-- The files of these subjects.
SELECT subject_ref, reference, kind, name, media_type, content, created_at
FROM vault.former_documents
WHERE subject_ref = ANY(:subject_refs::text[]);

-- find_former_texts --
-- What these subjects wrote later.
SELECT subject_ref, reference, content, created_at
FROM vault.former_texts
WHERE subject_ref = ANY(:subject_refs::text[]);

-- find_stream_of --
-- Which of these streams first spoke of a reference.
SELECT case_id
FROM ledger
WHERE case_id = ANY(:streams::text[]) AND position(:reference::text IN body) > 0
ORDER BY position
LIMIT 1;

-- add_former_subjects --
-- Subjects with keys of their own, as old as what is known of them.
INSERT INTO vault.subjects (subject_ref, kind, key_id, wrapped_key, created_at)
SELECT *
FROM unnest(:subject_refs::text[], :kinds::text[], :key_ids::text[], :wrapped_keys::bytea[], :created_at::timestamptz[]);

-- add_former_entries --
-- What persons said of themselves, as old as it is.
INSERT INTO vault.entries (stream_id, subject_ref, sealed, created_at)
SELECT *
FROM unnest(:stream_ids::text[], :subject_refs::text[], :sealed::bytea[], :created_at::timestamptz[]);

-- add_former_documents --
-- Files, as old as they are.
INSERT INTO vault.documents
    (reference, subject_ref, stream_id, kind, sealed_name, sealed_media_type, sealed_content, created_at)
SELECT *
FROM unnest(
    :references::text[], :subject_refs::text[], :stream_ids::text[], :kinds::text[], :sealed_names::bytea[],
    :sealed_media_types::bytea[], :sealed_contents::bytea[], :created_at::timestamptz[]
);

-- add_former_texts --
-- Texts, as old as they are.
INSERT INTO vault.texts (reference, subject_ref, stream_id, sealed, created_at)
SELECT *
FROM unnest(
    :references::text[], :subject_refs::text[], :stream_ids::text[], :sealed::bytea[], :created_at::timestamptz[]
);

-- add_former_indexes --
-- By what subjects are found. A number is of the oldest who has it; to the others it leads all the same.
WITH t AS (
    SELECT *
    FROM unnest(:kinds::text[], :digests::bytea[], :subject_refs::text[]) WITH ORDINALITY
        AS t(kind, digest, subject_ref, place)
), own AS (
    INSERT INTO vault.indexes (kind, digest, subject_ref)
    SELECT kind, digest, subject_ref
    FROM t
    ORDER BY place
    ON CONFLICT DO NOTHING
    RETURNING kind, digest, subject_ref
)
INSERT INTO vault.indexes (kind, digest, subject_ref)
SELECT :other::text, digest, subject_ref
FROM t
WHERE
    kind = 'number'
    AND NOT EXISTS (
        SELECT FROM own WHERE own.kind = 'number' AND own.digest = t.digest AND own.subject_ref = t.subject_ref
    )
ON CONFLICT DO NOTHING;

-- find_digests --
-- The digests of all that was submitted, as they were: anybody can make them again of what he guesses.
SELECT case_id, subject_ref, content_digest
FROM applications;

-- make_keyed --
-- Where the keyed ones stand meanwhile.
CREATE TABLE vault.keyed (case_id TEXT PRIMARY KEY, digest TEXT NOT NULL);

-- add_keyed --
-- Some of them.
INSERT INTO vault.keyed (case_id, digest)
SELECT *
FROM unnest(:case_ids::text[], :digests::text[]);

-- make_keying --
-- What the next statement asks row by row.
CREATE FUNCTION vault.keyed_of(asked TEXT) RETURNS TEXT LANGUAGE sql STABLE AS
'SELECT digest FROM vault.keyed WHERE case_id = asked';

-- key_digests --
-- The table is written anew, so that its file holds none of the former digests: an UPDATE would leave them there.
ALTER TABLE applications
ALTER COLUMN content_digest TYPE TEXT USING coalesce(vault.keyed_of(case_id), content_digest);

-- drop_keying --
-- And nothing of this is left.
DROP FUNCTION vault.keyed_of(TEXT);

-- drop_keyed --
-- Nor of this.
DROP TABLE vault.keyed;

-- count_former --
-- How much there was, and how much is sealed.
SELECT
    (SELECT count(*) FROM vault.former_persons), (SELECT count(*) FROM vault.entries),
    (SELECT count(*) FROM vault.former_documents), (SELECT count(*) FROM vault.documents),
    (SELECT count(*) FROM vault.former_texts), (SELECT count(*) FROM vault.texts);

-- drop_former --
-- Their files go with them when this transaction commits.
DROP TABLE vault.former_persons, vault.former_documents, vault.former_texts;

-- owe_sweeping --
-- What the server learnt of the clear values to plan queries stands in a catalogue of its own, also once they are gone.
INSERT INTO stack (key, value)
VALUES (:key::text, 'pg_statistic')
ON CONFLICT (key) DO NOTHING;

-- sweep --
-- The catalogue is written anew; no transaction can hold it.
VACUUM (FULL) pg_catalog.pg_statistic;

-- settle_sweeping --
-- It is done.
DELETE FROM stack
WHERE key = :key::text;
