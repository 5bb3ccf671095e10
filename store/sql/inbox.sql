-- What the inbox says: applications on their way in, those that wait at the same time in one transaction.

-- add_applications --
-- Note the applications that are new. Apart from the next: the worker, which opens the cases of linked dossiers, has no
-- right to name the vault.
WITH added AS (
    INSERT INTO applications (case_id, source, application_id, content_digest, subject_ref, received_at, opening)
    SELECT *
    FROM unnest(
        :case_ids::text[], :sources::text[], :application_ids::text[], :content_digests::text[], :subject_refs::text[],
        :received_at::timestamptz[], :openings::text[]
    )
    ON CONFLICT (case_id) DO NOTHING
    RETURNING case_id
)
SELECT case_id FROM added;

-- add_applications_and_persons --
-- Note the applications that are new, and put the persons that came with them into the vault.
WITH t AS (
    SELECT *
    FROM unnest(
        :case_ids::text[], :sources::text[], :application_ids::text[], :content_digests::text[], :subject_refs::text[],
        :received_at::timestamptz[], :openings::text[], :persons::text[]
    ) AS t(case_id, source, application_id, content_digest, subject_ref, received_at, opening, person)
), added AS (
    INSERT INTO applications (case_id, source, application_id, content_digest, subject_ref, received_at, opening)
    SELECT case_id, source, application_id, content_digest, subject_ref, received_at, opening
    FROM t
    ON CONFLICT (case_id) DO NOTHING
    RETURNING case_id
), persons AS (
    INSERT INTO vault.subjects (subject_ref, data)
    SELECT t.subject_ref, t.person
    FROM t
    JOIN added USING (case_id)
    WHERE t.person <> ''
    ON CONFLICT (subject_ref) DO UPDATE
    SET data = excluded.data
)
SELECT case_id FROM added;

-- add_documents --
-- Only beside an application that this transaction added: another's files must not slip in under a used id.
INSERT INTO vault.documents (reference, subject_ref, kind, name, media_type, content)
SELECT t.reference, t.subject_ref, t.kind, t.name, t.media_type, t.content
FROM unnest(
    :case_ids::text[], :references::text[], :subject_refs::text[], :kinds::text[], :names::text[], :media_types::text[],
    :contents::bytea[]
) AS t(case_id, reference, subject_ref, kind, name, media_type, content)
JOIN applications a ON a.case_id = t.case_id AND a.xmin::text = pg_current_xact_id()::xid::text
ON CONFLICT (reference) DO NOTHING;

-- find_applications --
-- What is known of these applications.
SELECT case_id, content_digest, opened
FROM applications
WHERE case_id = ANY(:case_ids::text[]);
