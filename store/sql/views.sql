-- What a rebuild says: the read models compared with the fold of the ledger, and put in its place; what a turn says of them too.

-- hold_up_recording --
-- Waits for recording turns and holds up new ones: with row locks alone a case whose row is missing is open.
LOCK TABLE cases IN EXCLUSIVE MODE;

-- see_one_instant --
-- All that is compared is seen as of one instant.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;

-- compare_cases --
-- For each case, whether its row is what its view (JSON) says, and whether its hash is this one: a row that is gone has none.
SELECT
    r.case_id,
    c.case_id IS NOT NULL AND c.view = t.view
    AND ROW(
        c.case_id, c.sequence, c.dossier_code, c.source, c.application_id, c.procedure, c.procedure_version, c.agency,
        c.status, c.outcome, c.lane, c.opened_at, c.closed_at, c.holder, c.statutory_due_at, c.statutory_lawful_day,
        c.statutory_state, c.green_due_at, c.green_lawful_day, c.green_state, c.promises, c.next_due_at,
        c.result_code, c.breaches, c.escalations_open
    ) IS NOT DISTINCT FROM ROW(
        r.case_id, r.sequence, r.dossier_code, r.source, r.application_id, r.procedure, r.procedure_version, r.agency,
        r.status, r.outcome, r.lane, r.opened_at, r.closed_at, r.holder, r.statutory_due_at, r.statutory_lawful_day,
        r.statutory_state, r.green_due_at, r.green_lawful_day, r.green_state, r.promises, r.next_due_at,
        r.result_code, r.breaches, r.escalations_open
    ),
    c.case_id IS NULL OR c.hash = t.hash
FROM unnest(:views::text[], :hashes::bytea[]) AS t(view, hash)
CROSS JOIN LATERAL json_populate_record(NULL::cases, t.view::json) AS r
LEFT JOIN cases c ON c.case_id = r.case_id;

-- put_cases --
-- The rows of cases, in place of what stands.
INSERT INTO cases (
    hash, view, case_id, sequence, dossier_code, source, application_id, procedure, procedure_version, agency, status,
    outcome, lane, opened_at, closed_at, holder, statutory_due_at, statutory_lawful_day, statutory_state,
    green_due_at, green_lawful_day, green_state, promises, next_due_at, result_code, breaches, escalations_open
)
SELECT
    t.hash, t.view, r.case_id, r.sequence, r.dossier_code, r.source, r.application_id, r.procedure,
    r.procedure_version, r.agency, r.status, r.outcome, r.lane, r.opened_at, r.closed_at, r.holder,
    r.statutory_due_at, r.statutory_lawful_day, r.statutory_state, r.green_due_at, r.green_lawful_day,
    r.green_state, r.promises, r.next_due_at, r.result_code, r.breaches, r.escalations_open
FROM unnest(:hashes::bytea[], :views::text[]) AS t(hash, view),
    LATERAL json_populate_record(NULL::cases, t.view::json) AS r
ON CONFLICT (case_id) DO UPDATE
SET hash = excluded.hash, view = excluded.view, sequence = excluded.sequence, dossier_code = excluded.dossier_code,
    source = excluded.source, application_id = excluded.application_id, procedure = excluded.procedure,
    procedure_version = excluded.procedure_version, agency = excluded.agency, status = excluded.status,
    outcome = excluded.outcome, lane = excluded.lane, opened_at = excluded.opened_at,
    closed_at = excluded.closed_at, holder = excluded.holder, statutory_due_at = excluded.statutory_due_at,
    statutory_lawful_day = excluded.statutory_lawful_day, statutory_state = excluded.statutory_state,
    green_due_at = excluded.green_due_at, green_lawful_day = excluded.green_lawful_day,
    green_state = excluded.green_state, promises = excluded.promises, next_due_at = excluded.next_due_at,
    result_code = excluded.result_code, breaches = excluded.breaches, escalations_open = excluded.escalations_open;

-- compare_work --
-- Those of these cases whose worklist is not what the items (JSON) say.
WITH e AS (
    SELECT t.item, r.*
    FROM unnest(:items::text[]) AS t(item)
    CROSS JOIN LATERAL (
        SELECT
            case_id, step_id, department, kind, round, name_vi, name_en, lane, procedure, dossier_code, assigned_at,
            due_at, overdue, level, officer, asked_by, asked_by_department, question, late
        FROM json_populate_record(NULL::worklist, t.item::json)
    ) AS r
), w AS (
    SELECT * FROM worklist WHERE case_id = ANY(:case_ids::text[])
)
SELECT DISTINCT coalesce(e.case_id, w.case_id)
FROM e
FULL JOIN w ON e.case_id = w.case_id AND e.step_id = w.step_id
WHERE ROW(
    e.item, e.case_id, e.step_id, e.department, e.kind, e.round, e.name_vi, e.name_en, e.lane, e.procedure,
    e.dossier_code, e.assigned_at, e.due_at, e.overdue, e.level, e.officer, e.asked_by, e.asked_by_department,
    e.question, e.late
) IS DISTINCT FROM ROW(
    w.item, w.case_id, w.step_id, w.department, w.kind, w.round, w.name_vi, w.name_en, w.lane, w.procedure,
    w.dossier_code, w.assigned_at, w.due_at, w.overdue, w.level, w.officer, w.asked_by, w.asked_by_department,
    w.question, w.late
);

-- drop_work --
-- Take from the worklist the steps of these cases that do not wait.
DELETE FROM worklist w
WHERE w.case_id = ANY(:work_case_ids::text[])
AND NOT EXISTS (
    SELECT
    FROM unnest(:waiting_case_ids::text[], :waiting_step_ids::text[]) AS k(case_id, step_id)
    WHERE k.case_id = w.case_id AND k.step_id = w.step_id
);

-- put_work --
-- The rows of steps that wait, in place of what stands.
INSERT INTO worklist (
    item, case_id, step_id, department, kind, round, name_vi, name_en, lane, procedure, dossier_code, assigned_at,
    due_at, overdue, level, officer, asked_by, asked_by_department, question, late
)
SELECT
    t.item, r.case_id, r.step_id, r.department, r.kind, r.round, r.name_vi, r.name_en, r.lane, r.procedure,
    r.dossier_code, r.assigned_at, r.due_at, r.overdue, r.level, r.officer, r.asked_by, r.asked_by_department,
    r.question, r.late
FROM unnest(:work_items::text[]) AS t(item),
    LATERAL json_populate_record(NULL::worklist, t.item::json) AS r
ON CONFLICT (case_id, step_id) DO UPDATE
SET item = excluded.item, department = excluded.department, kind = excluded.kind, round = excluded.round,
    name_vi = excluded.name_vi, name_en = excluded.name_en, lane = excluded.lane, procedure = excluded.procedure,
    dossier_code = excluded.dossier_code, assigned_at = excluded.assigned_at, due_at = excluded.due_at,
    overdue = excluded.overdue, level = excluded.level, officer = excluded.officer, asked_by = excluded.asked_by,
    asked_by_department = excluded.asked_by_department, question = excluded.question, late = excluded.late;

-- compare_escalations --
-- Those of these cases and linked dossiers whose escalations are not what the items (JSON) say.
WITH e AS (
    SELECT r.*
    FROM unnest(:items::text[]) AS t(item)
    CROSS JOIN LATERAL (
        SELECT
            case_id, escalation_id, linked, dossier_code, dossier_id, procedure, agency, clock_id, clock_kind,
            step_id, name_vi, name_en, department, holder, audience, audience_department, kind, level, fired_at,
            is_open, acknowledged, limit_at, late
        FROM json_populate_record(NULL::escalations, t.item::json)
    ) AS r
), w AS (
    SELECT * FROM escalations WHERE case_id = ANY(:case_ids::text[])
)
SELECT DISTINCT coalesce(e.case_id, w.case_id)
FROM e
FULL JOIN w ON e.case_id = w.case_id AND e.escalation_id = w.escalation_id
WHERE ROW(
    e.case_id, e.escalation_id, e.linked, e.dossier_code, e.dossier_id, e.procedure, e.agency, e.clock_id,
    e.clock_kind, e.step_id, e.name_vi, e.name_en, e.department, e.holder, e.audience, e.audience_department, e.kind,
    e.level, e.fired_at, e.is_open, e.acknowledged, e.limit_at, e.late
) IS DISTINCT FROM ROW(
    w.case_id, w.escalation_id, w.linked, w.dossier_code, w.dossier_id, w.procedure, w.agency, w.clock_id,
    w.clock_kind, w.step_id, w.name_vi, w.name_en, w.department, w.holder, w.audience, w.audience_department, w.kind,
    w.level, w.fired_at, w.is_open, w.acknowledged, w.limit_at, w.late
);

-- drop_escalations --
-- Take away the escalations of these cases and linked dossiers that are not among the named.
DELETE FROM escalations e
WHERE e.case_id = ANY(:case_ids::text[])
AND NOT EXISTS (
    SELECT
    FROM unnest(:standing_case_ids::text[], :standing_ids::text[]) AS k(case_id, escalation_id)
    WHERE k.case_id = e.case_id AND k.escalation_id = e.escalation_id
);

-- replace_escalations --
-- The rows of escalations, in place of what stands.
INSERT INTO escalations (
    case_id, escalation_id, linked, dossier_code, dossier_id, procedure, agency, clock_id, clock_kind, step_id, name_vi,
    name_en, department, holder, audience, audience_department, kind, level, fired_at, is_open, acknowledged, limit_at,
    late
)
SELECT
    r.case_id, r.escalation_id, r.linked, r.dossier_code, r.dossier_id, r.procedure, r.agency, r.clock_id,
    r.clock_kind, r.step_id, r.name_vi, r.name_en, r.department, r.holder, r.audience, r.audience_department, r.kind,
    r.level, r.fired_at, r.is_open, r.acknowledged, r.limit_at, r.late
FROM unnest(:items::text[]) AS t(item),
    LATERAL json_populate_record(NULL::escalations, t.item::json) AS r
ON CONFLICT (case_id, escalation_id) DO UPDATE
SET linked = excluded.linked, dossier_code = excluded.dossier_code, dossier_id = excluded.dossier_id,
    procedure = excluded.procedure, agency = excluded.agency, clock_id = excluded.clock_id,
    clock_kind = excluded.clock_kind, step_id = excluded.step_id, name_vi = excluded.name_vi,
    name_en = excluded.name_en, department = excluded.department, holder = excluded.holder,
    audience = excluded.audience, audience_department = excluded.audience_department, kind = excluded.kind,
    level = excluded.level, fired_at = excluded.fired_at, is_open = excluded.is_open,
    acknowledged = excluded.acknowledged, limit_at = excluded.limit_at, late = excluded.late;

-- compare_dossiers --
-- For each linked dossier, whether its row is what its view (JSON) says, and whether it knows events that the view does not.
SELECT
    r.case_id,
    d.case_id IS NOT NULL AND d.view = t.view
    AND ROW(
        d.case_id, d.sequence, d.source, d.dossier_id, d.template, d.lead, d.status, d.outcome, d.opened_at,
        d.closed_at, d.holder, d.joint_due_at, d.joint_lawful_day, d.joint_state, d.promised_at, d.applications,
        d.released, d.granted, d.blocked, d.next_due_at
    ) IS NOT DISTINCT FROM ROW(
        r.case_id, r.sequence, r.source, r.dossier_id, r.template, r.lead, r.status, r.outcome, r.opened_at,
        r.closed_at, r.holder, r.joint_due_at, r.joint_lawful_day, r.joint_state, r.promised_at, r.applications,
        r.released, r.granted, r.blocked, r.next_due_at
    ),
    d.sequence IS NOT NULL AND d.sequence > r.sequence
FROM unnest(:views::text[]) AS t(view)
CROSS JOIN LATERAL json_populate_record(NULL::dossiers, t.view::json) AS r
LEFT JOIN dossiers d ON d.case_id = r.case_id;

-- put_dossiers --
-- The rows of linked dossiers, in place of what stands.
INSERT INTO dossiers (
    view, case_id, sequence, source, dossier_id, template, lead, status, outcome, opened_at, closed_at, holder,
    joint_due_at, joint_lawful_day, joint_state, promised_at, applications, released, granted, blocked, next_due_at
)
SELECT
    t.view, r.case_id, r.sequence, r.source, r.dossier_id, r.template, r.lead, r.status, r.outcome, r.opened_at,
    r.closed_at, r.holder, r.joint_due_at, r.joint_lawful_day, r.joint_state, r.promised_at, r.applications,
    r.released, r.granted, r.blocked, r.next_due_at
FROM unnest(:views::text[]) AS t(view),
    LATERAL json_populate_record(NULL::dossiers, t.view::json) AS r
ON CONFLICT (case_id) DO UPDATE
SET view = excluded.view, sequence = excluded.sequence, source = excluded.source, dossier_id = excluded.dossier_id,
    template = excluded.template, lead = excluded.lead, status = excluded.status, outcome = excluded.outcome,
    opened_at = excluded.opened_at, closed_at = excluded.closed_at, holder = excluded.holder,
    joint_due_at = excluded.joint_due_at, joint_lawful_day = excluded.joint_lawful_day,
    joint_state = excluded.joint_state, promised_at = excluded.promised_at, applications = excluded.applications,
    released = excluded.released, granted = excluded.granted, blocked = excluded.blocked,
    next_due_at = excluded.next_due_at;
