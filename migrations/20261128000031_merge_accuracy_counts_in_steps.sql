-- Counts are added up in steps, and reports find the days that they ask for by an index.

DROP FUNCTION merge_accuracy_counts();

-- Adds up rows that wait, of each table at most so many, so that a step is short however many wait.
-- Any number of gateways may call it; one at a time does it. Returns whether
-- more wait.
CREATE FUNCTION merge_accuracy_counts(most integer) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('merge_accuracy_counts')) THEN
        RETURN false;
    END IF;

    WITH chosen AS (
        SELECT ctid FROM accuracy_counts WHERE NOT merged ORDER BY day LIMIT most
    ), waiting AS (
        DELETE FROM accuracy_counts WHERE ctid IN (SELECT ctid FROM chosen) RETURNING *
    )
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

    WITH chosen AS (
        SELECT ctid FROM accuracy_confusion WHERE NOT merged ORDER BY day LIMIT most
    ), waiting AS (
        DELETE FROM accuracy_confusion WHERE ctid IN (SELECT ctid FROM chosen) RETURNING *
    )
    INSERT INTO accuracy_confusion AS kept (day, predicted, expected, n, merged)
    SELECT day, predicted, expected, sum(n), true FROM waiting GROUP BY day, predicted, expected
    ON CONFLICT (day, predicted, expected) WHERE merged DO UPDATE SET n = kept.n + excluded.n;

    WITH chosen AS (
        SELECT ctid FROM accuracy_confidences WHERE NOT merged ORDER BY day LIMIT most
    ), waiting AS (
        DELETE FROM accuracy_confidences WHERE ctid IN (SELECT ctid FROM chosen) RETURNING *
    )
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

    WITH chosen AS (
        SELECT ctid FROM accuracy_durations WHERE NOT merged ORDER BY day LIMIT most
    ), waiting AS (
        DELETE FROM accuracy_durations WHERE ctid IN (SELECT ctid FROM chosen) RETURNING *
    )
    INSERT INTO accuracy_durations AS kept (day, model, bucket, n, merged)
    SELECT day, model, bucket, sum(n), true FROM waiting GROUP BY day, model, bucket
    ON CONFLICT (day, model, bucket) WHERE merged DO UPDATE SET n = kept.n + excluded.n;

    RETURN EXISTS (SELECT FROM accuracy_counts WHERE NOT merged)
        OR EXISTS (SELECT FROM accuracy_confusion WHERE NOT merged)
        OR EXISTS (SELECT FROM accuracy_confidences WHERE NOT merged)
        OR EXISTS (SELECT FROM accuracy_durations WHERE NOT merged);
END
$$;

-- Each half of a table has an index of its own, so a query that names neither would read all days.
CREATE VIEW all_accuracy_counts AS
    SELECT * FROM accuracy_counts WHERE merged UNION ALL SELECT * FROM accuracy_counts WHERE NOT merged;
CREATE VIEW all_accuracy_confusion AS
    SELECT * FROM accuracy_confusion WHERE merged UNION ALL SELECT * FROM accuracy_confusion WHERE NOT merged;
CREATE VIEW all_accuracy_confidences AS
    SELECT * FROM accuracy_confidences WHERE merged UNION ALL SELECT * FROM accuracy_confidences WHERE NOT merged;
CREATE VIEW all_accuracy_durations AS
    SELECT * FROM accuracy_durations WHERE merged UNION ALL SELECT * FROM accuracy_durations WHERE NOT merged;
