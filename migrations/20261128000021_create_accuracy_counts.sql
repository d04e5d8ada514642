-- What the accuracy report counts by, and the counts themselves.

-- What a decision is counted by. `score` is the confidence before calibration, `stratum` what it is
-- calibrated by, `let_through` what the rules alone said of `auto`, `calibration` the version that
-- `confidence` was fitted with, if any.
ALTER TABLE decisions
    ADD COLUMN kind        text,
    ADD COLUMN score       double precision,
    ADD COLUMN stratum     text,
    ADD COLUMN let_through boolean,
    ADD COLUMN calibration integer;

UPDATE decisions
SET kind = reply ->> 'document_type', score = confidence, let_through = auto;

-- Each combination of what decisions are told apart by, once; the empty text is "none".
CREATE TABLE accuracy_strata (
    id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    module   text NOT NULL,
    action   text NOT NULL,
    model    text NOT NULL,
    version  text NOT NULL,
    company  text NOT NULL,
    country  text NOT NULL,
    kind     text NOT NULL,
    currency text NOT NULL,
    CONSTRAINT accuracy_strata_unique
        UNIQUE (company, action, kind, model, version, currency, module, country)
);

-- The counts. Every change of a count is a row of its own with `merged` false, so that writers
-- wait for nobody and cannot deadlock; `merge_accuracy_counts` adds them up. What counts is the sum
-- of all rows of a key, merged or not. Rows of a replaced label are negative.
CREATE TABLE accuracy_counts (
    day               date    NOT NULL,
    stratum           integer NOT NULL REFERENCES accuracy_strata (id),
    decisions         integer NOT NULL DEFAULT 0,
    gated             integer NOT NULL DEFAULT 0,
    auto              integer NOT NULL DEFAULT 0,
    labelled          integer NOT NULL DEFAULT 0,
    correct           integer NOT NULL DEFAULT 0,
    auto_labelled     integer NOT NULL DEFAULT 0,
    auto_wrong        integer NOT NULL DEFAULT 0,
    reviewed_labelled integer NOT NULL DEFAULT 0,
    reviewed_wrong    integer NOT NULL DEFAULT 0,
    -- Null where nothing is labelled.
    amount            numeric,
    wrong_amount      numeric,
    merged            boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX accuracy_counts_merged ON accuracy_counts (day, stratum) WHERE merged;
CREATE INDEX accuracy_counts_waiting ON accuracy_counts (day) WHERE NOT merged;

CREATE TABLE accuracy_confusion (
    day       date    NOT NULL,
    predicted text    NOT NULL,
    expected  text    NOT NULL,
    n         integer NOT NULL,
    merged    boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX accuracy_confusion_merged
    ON accuracy_confusion (day, predicted, expected) WHERE merged;
CREATE INDEX accuracy_confusion_waiting ON accuracy_confusion (day) WHERE NOT merged;

CREATE TABLE accuracy_confidences (
    day           date             NOT NULL,
    calibrated    boolean          NOT NULL,
    let_through   boolean          NOT NULL,
    -- Hundredths of the confidence, 0 to 99.
    bin           smallint         NOT NULL,
    n             integer          NOT NULL,
    correct       integer          NOT NULL,
    confidence    double precision NOT NULL,
    squared_error double precision NOT NULL,
    merged        boolean          NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX accuracy_confidences_merged
    ON accuracy_confidences (day, calibrated, let_through, bin) WHERE merged;
CREATE INDEX accuracy_confidences_waiting ON accuracy_confidences (day) WHERE NOT merged;

CREATE TABLE accuracy_durations (
    day    date     NOT NULL,
    -- The empty text is "none".
    model  text     NOT NULL,
    -- The duration is at most 1.05 to the power of this, in milliseconds.
    bucket smallint NOT NULL,
    n      integer  NOT NULL,
    merged boolean  NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX accuracy_durations_merged
    ON accuracy_durations (day, model, bucket) WHERE merged;
CREATE INDEX accuracy_durations_waiting ON accuracy_durations (day) WHERE NOT merged;

-- Counts the new decisions of one statement, however they come in: one at a time or by COPY.
CREATE FUNCTION count_new_decisions() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accuracy_strata
        (module, action, model, version, company, country, kind, currency)
    SELECT * FROM (
        SELECT DISTINCT coalesce(module, '') AS module, action, coalesce(model, '') AS model,
            gateway_version AS version, company_name AS company, company_country AS country,
            coalesce(kind, '') AS kind, coalesce(currency, '') AS currency
        FROM new_decisions WHERE action IS NOT NULL
    ) AS met
    WHERE NOT EXISTS (
        SELECT FROM accuracy_strata AS known
        WHERE known.company = met.company AND known.action = met.action
            AND known.kind = met.kind AND known.model = met.model
            AND known.version = met.version AND known.currency = met.currency
            AND known.module = met.module AND known.country = met.country
    )
    -- In one order, so that two that find the same ones missing do not deadlock.
    ORDER BY company, action, kind, model, version, currency, module, country
    ON CONFLICT DO NOTHING;

    INSERT INTO accuracy_counts (day, stratum, decisions, gated, auto)
    SELECT (made.created_at AT TIME ZONE 'UTC')::date, strata.id, count(*), count(made.auto),
        count(*) FILTER (WHERE made.auto)
    FROM new_decisions AS made
    JOIN accuracy_strata AS strata
        ON strata.module = coalesce(made.module, '')
        AND strata.action = made.action
        AND strata.model = coalesce(made.model, '')
        AND strata.version = made.gateway_version
        AND strata.company = made.company_name
        AND strata.country = made.company_country
        AND strata.kind = coalesce(made.kind, '')
        AND strata.currency = coalesce(made.currency, '')
    GROUP BY 1, 2;

    INSERT INTO accuracy_durations (day, model, bucket, n)
    SELECT (created_at AT TIME ZONE 'UTC')::date, coalesce(model, ''),
        ceil(ln(greatest(duration_ms, 0.001)) / ln(1.05::double precision)), count(*)
    FROM new_decisions WHERE action IS NOT NULL
    GROUP BY 1, 2, 3;
    RETURN NULL;
END
$$;

CREATE TRIGGER decisions_are_counted AFTER INSERT ON decisions
REFERENCING NEW TABLE AS new_decisions
FOR EACH STATEMENT EXECUTE FUNCTION count_new_decisions();

-- Adds a label to the counts (`times` 1), or takes it out of them again (`times` -1).
CREATE FUNCTION count_label(labelled decisions, label feedback, times integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    on_day date := (labelled.created_at AT TIME ZONE 'UTC')::date;
    correct boolean := label.verdict = 'correct';
    wrong integer := CASE WHEN label.verdict = 'correct' THEN 0 ELSE times END;
    amount numeric := times * abs(coalesce(labelled.gross, 0));
BEGIN
    INSERT INTO accuracy_counts (day, stratum, labelled, correct, auto_labelled, auto_wrong,
        reviewed_labelled, reviewed_wrong, amount, wrong_amount)
    SELECT on_day, strata.id, times, times - wrong,
        CASE WHEN labelled.auto THEN times ELSE 0 END,
        CASE WHEN labelled.auto THEN wrong ELSE 0 END,
        CASE WHEN NOT labelled.auto THEN times ELSE 0 END,
        CASE WHEN NOT labelled.auto THEN wrong ELSE 0 END,
        amount, CASE WHEN correct THEN 0 ELSE amount END
    FROM accuracy_strata AS strata
    WHERE strata.module = coalesce(labelled.module, '')
        AND strata.action = labelled.action
        AND strata.model = coalesce(labelled.model, '')
        AND strata.version = labelled.gateway_version
        AND strata.company = labelled.company_name
        AND strata.country = labelled.company_country
        AND strata.kind = coalesce(labelled.kind, '')
        AND strata.currency = coalesce(labelled.currency, '');

    INSERT INTO accuracy_confusion (day, predicted, expected, n)
    VALUES (on_day, labelled.action, coalesce(label.expected_action, 'unknown'), times);

    IF labelled.confidence IS NOT NULL THEN
        INSERT INTO accuracy_confidences
            (day, calibrated, let_through, bin, n, correct, confidence, squared_error)
        VALUES (on_day, labelled.calibration IS NOT NULL, coalesce(labelled.let_through, false),
            least(floor(labelled.confidence * 100), 99), times, times - wrong,
            times * labelled.confidence,
            times * (labelled.confidence - CASE WHEN correct THEN 1 ELSE 0 END) ^ 2);
    END IF;
END
$$;

-- Which feedback of a decision is in the counts at present.
CREATE TABLE counted_labels (
    decision_id uuid PRIMARY KEY REFERENCES decisions (id),
    feedback_id uuid NOT NULL REFERENCES feedback (id)
);

-- The newest feedback of a decision is its label: it is counted, and the one before no longer.
-- In whatever order, and however many at once, feedback comes in.
CREATE FUNCTION count_new_label() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    labelled decisions;
    newest feedback;
    counted feedback;
BEGIN
    -- Two that speak of one decision at once are counted one after the other: the statements after
    -- this one see what the other has written.
    SELECT * INTO labelled FROM decisions WHERE id = NEW.decision_id FOR NO KEY UPDATE;
    IF labelled.action IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT * INTO newest FROM feedback
    WHERE decision_id = NEW.decision_id ORDER BY id DESC LIMIT 1;
    SELECT feedback.* INTO counted FROM counted_labels
    JOIN feedback ON feedback.id = counted_labels.feedback_id
    WHERE counted_labels.decision_id = NEW.decision_id;
    IF counted.id = newest.id THEN
        RETURN NULL;
    END IF;
    IF counted.id IS NOT NULL THEN
        PERFORM count_label(labelled, counted, -1);
    END IF;
    PERFORM count_label(labelled, newest, 1);
    INSERT INTO counted_labels (decision_id, feedback_id) VALUES (NEW.decision_id, newest.id)
    ON CONFLICT (decision_id) DO UPDATE SET feedback_id = excluded.feedback_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER feedback_is_counted AFTER INSERT ON feedback
FOR EACH ROW EXECUTE FUNCTION count_new_label();

-- Adds up the rows that wait. Any number of gateways may call it; one at a time does it.
CREATE FUNCTION merge_accuracy_counts() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('merge_accuracy_counts')) THEN
        RETURN;
    END IF;

    WITH waiting AS (DELETE FROM accuracy_counts WHERE NOT merged RETURNING *)
    INSERT INTO accuracy_counts AS kept (day, stratum, decisions, gated, auto, labelled, correct,
        auto_labelled, auto_wrong, reviewed_labelled, reviewed_wrong, amount, wrong_amount, merged)
    SELECT day, stratum, sum(decisions), sum(gated), sum(auto), sum(labelled), sum(correct),
        sum(auto_labelled), sum(auto_wrong), sum(reviewed_labelled), sum(reviewed_wrong),
        sum(amount), sum(wrong_amount), true
    FROM waiting GROUP BY day, stratum
    ON CONFLICT (day, stratum) WHERE merged DO UPDATE SET
        decisions = kept.decisions + excluded.decisions,
        gated = kept.gated + excluded.gated,
        auto = kept.auto + excluded.auto,
        labelled = kept.labelled + excluded.labelled,
        correct = kept.correct + excluded.correct,
        auto_labelled = kept.auto_labelled + excluded.auto_labelled,
        auto_wrong = kept.auto_wrong + excluded.auto_wrong,
        reviewed_labelled = kept.reviewed_labelled + excluded.reviewed_labelled,
        reviewed_wrong = kept.reviewed_wrong + excluded.reviewed_wrong,
        amount = coalesce(kept.amount + excluded.amount, kept.amount, excluded.amount),
        wrong_amount =
            coalesce(kept.wrong_amount + excluded.wrong_amount, kept.wrong_amount,
                excluded.wrong_amount);

    WITH waiting AS (DELETE FROM accuracy_confusion WHERE NOT merged RETURNING *)
    INSERT INTO accuracy_confusion AS kept (day, predicted, expected, n, merged)
    SELECT day, predicted, expected, sum(n), true FROM waiting GROUP BY day, predicted, expected
    ON CONFLICT (day, predicted, expected) WHERE merged DO UPDATE SET n = kept.n + excluded.n;

    WITH waiting AS (DELETE FROM accuracy_confidences WHERE NOT merged RETURNING *)
    INSERT INTO accuracy_confidences AS kept (day, calibrated, let_through, bin, n, correct,
        confidence, squared_error, merged)
    SELECT day, calibrated, let_through, bin, sum(n), sum(correct), sum(confidence),
        sum(squared_error), true
    FROM waiting GROUP BY day, calibrated, let_through, bin
    ON CONFLICT (day, calibrated, let_through, bin) WHERE merged DO UPDATE SET
        n = kept.n + excluded.n,
        correct = kept.correct + excluded.correct,
        confidence = kept.confidence + excluded.confidence,
        squared_error = kept.squared_error + excluded.squared_error;

    WITH waiting AS (DELETE FROM accuracy_durations WHERE NOT merged RETURNING *)
    INSERT INTO accuracy_durations AS kept (day, model, bucket, n, merged)
    SELECT day, model, bucket, sum(n), true FROM waiting GROUP BY day, model, bucket
    ON CONFLICT (day, model, bucket) WHERE merged DO UPDATE SET n = kept.n + excluded.n;
END
$$;

-- What is there already.
INSERT INTO accuracy_strata (module, action, model, version, company, country, kind, currency)
SELECT DISTINCT coalesce(module, ''), action, coalesce(model, ''), gateway_version, company_name,
    company_country, coalesce(kind, ''), coalesce(currency, '')
FROM decisions WHERE action IS NOT NULL;

INSERT INTO accuracy_counts (day, stratum, decisions, gated, auto)
SELECT (made.created_at AT TIME ZONE 'UTC')::date, strata.id, count(*), count(made.auto),
    count(*) FILTER (WHERE made.auto)
FROM decisions AS made
JOIN accuracy_strata AS strata
    ON strata.module = coalesce(made.module, '')
    AND strata.action = made.action
    AND strata.model = coalesce(made.model, '')
    AND strata.version = made.gateway_version
    AND strata.company = made.company_name
    AND strata.country = made.company_country
    AND strata.kind = coalesce(made.kind, '')
    AND strata.currency = coalesce(made.currency, '')
GROUP BY 1, 2;

INSERT INTO accuracy_durations (day, model, bucket, n)
SELECT (created_at AT TIME ZONE 'UTC')::date, coalesce(model, ''),
    ceil(ln(greatest(duration_ms, 0.001)) / ln(1.05::double precision)), count(*)
FROM decisions WHERE action IS NOT NULL
GROUP BY 1, 2, 3;

INSERT INTO counted_labels (decision_id, feedback_id)
SELECT labels.decision_id, labels.feedback_id
FROM labels JOIN decisions ON decisions.id = labels.decision_id
WHERE decisions.action IS NOT NULL;

SELECT count_label(labelled, label, 1)
FROM feedback AS label
JOIN labels ON labels.feedback_id = label.id
JOIN decisions AS labelled ON labelled.id = label.decision_id
WHERE labelled.action IS NOT NULL;
