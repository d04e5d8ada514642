-- Earlier documents of a company with one party, newest first: what a new one is held against.
CREATE INDEX decisions_company_history ON decisions (company_name, counterparty, id DESC)
    WHERE operation = 'process';
