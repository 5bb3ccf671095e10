-- What is said of Temporal's histories of runs that closed.

-- find_last --
-- When that run closed which closed last of all that were exported.
SELECT max(closed_at)
FROM histories;

-- find_missing --
-- Which of these runs were never exported.
SELECT listed.place
FROM unnest(:workflow_ids::text[], :run_ids::text[]) WITH ORDINALITY AS listed (workflow_id, run_id, place)
WHERE NOT EXISTS (
    SELECT FROM histories
    WHERE histories.workflow_id = listed.workflow_id AND histories.run_id = listed.run_id
)
ORDER BY listed.place;

-- add_history --
-- Store one history, once.
INSERT INTO histories (workflow_id, run_id, workflow_type, started_at, closed_at, body, left_out)
VALUES (
    :workflow_id::text, :run_id::text, :workflow_type::text, :started_at::timestamptz, :closed_at::timestamptz,
    :body::bytea, :left_out::text
)
ON CONFLICT (workflow_id, run_id) DO NOTHING;

-- drop_older --
-- Histories of runs that closed before an instant go, so many at a time.
DELETE FROM histories
WHERE (workflow_id, run_id) IN (
    SELECT workflow_id, run_id
    FROM histories
    WHERE closed_at < :before::timestamptz
    LIMIT :limit
);

-- count_histories --
-- How many runs have their history, and of how many it could not be stored.
SELECT count(body), count(*) - count(body)
FROM histories;

-- find_next --
-- The histories that follow a run, in the order of ids.
SELECT workflow_id, run_id, body
FROM histories
WHERE (workflow_id, run_id) > (:workflow_id::text, :run_id::text) AND body IS NOT NULL
ORDER BY workflow_id, run_id
LIMIT :limit;

-- find_sample --
-- The newest runs and, of the others, so many as a seed draws.
WITH newest AS (
    SELECT workflow_id, run_id
    FROM histories
    WHERE body IS NOT NULL
    ORDER BY closed_at DESC, run_id
    LIMIT :newest
), drawn AS (
    SELECT workflow_id, run_id
    FROM histories
    WHERE body IS NOT NULL AND (workflow_id, run_id) NOT IN (SELECT workflow_id, run_id FROM newest)
    ORDER BY md5(:seed::text || run_id)
    LIMIT :drawn
)
SELECT workflow_id, run_id FROM newest
UNION ALL
SELECT workflow_id, run_id FROM drawn;

-- find_bodies --
-- The histories of these runs.
SELECT histories.workflow_id, histories.run_id, histories.body
FROM unnest(:workflow_ids::text[], :run_ids::text[]) AS named (workflow_id, run_id)
JOIN histories ON histories.workflow_id = named.workflow_id AND histories.run_id = named.run_id
WHERE histories.body IS NOT NULL;
