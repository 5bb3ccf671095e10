-- Which master key wraps what, and how what an older one wrapped gets the wrapping of another. No sealed value is touched.

-- count_wrapped --
-- How many keys each master key wraps, and one of them to try.
SELECT 'subjects' AS what, key_id, count(*), min(subject_ref)
FROM vault.subjects
WHERE wrapped_key IS NOT NULL
GROUP BY key_id
UNION ALL
SELECT 'letters', key_id, count(*), min(reference)
FROM vault.letters
GROUP BY key_id
UNION ALL
SELECT 'keys', key_id, count(*), min(name)
FROM vault.keys
GROUP BY key_id
ORDER BY what, key_id;

-- count_erased --
-- Subjects without a key.
SELECT count(*)
FROM vault.subjects
WHERE wrapped_key IS NULL;

-- find_subjects --
-- The next keys of subjects that another master key than this wraps.
SELECT subject_ref, key_id, wrapped_key
FROM vault.subjects
WHERE subject_ref > :after::text AND key_id <> :current::text AND wrapped_key IS NOT NULL
ORDER BY subject_ref
LIMIT :most::int;

-- find_letters --
-- The next keys of dead letters.
SELECT reference, key_id, wrapped_key
FROM vault.letters
WHERE reference > :after::text AND key_id <> :current::text
ORDER BY reference
LIMIT :most::int;

-- find_keys --
-- The installation's own.
SELECT name, key_id, wrapped_key
FROM vault.keys
WHERE name > :after::text AND key_id <> :current::text
ORDER BY name
LIMIT :most::int;

-- find_one_of_subjects --
-- The wrapped key of one subject.
SELECT key_id, wrapped_key
FROM vault.subjects
WHERE subject_ref = :name::text AND wrapped_key IS NOT NULL;

-- find_one_of_letters --
-- Of one letter.
SELECT key_id, wrapped_key
FROM vault.letters
WHERE reference = :name::text;

-- find_one_of_keys --
-- Of the installation.
SELECT key_id, wrapped_key
FROM vault.keys
WHERE name = :name::text;

-- rewrap_subjects --
-- Only where the key is still wrapped as it was read: one that was destroyed meanwhile stays so.
UPDATE vault.subjects s
SET key_id = t.key_id, wrapped_key = t.wrapped_key
FROM unnest(:names::text[], :former::bytea[], :key_ids::text[], :wrapped_keys::bytea[])
    AS t(name, former, key_id, wrapped_key)
WHERE s.subject_ref = t.name AND s.wrapped_key = t.former;

-- rewrap_letters --
-- The same of letters.
UPDATE vault.letters s
SET key_id = t.key_id, wrapped_key = t.wrapped_key
FROM unnest(:names::text[], :former::bytea[], :key_ids::text[], :wrapped_keys::bytea[])
    AS t(name, former, key_id, wrapped_key)
WHERE s.reference = t.name AND s.wrapped_key = t.former;

-- rewrap_keys --
-- The same of the installation's own.
UPDATE vault.keys s
SET key_id = t.key_id, wrapped_key = t.wrapped_key
FROM unnest(:names::text[], :former::bytea[], :key_ids::text[], :wrapped_keys::bytea[])
    AS t(name, former, key_id, wrapped_key)
WHERE s.name = t.name AND s.wrapped_key = t.former;
