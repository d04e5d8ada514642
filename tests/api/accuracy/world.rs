//! Decisions and feedback as rows, made up by arithmetic.

use sqlx::PgPool;

/// 2,000 decisions from March to June 2025 and what people said of most of them, some twice.
pub(super) async fn fill(rows: &PgPool) {
    sqlx::raw_sql(
        "INSERT INTO calibrations (created_at, gateway_version, labels, risk_limit,
             risk_confidence, fitted)
         VALUES ('2025-03-01', '0.1.0', 0, 0.005, 0.95, '{}');

         INSERT INTO decisions (id, created_at, operation, schema_version, gateway_version,
             company_name, company_country, model, document_sha256, module, action, direction,
             currency, gross, confidence, valid, auto, request, reply, duration_ms, kind, score,
             stratum, let_through, calibration)
         SELECT ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid,
             timestamptz '2025-03-01 00:00:07+00' + i * interval '1 hour 28 minutes',
             CASE WHEN i % 4 = 0 THEN 'determine' ELSE 'process' END, '1',
             CASE WHEN i < 900 THEN '0.1.0' ELSE '0.2.0' END,
             (ARRAY['Ash & Co', 'Birch', 'Cedar'])[1 + i % 3],
             (ARRAY['DE', 'FR', 'DE'])[1 + i % 3],
             (ARRAY[NULL, 'small', 'large'])[1 + (i / 5) % 3], decode(repeat('00', 32), 'hex'),
             (ARRAY['AP', 'AR', 'EXPENSES', 'BANKING'])[1 + (i * 7 / 3 + i / 1000) % 4],
             (ARRAY['create_bill', 'create_invoice', 'create_expense', 'record_bank_fee'])
                 [1 + (i * 7 / 3 + i / 1000) % 4],
             'neutral', (ARRAY['EUR', 'USD', NULL])[1 + i % 7 % 3],
             (i % 13 - 2) * 10.01, (i * 37 % 101) / 100.0, true,
             CASE WHEN i % 4 <> 0 THEN i % 3 <> 0 END, '{}', '{}', 1 + i * i % 9973 / 7.0,
             (ARRAY['invoice', 'receipt', NULL])[1 + i % 5 % 3], (i * 37 % 101) / 100.0, 's',
             i % 4 <> 0 AND i % 3 <> 0, CASE WHEN i % 2 = 0 THEN 1 END
         FROM generate_series(1, 2000) AS i;

         INSERT INTO feedback (id, created_at, decision_id, verdict, corrections,
             expected_module, expected_action, reviewer, request_sha256)
         SELECT ('00000000-0000-7000-9000-' || lpad((round * 10000 + i)::text, 12, '0'))::uuid,
             '2025-07-01', ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid,
             (ARRAY['correct', 'correct', 'correct', 'corrected', 'rejected', 'correct'])
                 [1 + (i * 11 + round + i / 1500 * i % 3) % 6],
             '[]', 'AP',
             CASE WHEN (i * 11 + round + i / 1500 * i % 3) % 6 <> 4 THEN
                 (ARRAY['create_bill', 'create_invoice', 'create_expense', 'record_bank_fee'])
                     [1 + (i * 7 / 3 + i / 1000 + CASE WHEN i % 8 = 0 THEN 1 ELSE 0 END) % 4]
             END,
             'somebody', decode(repeat('00', 32), 'hex')
         FROM generate_series(0, 2) AS round, generate_series(1, 2000) AS i
         WHERE CASE round WHEN 0 THEN i % 5 <> 0 WHEN 1 THEN i % 7 = 0 ELSE i % 21 = 0 END;",
    )
    .execute(rows)
    .await
    .unwrap();
}

/// Adds the waiting counts up, as the gateway does now and then.
pub(super) async fn merge(rows: &PgPool) {
    let waiting = "SELECT count(*) FROM accuracy_counts WHERE NOT merged";
    let before: i64 = sqlx::query_scalar(waiting).fetch_one(rows).await.unwrap();
    assert!(before > 0);
    // In steps, each smaller than what waits.
    let mut steps = 0;
    while sqlx::query_scalar::<_, bool>("SELECT merge_accuracy_counts($1)")
        .bind(i32::try_from(before / 3).unwrap())
        .fetch_one(rows)
        .await
        .unwrap()
    {
        steps += 1;
    }
    assert!(steps > 0);
    let after: i64 = sqlx::query_scalar(waiting).fetch_one(rows).await.unwrap();
    assert_eq!(after, 0);
}
