-- What the recorder says, in one transaction for all turns that wait at the same time.

-- lock_heads --
-- Where the ledgers of these cases end; locked in one order for all, so that no two transactions wait in a circle.
SELECT case_id, sequence, hash
FROM cases
WHERE case_id = ANY(:case_ids::text[])
ORDER BY case_id
FOR UPDATE;

-- find_ledger_heads --
-- The same from the ledger itself, for cases whose row is missing: the read models may have been emptied.
SELECT DISTINCT ON (case_id) case_id, sequence, hash
FROM ledger
WHERE case_id = ANY(:case_ids::text[])
ORDER BY case_id, sequence DESC;

-- find_outcomes --
-- Which of these commands have ended, and how.
SELECT c.case_id, c.command_id, c.refusal, c.digest
FROM unnest(:case_ids::text[], :command_ids::text[]) AS t(case_id, command_id)
JOIN commands c ON c.case_id = t.case_id AND c.command_id = t.command_id;

-- find_records --
-- What stands in the ledger of each case from this sequence on.
SELECT l.case_id, l.sequence, l.body
FROM unnest(:case_ids::text[], :sequences::int[]) AS t(case_id, first)
JOIN ledger l ON l.case_id = t.case_id AND l.sequence >= t.first
ORDER BY l.case_id, l.sequence;

-- take_ordinals --
-- The next so many ordinals of dossier codes, by agency and day of receipt; the last of them.
INSERT INTO dossier_codes AS d (agency_code, day, last_ordinal)
SELECT *
FROM unnest(:agency_codes::text[], :days::date[], :numbers::int[])
ON CONFLICT (agency_code, day) DO UPDATE
SET last_ordinal = d.last_ordinal + excluded.last_ordinal
RETURNING agency_code, day, last_ordinal;

-- write_turns --
-- All that nearly every turn writes, in one statement: apart they cost the recorder 2 ms of CPU a transaction, not 1.
-- The parts touch different rows, so it does not matter in which order PostgreSQL runs them.
WITH records AS (
    INSERT INTO ledger (case_id, sequence, body, hash, type, at)
    SELECT *
    FROM unnest(
        :ledger_case_ids::text[], :ledger_sequences::int[], :ledger_bodies::text[],
        :ledger_hashes::bytea[], :ledger_types::text[], :ledger_at::timestamptz[]
    )
), messages AS (
    INSERT INTO outbox (slot, topic, case_id, sequence, event_id, name, body, at)
    SELECT slot, topic, case_id, sequence, event_id, name, body, coalesce(at, now())
    FROM unnest(
        :outbox_slots::int2[], :outbox_topics::text[], :outbox_case_ids::text[], :outbox_sequences::int[],
        :outbox_event_ids::text[], :outbox_names::text[], :outbox_bodies::text[], :outbox_at::timestamptz[]
    ) AS t(slot, topic, case_id, sequence, event_id, name, body, at)
    RETURNING id, slot
), unpublished AS (
    INSERT INTO outbox_unpublished (id, slot)
    SELECT id, slot FROM messages
), outcomes AS (
    INSERT INTO commands (case_id, command_id, accepted, refusal, digest)
    SELECT case_id, command_id, refusal IS NULL, refusal, digest
    FROM unnest(
        :command_case_ids::text[], :command_ids::text[], :command_refusals::text[], :command_digests::text[]
    ) AS t(case_id, command_id, refusal, digest)
), heads AS (
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
        result_code = excluded.result_code, breaches = excluded.breaches, escalations_open = excluded.escalations_open
), work_done AS (
    DELETE FROM worklist w
    WHERE w.case_id = ANY(:work_case_ids::text[])
    AND NOT EXISTS (
        SELECT
        FROM unnest(:waiting_case_ids::text[], :waiting_step_ids::text[]) AS k(case_id, step_id)
        WHERE k.case_id = w.case_id AND k.step_id = w.step_id
    )
), work AS (
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
        asked_by_department = excluded.asked_by_department, question = excluded.question, late = excluded.late
    WHERE worklist.item IS DISTINCT FROM excluded.item
), opened AS (
    UPDATE applications
    SET opened = true
    WHERE case_id = ANY(:opened_case_ids::text[]) AND NOT opened
)
SELECT pg_notify('greenlane_outbox', '')
WHERE :has_messages;

-- write_answers --
-- What is written beside no turn: the bridge and the command line answer where no case can, and have no right to the ledger.
WITH messages AS (
    INSERT INTO outbox (slot, topic, case_id, sequence, event_id, name, body, at)
    SELECT slot, topic, case_id, sequence, event_id, name, body, coalesce(at, now())
    FROM unnest(
        :outbox_slots::int2[], :outbox_topics::text[], :outbox_case_ids::text[], :outbox_sequences::int[],
        :outbox_event_ids::text[], :outbox_names::text[], :outbox_bodies::text[], :outbox_at::timestamptz[]
    ) AS t(slot, topic, case_id, sequence, event_id, name, body, at)
    RETURNING id, slot
), unpublished AS (
    INSERT INTO outbox_unpublished (id, slot)
    SELECT id, slot FROM messages
), outcomes AS (
    INSERT INTO commands (case_id, command_id, accepted, refusal, digest)
    SELECT case_id, command_id, refusal IS NULL, refusal, digest
    FROM unnest(
        :command_case_ids::text[], :command_ids::text[], :command_refusals::text[], :command_digests::text[]
    ) AS t(case_id, command_id, refusal, digest)
)
SELECT pg_notify('greenlane_outbox', '')
WHERE :has_messages;

-- add_alerts --
-- Owe somebody a letter, by channel.
INSERT INTO alerts (case_id, sequence, event_id, channel)
SELECT *
FROM unnest(:case_ids::text[], :sequences::int[], :event_ids::text[], :channels::text[]);

-- add_definitions --
-- Keep what cases are decided under, for ever.
INSERT INTO definitions (digest, body)
SELECT *
FROM unnest(:digests::text[], :bodies::text[])
ON CONFLICT DO NOTHING;

-- put_escalations --
-- The rows of escalations as a turn leaves them: when one fired, the turn knows in which it fired, and no later one.
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
    level = excluded.level, is_open = excluded.is_open, acknowledged = excluded.acknowledged,
    limit_at = excluded.limit_at, late = excluded.late;
