-- One row for every request under /v1, written after its answer. Never a prompt or a document.
-- Partitioned by month, so that retention drops a table instead of deleting rows.
CREATE TABLE requests (
    id                uuid        NOT NULL,
    received_at       timestamptz NOT NULL,
    method            text        NOT NULL,
    route             text        NOT NULL,
    status            smallint    NOT NULL,
    error_code        text,
    model             text,
    streamed          boolean     NOT NULL DEFAULT false,
    finish_reason     text,
    prompt_tokens     integer,
    completion_tokens integer,
    queue_ms          double precision,
    prefill_ms        double precision,
    decode_ms         double precision,
    duration_ms       double precision NOT NULL,
    decision_id       uuid,
    PRIMARY KEY (received_at, id)
) PARTITION BY RANGE (received_at);

-- Catches rows of a month whose own partition was not made in time.
CREATE TABLE requests_default PARTITION OF requests DEFAULT;

CREATE FUNCTION make_requests_partition(month date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    first_day date := date_trunc('month', month);
    next_month date := first_day + interval '1 month';
    partition text := 'requests_' || to_char(first_day, 'YYYY_MM');
BEGIN
    -- Replicas that start at once would both find it missing.
    PERFORM pg_advisory_xact_lock(hashtext('make_requests_partition'));
    IF to_regclass(partition) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF requests FOR VALUES FROM (%L) TO (%L)',
            -- Months are UTC's, whatever the session's time zone.
            partition, first_day || ' 00:00:00+00', next_month || ' 00:00:00+00'
        );
    END IF;
END
$$;
