-- How far the past is signed.

-- find_signing_state --
-- The newest checkpoint, its age, and that of the first event after it; one row, whatever there is.
SELECT newest.number, newest.body, extract(epoch FROM clock_timestamp() - newest.at)::float8, (
    SELECT extract(epoch FROM clock_timestamp() - recorded_at)::float8
    FROM ledger
    WHERE position > coalesce(newest.ledger_position, 0)
    ORDER BY position
    LIMIT 1
)
FROM (VALUES (1)) AS one
LEFT JOIN LATERAL (
    SELECT number, at, body, ledger_position
    FROM checkpoints
    ORDER BY number DESC
    LIMIT 1
) AS newest ON true;
