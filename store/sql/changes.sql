-- What is said of plans of changes under open cases.

-- add_plan --
-- Store what a plan is about; its number.
INSERT INTO change_plans (kind, subject, version, digest, body, reason, actor, planned_at, cases)
VALUES (:kind, :subject, :version, :digest, :body, :reason, :actor, :planned_at, :cases)
RETURNING number;

-- copy_items --
-- Then what it changes, a row for each clock.
COPY change_plan_items (plan, rank, case_id, clock_id, kind, step_id, former_due_at, due_at, reason)
FROM STDIN WITH (FORMAT BINARY);

-- give_joins_memory --
-- A join of a million rows that does not fit into memory goes to the disk and back.
SET LOCAL work_mem = '256MB';

-- forbid_merging --
-- Of the ways to join, merging is the one that would put the rows into the order of their keys.
SET LOCAL enable_mergejoin = off;

-- count_items --
-- Without knowing how many rows there are, the joins below would look up each of a million rows by itself.
ANALYZE change_plan_items;

-- move_work --
-- Move the due instants of steps. Rows are moved in the order in which they lie on the disk, whatever the order of the plan:
-- each page is then written, and copied into the log, once. In the order of the plan the same pages come up again after every
-- checkpoint, and the log becomes several times as large. The rows are found by their keys: a row that somebody else moves
-- meanwhile has another place, not another key.
UPDATE worklist w
SET due_at = t.due_at
FROM (
    SELECT i.case_id, i.step_id, i.due_at
    FROM change_plan_items i
    JOIN worklist o USING (case_id, step_id)
    WHERE i.plan = :plan AND o.due_at IS DISTINCT FROM i.due_at
    ORDER BY o.ctid
) AS t
WHERE w.case_id = t.case_id AND w.step_id = t.step_id;

-- move_cases --
-- Move the due instants of cases, in the same order.
UPDATE cases c
SET statutory_due_at = coalesce(t.statutory, c.statutory_due_at), green_due_at = coalesce(t.green, c.green_due_at)
FROM (
    SELECT case_id, n.statutory, n.green
    FROM (
        SELECT
            case_id,
            max(due_at) FILTER (WHERE kind = 'statutory') AS statutory,
            max(due_at) FILTER (WHERE kind = 'green') AS green
        FROM change_plan_items
        WHERE plan = :plan AND kind IN ('statutory', 'green')
        GROUP BY case_id
    ) AS n
    JOIN cases o USING (case_id)
    WHERE coalesce(n.statutory, o.statutory_due_at) IS DISTINCT FROM o.statutory_due_at
    OR coalesce(n.green, o.green_due_at) IS DISTINCT FROM o.green_due_at
    ORDER BY o.ctid
) AS t
WHERE c.case_id = t.case_id;

-- put_untold --
-- These cases could not be told, each with the code of why.
INSERT INTO change_plan_untold (plan, case_id, code)
SELECT :plan::int, case_id, code
FROM unnest(:case_ids::text[], :codes::text[]) AS t(case_id, code)
ON CONFLICT (plan, case_id) DO UPDATE
SET code = excluded.code;

-- put_back_work --
-- Let the due instants of steps be again what the rows themselves say.
UPDATE worklist
SET due_at = (item::json ->> 'due_at')::timestamptz
WHERE case_id = ANY(:case_ids::text[]);

-- put_back_cases --
-- Let the due instants of cases be again what the rows themselves say.
UPDATE cases
SET statutory_due_at = (view::json ->> 'statutory_due_at')::timestamptz,
    green_due_at = (view::json ->> 'green_due_at')::timestamptz
WHERE case_id = ANY(:case_ids::text[]);
