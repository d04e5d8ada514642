//! What must hold at any load.

use super::*;
use crate::chat::Caller;

/// Twenty requests at once, each with its own `const` or its own text, many times over.
async fn rounds(count: u32, slots: usize) {
    let engine = ScriptedEngine::new(|prompt| {
        let said = prompt.split("user\n").last().unwrap_or_default();
        said.split("<|im_end|>")
            .next()
            .unwrap_or_default()
            .to_owned()
    });
    // So sure of itself that chance changes nothing in all the rounds.
    let engine = engine
        .unwrap()
        .with_confidence(80.0)
        .with_slots(NonZeroUsize::new(slots).unwrap());
    let model = engine.into_model("scripted").unwrap();
    for round in 0..count {
        let answers = join_all((0..20_u64).map(|number| {
            let model = &model;
            async move {
                let said = format!("{round}-{number}");
                let (asked, wanted) = if number % 4 == 0 {
                    (request(&said), said)
                } else {
                    let own = json!(number);
                    (with_schema(json!({"const": own})), own.to_string())
                };
                let asked = ChatRequest {
                    caller: Caller(number % 5),
                    ..asked
                };
                (complete(model, asked).await, wanted)
            }
        }))
        .await;
        for (answer, wanted) in answers {
            assert_eq!(answer.reason, FinishReason::Stop);
            assert_eq!(answer.text, wanted);
        }
    }
    assert_eq!(model.waiting(), 0);
    eventually("free slots", || model.free_slots() == slots).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_rounds_of_twenty_do_not_mix_on_one_slot() {
    rounds(1_000, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_rounds_of_twenty_do_not_mix_on_four_slots() {
    rounds(1_000, 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_gives_the_same_bytes_at_any_load() {
    let engine = ScriptedEngine::new(|_| "abcdefgh ".repeat(6))
        .unwrap()
        .with_confidence(3.0)
        .with_slots(NonZeroUsize::new(4).unwrap());
    let model = engine.into_model("scripted").unwrap();
    let seeded = |seed: u64| ChatRequest {
        sampling: Sampling {
            seed: Some(seed),
            temperature: Some(1.5),
            frequency_penalty: Some(0.5),
            ..Sampling::default()
        },
        max_tokens: Some(50),
        caller: Caller(seed % 3),
        ..request("x")
    };
    let mut alone = Vec::new();
    for seed in 0..20 {
        alone.push(complete(&model, seeded(seed)).await.text);
    }
    let different: std::collections::BTreeSet<_> = alone.iter().collect();
    assert_eq!(different.len(), 20);
    for _ in 0..3 {
        let together = join_all((0..20).map(|seed| complete(&model, seeded(seed)))).await;
        let together: Vec<_> = together.into_iter().map(|answer| answer.text).collect();
        assert_eq!(together, alone);
    }
}

/// Nobody reads, and the next request runs; what is kept for the reader is no more than
/// `max_tokens` brought about.
#[tokio::test]
async fn a_slow_reader_holds_up_nobody_and_its_events_are_bounded_by_max_tokens() {
    let model = model("0123456789".repeat(30).leak());
    let asked = ChatRequest {
        max_tokens: Some(200),
        ..request("x")
    };
    let unread = model.generate(asked.clone()).await.unwrap();
    for _ in 0..3 {
        assert_eq!(complete(&model, asked.clone()).await.text.len(), 200);
    }
    eventually("a free slot", || model.free_slots() == 1).await;
    let events: Vec<_> = unread.collect().await;
    // One of each token, and the end.
    assert_eq!(events.len(), 201);
    assert!(matches!(
        events.last(),
        Some(Ok(GenerationEvent::Finished { .. }))
    ));
}

#[tokio::test]
async fn a_hundred_abandoned_answers_leave_nothing_behind() {
    let model = slow_echo().into_model_with_queue("scripted", 128).unwrap();
    let long = "long ".repeat(400);
    let mut first = model.generate(request(&long)).await.unwrap();
    first.next().await.unwrap().unwrap();
    let waiting = join_all((0..100).map(|_| model.generate(request(&long)))).await;
    assert_eq!(model.waiting(), 100);
    drop(waiting);
    eventually("an empty queue", || model.waiting() == 0).await;
    assert_eq!(model.free_slots(), 0, "the first one runs on");
    drop(first);
    assert_eq!(complete(&model, request("next")).await.text, "next");
    eventually("a free slot", || model.free_slots() == 1).await;
}

#[tokio::test]
async fn a_caller_with_many_requests_holds_up_another_by_one_turn() {
    let model = slow_echo().into_model_with_queue("scripted", 16).unwrap();
    let from = |caller: u64, says: &str| ChatRequest {
        caller: Caller(caller),
        ..request(says)
    };
    let order = std::sync::Mutex::new(Vec::new());
    let mut answers = Vec::new();
    for number in 0..6 {
        answers.push((
            1,
            model
                .generate(from(1, &format!("one {number}")))
                .await
                .unwrap(),
        ));
    }
    answers.push((2, model.generate(from(2, "two")).await.unwrap()));
    join_all(answers.into_iter().map(|(caller, generation)| {
        let order = &order;
        async move {
            generation.complete().await.unwrap();
            order.lock().unwrap().push(caller);
        }
    }))
    .await;
    // The first was running, the second had its turn already.
    assert_eq!(order.into_inner().unwrap(), [1, 1, 2, 1, 1, 1, 1]);
}

#[tokio::test]
async fn a_prompt_over_the_models_cap_is_refused_with_the_numbers() {
    let model = LocalModel::new(LocalModelParts {
        id: "capped".to_owned(),
        created: 0,
        owned_by: "nobody".to_owned(),
        fingerprint: String::new(),
        engine: slow_echo(),
        tokenizer: ModelTokenizer::byte_level().unwrap(),
        template: ChatTemplate::chatml().unwrap(),
        default_sampling: Sampling::default(),
        default_max_tokens: None,
        max_prompt_tokens: Some(40),
        queue_limit: 1,
        watchdog: Watchdog::default(),
        seeds: Box::new(|| 0),
    })
    .unwrap();
    // The template takes 19 tokens.
    assert_eq!(
        complete(&model, request(&"x".repeat(21)))
            .await
            .usage
            .prompt_tokens,
        40
    );
    let refused = ModelError::PromptTooLong {
        prompt_tokens: 41,
        max_prompt_tokens: 40,
        context_tokens: 4_096,
    };
    let outcome = model.generate(request(&"x".repeat(22))).await;
    assert_eq!(outcome.unwrap_err(), refused);
    let message = refused.to_string();
    assert!(
        message.contains("41") && message.contains("40") && message.contains("4096"),
        "{message}"
    );
}
