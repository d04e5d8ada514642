-- Who asked, what exactly answered, and hashes that tell equal prompts and schemas apart from
-- others without keeping them.
ALTER TABLE requests
    ADD COLUMN caller        text,
    ADD COLUMN model_version text,
    ADD COLUMN prompt_sha256 bytea CONSTRAINT requests_prompt_sha256_length
                             CHECK (octet_length(prompt_sha256) = 32),
    ADD COLUMN schema_sha256 bytea CONSTRAINT requests_schema_sha256_length
                             CHECK (octet_length(schema_sha256) = 32),
    ADD COLUMN grammar_ms    double precision;

-- What was sent and answered, where the policy keeps it; a table of its own, so that questions to
-- the log do not read bodies, and so that bodies can have fewer readers.
CREATE TABLE request_bodies (
    request_id  uuid        NOT NULL,
    received_at timestamptz NOT NULL,
    policy      text        NOT NULL CONSTRAINT request_bodies_policy_known
                            CHECK (policy IN ('full', 'redacted')),
    request     text,
    reply       text,
    PRIMARY KEY (received_at, request_id)
) PARTITION BY RANGE (received_at);

CREATE TABLE request_bodies_default PARTITION OF request_bodies DEFAULT;

-- The month's partitions of both tables. Months are UTC's, whatever the session's time zone.
CREATE FUNCTION make_log_partitions(month date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    first_day date := date_trunc('month', month);
    next_month date := first_day + interval '1 month';
    parent text;
    partition text;
BEGIN
    -- Replicas that start at once would both find it missing. The lock of the older function, so
    -- that versions can run side by side.
    PERFORM pg_advisory_xact_lock(hashtext('make_requests_partition'));
    FOREACH parent IN ARRAY ARRAY['requests', 'request_bodies'] LOOP
        partition := parent || '_' || to_char(first_day, 'YYYY_MM');
        IF to_regclass(partition) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                partition, parent, first_day || ' 00:00:00+00', next_month || ' 00:00:00+00'
            );
        END IF;
    END LOOP;
END
$$;

-- Drops the partitions of months before the month of `oldest_kept`; gives their names.
CREATE FUNCTION drop_log_partitions(oldest_kept date) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
    first_day timestamptz := date_trunc('month', oldest_kept)::date || ' 00:00:00+00';
    partition text;
    is_in_use boolean;
    has_newer boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('make_requests_partition'));
    FOR partition IN
        SELECT child.relname
        FROM pg_inherits JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid
        WHERE pg_inherits.inhparent IN ('requests'::regclass, 'request_bodies'::regclass)
            AND child.relname ~ '^(requests|request_bodies)_[0-9]{4}_[0-9]{2}$'
            AND to_date(right(child.relname, 7), 'YYYY_MM') < date_trunc('month', oldest_kept)
        ORDER BY child.relname
    LOOP
        EXECUTE format('DROP TABLE %I', partition);
        RETURN NEXT partition;
    END LOOP;
    -- Rows that had no partition go when all of them are old.
    FOREACH partition IN ARRAY ARRAY['requests_default', 'request_bodies_default'] LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', partition) INTO is_in_use;
        IF is_in_use THEN
            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', partition);
            EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE received_at >= $1)', partition)
                INTO has_newer USING first_day;
            IF NOT has_newer THEN
                EXECUTE format('TRUNCATE %I', partition);
                RETURN NEXT partition;
            END IF;
        END IF;
    END LOOP;
END
$$;
