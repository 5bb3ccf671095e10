-- What lies in the vault: sealed, with the wrapped key of the subject whose it is. Nothing of an erased one comes back.

-- find_keys --
-- The installation's own keys, as they are wrapped.
SELECT name, key_id, wrapped_key
FROM vault.keys
WHERE name = ANY(:names::text[]);

-- add_key --
-- Keep a key of the installation; the one that stands is the one.
INSERT INTO vault.keys (name, key_id, wrapped_key)
VALUES (:name::text, :key_id::text, :wrapped_key::bytea)
ON CONFLICT (name) DO NOTHING;

-- find_numbers --
-- Whose numbers these are, and what says so.
SELECT
    i.digest, s.subject_ref, s.key_id, s.wrapped_key,
    ARRAY(SELECT b.digest FROM vault.indexes b WHERE b.subject_ref = s.subject_ref AND b.kind = 'bound')
FROM vault.indexes i
JOIN vault.subjects s USING (subject_ref)
WHERE i.kind = 'number' AND i.digest = ANY(:digests::bytea[]) AND s.wrapped_key IS NOT NULL;

-- find_subjects --
-- These subjects, erased or not.
SELECT subject_ref, key_id, wrapped_key
FROM vault.subjects
WHERE subject_ref = ANY(:subject_refs::text[]);

-- lock_subjects --
-- Those of these subjects whose key stands; it stands until this transaction ends, for an erasure waits for it.
SELECT subject_ref
FROM vault.subjects
WHERE subject_ref = ANY(:subject_refs::text[]) AND wrapped_key IS NOT NULL
ORDER BY subject_ref
FOR SHARE;

-- add_subjects --
-- Subjects with keys of their own; those that came back are new.
INSERT INTO vault.subjects (subject_ref, kind, key_id, wrapped_key)
SELECT *
FROM unnest(:subject_refs::text[], :kinds::text[], :key_ids::text[], :wrapped_keys::bytea[])
    AS t(subject_ref, kind, key_id, wrapped_key)
ORDER BY subject_ref
ON CONFLICT (subject_ref) DO NOTHING
RETURNING subject_ref;

-- add_indexes --
-- By what subjects are found; those that came back are new. A number that another subject has does not come back.
INSERT INTO vault.indexes (kind, digest, subject_ref)
SELECT *
FROM unnest(:kinds::text[], :digests::bytea[], :subject_refs::text[]) AS t(kind, digest, subject_ref)
ORDER BY kind, digest, subject_ref
ON CONFLICT DO NOTHING
RETURNING kind, digest;

-- add_entries --
-- What persons said of themselves. One that is there was put there with the same application by somebody quicker.
INSERT INTO vault.entries (stream_id, subject_ref, sealed)
SELECT *
FROM unnest(:stream_ids::text[], :subject_refs::text[], :sealed::bytea[]) AS t(stream_id, subject_ref, sealed)
ON CONFLICT (stream_id) DO NOTHING;

-- add_documents --
-- Uploaded files; a reference means the same file for ever.
INSERT INTO vault.documents
    (reference, subject_ref, stream_id, kind, sealed_name, sealed_media_type, sealed_content)
SELECT *
FROM unnest(
    :references::text[], :subject_refs::text[], :stream_ids::text[], :kinds::text[], :sealed_names::bytea[],
    :sealed_media_types::bytea[], :sealed_contents::bytea[]
) AS t(reference, subject_ref, stream_id, kind, sealed_name, sealed_media_type, sealed_content)
ON CONFLICT (reference) DO NOTHING;

-- find_entry --
-- What the person said of himself with an application; with one of a linked dossier, he said it with the dossier.
SELECT s.subject_ref, s.key_id, s.wrapped_key, e.stream_id, e.sealed
FROM vault.entries e
JOIN vault.subjects s USING (subject_ref)
WHERE
    e.stream_id IN (:stream_id::text, (SELECT dossier_id FROM dossier_cases WHERE case_id = :stream_id::text))
    AND s.wrapped_key IS NOT NULL
ORDER BY e.stream_id = :stream_id::text DESC
LIMIT 1;

-- find_entries --
-- All that is said of persons; by subject, so that each key is unwrapped once.
SELECT s.subject_ref, s.key_id, s.wrapped_key, e.stream_id, e.sealed
FROM vault.entries e
JOIN vault.subjects s USING (subject_ref)
WHERE s.wrapped_key IS NOT NULL
ORDER BY s.subject_ref, e.stream_id;

-- find_entries_of --
-- All that is said of one subject.
SELECT s.subject_ref, s.key_id, s.wrapped_key, e.stream_id, e.sealed
FROM vault.entries e
JOIN vault.subjects s USING (subject_ref)
WHERE s.wrapped_key IS NOT NULL AND s.subject_ref = :subject_ref::text
ORDER BY e.stream_id;

-- find_texts --
-- What applicants wrote later.
SELECT s.subject_ref, s.key_id, s.wrapped_key, t.reference, t.sealed
FROM vault.texts t
JOIN vault.subjects s USING (subject_ref)
WHERE t.reference = ANY(:references::text[]) AND s.wrapped_key IS NOT NULL
ORDER BY s.subject_ref, t.reference;

-- find_texts_of --
-- What one subject wrote later.
SELECT s.subject_ref, s.key_id, s.wrapped_key, t.reference, t.sealed
FROM vault.texts t
JOIN vault.subjects s USING (subject_ref)
WHERE s.wrapped_key IS NOT NULL AND s.subject_ref = :subject_ref::text
ORDER BY t.reference;

-- add_text --
-- A reference means the same text for ever.
INSERT INTO vault.texts (reference, subject_ref, stream_id, sealed)
VALUES (:reference::text, :subject_ref::text, :stream_id::text, :sealed::bytea)
ON CONFLICT (reference) DO NOTHING;

-- find_documents_of --
-- The files of one subject.
SELECT
    s.subject_ref, s.key_id, s.wrapped_key, d.reference, d.stream_id, d.kind, d.sealed_name, d.sealed_media_type,
    d.sealed_content
FROM vault.documents d
JOIN vault.subjects s USING (subject_ref)
WHERE s.wrapped_key IS NOT NULL AND s.subject_ref = :subject_ref::text
ORDER BY d.reference;

-- lock_subject_of_stream --
-- Whose an application is, with his key, which stands until this transaction ends.
SELECT s.subject_ref, s.key_id, s.wrapped_key
FROM vault.subjects s
WHERE
    s.subject_ref = (SELECT subject_ref FROM applications WHERE case_id = :stream_id::text) AND s.wrapped_key IS NOT NULL
FOR SHARE OF s;

-- find_subject --
-- One subject, erased or not.
SELECT subject_ref, kind, created_at, erased_at, key_id, wrapped_key
FROM vault.subjects
WHERE subject_ref = :subject_ref::text;

-- find_by_index --
-- Who is found by a keyed index.
SELECT DISTINCT subject_ref
FROM vault.indexes
WHERE kind = ANY(:kinds::text[]) AND digest = :digest::bytea
ORDER BY subject_ref;

-- find_streams_of --
-- The applications and dossiers of a subject, as they were received.
SELECT case_id
FROM applications
WHERE subject_ref = :subject_ref::text
ORDER BY received_at, case_id;

-- was_erased --
-- Whether the subject of an application or dossier was erased, as it is on record; no right on the vault is needed.
SELECT EXISTS (
    SELECT
    FROM applications a
    JOIN erasures e USING (subject_ref)
    WHERE a.case_id = :stream_id::text
);

-- find_sealed --
-- Every sealed value of every subject, and once a subject of which none lies there; by subject, in the order of bytes.
SELECT s.subject_ref, s.key_id, s.wrapped_key, v.place, v.row_key, v.sealed
FROM vault.subjects s
LEFT JOIN (
    SELECT subject_ref, 'entries.sealed' AS place, stream_id AS row_key, sealed FROM vault.entries
    UNION ALL
    SELECT subject_ref, 'texts.sealed', reference, sealed FROM vault.texts
    UNION ALL
    SELECT subject_ref, 'documents.sealed_name', reference, sealed_name FROM vault.documents
    UNION ALL
    SELECT subject_ref, 'documents.sealed_media_type', reference, sealed_media_type FROM vault.documents
    UNION ALL
    SELECT subject_ref, 'documents.sealed_content', reference, sealed_content FROM vault.documents
) v USING (subject_ref)
WHERE s.wrapped_key IS NOT NULL
ORDER BY s.subject_ref COLLATE "C";

-- find_indexes --
-- What leads to each subject, in the same order.
SELECT subject_ref, kind, digest
FROM vault.indexes
ORDER BY subject_ref COLLATE "C";
