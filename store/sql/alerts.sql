-- What the sender of letters says.

-- claim_alerts --
-- Take deliveries that are due, the longest due first; nobody else gets them before the lease ends.
UPDATE alerts a
SET attempts = a.attempts + 1, next_attempt_at = now() + make_interval(secs => :lease_seconds)
FROM (
    SELECT id
    FROM alerts
    WHERE delivered_at IS NULL AND next_attempt_at <= now() AND channel = ANY(:channels::text[])
    ORDER BY next_attempt_at, id
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
) AS due, ledger l
WHERE a.id = due.id AND l.case_id = a.case_id AND l.sequence = a.sequence
RETURNING a.id, a.case_id, a.sequence, a.event_id, a.channel, a.attempts, l.body;
