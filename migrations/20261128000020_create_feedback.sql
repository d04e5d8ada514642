-- What people say about decisions. Append-only: who changes their mind sends another row, and the
-- newest row of a decision is its label.
CREATE TABLE feedback (
    -- Grows with time, so that the newest is the greatest.
    id              uuid        PRIMARY KEY,
    created_at      timestamptz NOT NULL,
    decision_id     uuid        NOT NULL CONSTRAINT feedback_decision_known
                                REFERENCES decisions (id),
    verdict         text        NOT NULL CONSTRAINT feedback_verdict_known
                                CHECK (verdict IN ('correct', 'corrected', 'rejected')),
    -- [{field, found, expected}]: JSON Pointers into the reply with both values.
    corrections     json        NOT NULL,
    -- What module and action should have been; null where the result was rejected.
    expected_module text,
    expected_action text,
    reason          text,
    reviewer        text        NOT NULL,
    idempotency_key text        CONSTRAINT feedback_idempotency_key_unique UNIQUE
                                CONSTRAINT feedback_idempotency_key_length
                                CHECK (octet_length(idempotency_key) BETWEEN 1 AND 255),
    request_sha256  bytea       NOT NULL CONSTRAINT feedback_sha256_length
                                CHECK (octet_length(request_sha256) = 32)
);

CREATE INDEX feedback_newest_of_decision ON feedback (decision_id, id DESC);

-- The label of every decision that has one.
CREATE VIEW labels AS
SELECT DISTINCT ON (decision_id)
    decision_id,
    id AS feedback_id,
    created_at,
    verdict,
    verdict = 'correct' AS correct,
    expected_module,
    expected_action,
    corrections
FROM feedback
ORDER BY decision_id, id DESC;
