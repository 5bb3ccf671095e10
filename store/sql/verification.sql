-- What only the store can say about the invariants.

-- find_applications_without_case --
-- Accepted submissions that were opened and have neither case nor linked dossier, or that were not opened although cases were
-- recorded so much later.
SELECT a.case_id
FROM applications a
LEFT JOIN cases c USING (case_id)
LEFT JOIN dossiers d USING (case_id)
WHERE CASE
    WHEN a.opened THEN c.case_id IS NULL AND d.case_id IS NULL
    ELSE a.recorded_at < (
        SELECT CASE WHEN isfinite(recorded_at) AND recorded_at > '0001-01-01' THEN recorded_at - :within::interval END
        FROM ledger
        ORDER BY position DESC
        LIMIT 1
    )
END
ORDER BY a.case_id;

-- find_cases_without_application --
-- Cases that nobody submitted.
SELECT c.case_id
FROM cases c
LEFT JOIN applications a USING (case_id)
WHERE a.case_id IS NULL
ORDER BY c.case_id;

-- find_effects_without_outcome --
-- Those of these commands, which have an effect in these streams, that were never accepted.
SELECT e.case_id, e.command_id
FROM unnest(:case_ids::text[], :command_ids::text[]) AS e(case_id, command_id)
LEFT JOIN commands c ON c.case_id = e.case_id AND c.command_id = e.command_id
WHERE c.command_id IS NULL OR NOT c.accepted
ORDER BY e.case_id, e.command_id;
