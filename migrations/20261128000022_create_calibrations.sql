-- Calibrations fitted to labels. Append-only: the newest is in use, the others say what older
-- decisions were made with.
CREATE TABLE calibrations (
    version         integer          GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at      timestamptz      NOT NULL,
    gateway_version text             NOT NULL,
    labels          integer          NOT NULL,
    risk_limit      double precision NOT NULL,
    risk_confidence double precision NOT NULL,
    -- Null where no threshold keeps the limit, so that nothing goes through.
    threshold       double precision,
    fitted          jsonb            NOT NULL
);

ALTER TABLE decisions ADD CONSTRAINT decisions_calibration_known
    FOREIGN KEY (calibration) REFERENCES calibrations (version);
