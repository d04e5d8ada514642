-- Reconciliations and statements are kept like every other answer. Both may come without a
-- company: open items and bank lines say enough to be matched and read. Every other operation
-- still has one.
ALTER TABLE decisions
    DROP CONSTRAINT decisions_operation_known,
    ADD CONSTRAINT decisions_operation_known CHECK (
        operation IN ('determine', 'process', 'validate', 'reconcile', 'statement')
    ),
    ALTER COLUMN company_name DROP NOT NULL,
    ALTER COLUMN company_country DROP NOT NULL,
    ADD CONSTRAINT decisions_company_whole CHECK (
        (company_name IS NULL) = (company_country IS NULL)
    ),
    ADD CONSTRAINT decisions_company_known CHECK (
        company_name IS NOT NULL OR operation IN ('reconcile', 'statement')
    );
