-- One row for every answer of an accounting endpoint, written before the answer is sent.
-- Append-only: nothing here is updated or deleted by the gateway.
CREATE TABLE decisions (
    id               uuid        PRIMARY KEY,
    created_at       timestamptz NOT NULL,
    operation        text        NOT NULL CONSTRAINT decisions_operation_known
                                 CHECK (operation IN ('determine', 'process', 'validate')),
    schema_version   text        NOT NULL,
    gateway_version  text        NOT NULL,
    company_name     text        NOT NULL,
    company_country  text        NOT NULL,
    model            text,
    document_sha256  bytea       NOT NULL CONSTRAINT decisions_sha256_length
                                 CHECK (octet_length(document_sha256) = 32),
    module           text,
    action           text,
    direction        text,
    counterparty     text,
    document_number  text,
    issue_date       date,
    currency         char(3),
    gross            numeric,
    confidence       double precision,
    valid            boolean,
    auto             boolean,
    -- json, not jsonb: kept to the letter as received and sent.
    request          json        NOT NULL,
    reply            json        NOT NULL,
    duration_ms      double precision NOT NULL
);

CREATE INDEX decisions_created_at ON decisions (created_at);
CREATE INDEX decisions_module_action ON decisions (module, action);

-- The checks of a decision, in the order of the reply.
CREATE TABLE decision_checks (
    decision_id uuid     NOT NULL REFERENCES decisions (id),
    position    integer  NOT NULL,
    code        text     NOT NULL,
    severity    text     NOT NULL CONSTRAINT decision_checks_severity_known
                         CHECK (severity IN ('error', 'review', 'warning')),
    path        text     NOT NULL,
    message     text     NOT NULL,
    PRIMARY KEY (decision_id, position)
);

CREATE INDEX decision_checks_code ON decision_checks (code);

-- What a model chose within a decision, with the probabilities of every option.
CREATE TABLE decision_choices (
    decision_id   uuid    NOT NULL REFERENCES decisions (id),
    position      integer NOT NULL,
    question      text    NOT NULL,
    chosen        text    NOT NULL,
    model         text    NOT NULL,
    options       jsonb   NOT NULL,
    probabilities jsonb   NOT NULL,
    PRIMARY KEY (decision_id, position)
);

-- A repeated request with the same key gets the first answer again.
CREATE TABLE idempotency_keys (
    operation      text  NOT NULL,
    key            text  NOT NULL CONSTRAINT idempotency_keys_length
                         CHECK (octet_length(key) BETWEEN 1 AND 255),
    request_sha256 bytea NOT NULL,
    decision_id    uuid  NOT NULL REFERENCES decisions (id),
    CONSTRAINT idempotency_keys_unique PRIMARY KEY (operation, key)
);
