-- What the inbox says: applications on their way in, those that wait at the same time in one transaction.

-- find_applications --
-- What is known of these applications.
SELECT case_id, content_digest, opened
FROM applications
WHERE case_id = ANY(:case_ids::text[]);

-- add_applications --
-- Note the applications that are new. Apart from their persons: the worker, which opens the cases of linked dossiers, has
-- no right to name the vault.
INSERT INTO applications (case_id, source, application_id, content_digest, subject_ref, received_at, opening)
SELECT *
FROM unnest(
    :case_ids::text[], :sources::text[], :application_ids::text[], :content_digests::text[], :subject_refs::text[],
    :received_at::timestamptz[], :openings::text[]
)
ON CONFLICT (case_id) DO NOTHING
RETURNING case_id;
