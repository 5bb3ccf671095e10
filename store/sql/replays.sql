-- What is said of the ledger as it stood at an instant.

-- find_worked_on --
-- Cases that may have been open at an instant with work of a department: each that was opened by then, was not known to have
-- ended by then, and of which an event that counts by then gives it a step. Whether it still had it, the fold says.
-- Of a case that has ended by then it is asked when that was recorded, where what is known ends before now.
SELECT c.case_id
FROM cases c
WHERE c.opened_at <= :at::timestamptz
AND (
    c.closed_at IS NULL
    OR c.closed_at > :at::timestamptz
    OR EXISTS (
        SELECT FROM ledger last
        WHERE :recorded_before::timestamptz IS NOT NULL
        AND last.case_id = c.case_id AND last.sequence = c.sequence AND last.recorded_at >= :recorded_before::timestamptz
    )
)
AND EXISTS (
    SELECT FROM ledger given
    WHERE given.case_id = c.case_id
    AND given.type IN ('StepAssigned', 'StepReassigned')
    AND given.at <= :at::timestamptz
    AND strpos(given.body, :named::text) > 0
)
ORDER BY c.case_id;
