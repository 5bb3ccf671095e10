-- What is asked of linked dossiers.

-- find_untold_ends --
-- Closed cases of open dossiers that know nothing of it.
SELECT m.dossier_id, m.case_id, m.name, m.round
FROM dossier_cases m
JOIN dossiers d ON d.case_id = m.dossier_id AND d.closed_at IS NULL
JOIN cases c ON c.case_id = m.case_id AND c.closed_at IS NOT NULL
LEFT JOIN commands k ON k.case_id = m.dossier_id AND k.command_id = 'end:' || m.case_id
WHERE k.command_id IS NULL
ORDER BY m.recorded_at
LIMIT :most;
