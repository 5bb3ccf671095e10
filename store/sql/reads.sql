-- Reads on record.

-- add_read --
-- Its place, its instant, the account that puts it there and its hash are said by the database.
INSERT INTO reads (actor, door, purpose, case_id, subject, as_of, known_at, filter, count)
VALUES (
    :actor, :door, :purpose, :case_id::text, :subject::text, :as_of::timestamptz, :known_at::timestamptz, :filter::text, :count
);
