-- By what a processed document is found again: hashes of company, sort of paper and party, and of
-- those with its number, however they are printed. Names may be longer than an index takes.
ALTER TABLE decisions
    ADD COLUMN party_hash  bytea,
    ADD COLUMN number_hash bytea;

CREATE INDEX decisions_of_party ON decisions (party_hash, id DESC) WHERE party_hash IS NOT NULL;
CREATE INDEX decisions_of_number ON decisions (number_hash, id DESC) WHERE number_hash IS NOT NULL;

-- Documents that were processed before this are not found by it.
DROP INDEX decisions_company_history;
