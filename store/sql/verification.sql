-- What only the store can say about the invariants.

-- find_applications_without_case --
-- Accepted submissions that have neither case nor linked dossier, or whose case is not known to be opened.
SELECT a.case_id
FROM applications a
LEFT JOIN cases c USING (case_id)
LEFT JOIN dossiers d USING (case_id)
WHERE (c.case_id IS NULL AND d.case_id IS NULL) OR NOT a.opened
ORDER BY a.case_id;

-- find_cases_without_application --
-- Cases that nobody submitted.
SELECT c.case_id
FROM cases c
LEFT JOIN applications a USING (case_id)
WHERE a.case_id IS NULL
ORDER BY c.case_id;

-- find_repeated_effects --
-- Commands whose effect stands twice. A command's records stand together: were they recorded twice, they would stand in two
-- places of the ledger.
SELECT case_id, command_id
FROM (
    SELECT
        case_id,
        body::json ->> 'command_id' AS command_id,
        sequence,
        lag(body::json ->> 'command_id') OVER (PARTITION BY case_id ORDER BY sequence) AS before
    FROM ledger
) AS l
WHERE command_id IS DISTINCT FROM before AND command_id NOT LIKE 'tick:%'
GROUP BY case_id, command_id
HAVING count(*) > 1
ORDER BY case_id, command_id;

-- find_effects_without_outcome --
-- Commands that have an effect and were never accepted.
SELECT DISTINCT l.case_id, l.body::json ->> 'command_id'
FROM ledger l
LEFT JOIN commands c ON c.case_id = l.case_id AND c.command_id = l.body::json ->> 'command_id'
WHERE l.body::json ->> 'command_id' NOT LIKE 'tick:%' AND (c.command_id IS NULL OR NOT c.accepted);
