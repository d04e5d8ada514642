//! Many requests at once, and what goes wrong around them.

use super::*;

#[tokio::test]
async fn twenty_at_once_do_not_mix() {
    let engine = slow_echo().with_slots(NonZeroUsize::new(4).unwrap());
    let model = engine.into_model("scripted").unwrap();
    let answers = join_all((0..20).map(|number| {
        let wanted = json!({"id": number, "text": format!("answer {number}")});
        let model = &model;
        async move {
            (
                complete(model, with_schema(json!({"const": wanted}))).await,
                wanted,
            )
        }
    }))
    .await;
    for (answer, wanted) in answers {
        assert_eq!(answer.reason, FinishReason::Stop);
        assert_eq!(answer.text, wanted.to_string());
    }
    assert!(
        (2..=4).contains(&model.supervisor.engine().inner().most_running()),
        "{}",
        model.supervisor.engine().inner().most_running()
    );
}

#[tokio::test]
async fn a_dropped_generation_frees_its_slot() {
    let model = slow_echo().into_model("scripted").unwrap();
    let mut generation = model.generate(request(&"long ".repeat(400))).await.unwrap();
    generation.next().await.unwrap().unwrap();
    assert_eq!(model.free_slots(), 0);
    drop(generation);
    eventually("a free slot", || model.free_slots() == 1).await;
}

#[tokio::test]
async fn a_busy_model_is_ready_without_waiting_for_its_turn() {
    let model = slow_echo().into_model("scripted").unwrap();
    let mut running = model.generate(request(&"long ".repeat(400))).await.unwrap();
    running.next().await.unwrap().unwrap();
    assert_eq!(model.free_slots(), 0);
    model.probe().await.unwrap();
    assert_eq!((model.free_slots(), model.waiting()), (0, 0));
}

#[tokio::test]
async fn a_dropped_place_leaves_the_queue() {
    let model = slow_echo().into_model("scripted").unwrap();
    let running = model.generate(request(&"long ".repeat(400))).await.unwrap();
    let waiting = model.generate(request("short")).await.unwrap();
    assert_eq!(model.waiting(), 1);
    drop(waiting);
    eventually("an empty queue", || model.waiting() == 0).await;
    drop(running);
}

#[tokio::test]
async fn a_full_queue_refuses_and_the_queue_is_first_come_first_served() {
    let model = slow_echo().into_model_with_queue("scripted", 2).unwrap();
    let first = model.generate(request("first answer")).await.unwrap();
    let second = model.generate(request("second")).await.unwrap();
    tokio::task::yield_now().await;
    let third = model.generate(request("third")).await.unwrap();
    match model.generate(request("fourth")).await {
        Err(ModelError::QueueFull {
            retry_after_seconds,
        }) => assert!(retry_after_seconds >= 1),
        other => panic!("{other:?}"),
    }
    let order = std::sync::Mutex::new(Vec::new());
    join_all(
        [("third", third), ("second", second), ("first", first)].map(|(name, generation)| {
            let order = &order;
            async move {
                generation.complete().await.unwrap();
                order.lock().unwrap().push(name);
            }
        }),
    )
    .await;
    assert_eq!(order.into_inner().unwrap(), ["first", "second", "third"]);
}

#[tokio::test]
async fn the_deadline_holds_while_waiting_and_while_running() {
    let model = slow_echo().into_model("scripted").unwrap();
    let soon = || Some(Instant::now() + Duration::from_millis(40));
    let running = model
        .generate(ChatRequest {
            deadline: soon(),
            ..request(&"long ".repeat(400))
        })
        .await
        .unwrap();
    let waiting = model
        .generate(ChatRequest {
            deadline: soon(),
            ..request("short")
        })
        .await
        .unwrap();
    let begun = Instant::now();
    assert_eq!(running.complete().await, Err(ModelError::DeadlineExceeded));
    let outcome = waiting.complete().await;
    // The slot may have come free just in time.
    assert!(
        outcome == Err(ModelError::DeadlineExceeded) || outcome.is_ok(),
        "{outcome:?}"
    );
    assert!(begun.elapsed() < Duration::from_millis(500));
    eventually("a free slot", || model.free_slots() == 1).await;
    let past = ChatRequest {
        deadline: Some(Instant::now()),
        ..request("x")
    };
    assert_eq!(
        model.generate(past).await.unwrap_err(),
        ModelError::DeadlineExceeded
    );
}

/// An engine that breaks down in one way or another.
struct BrokenEngine {
    panics: bool,
}

impl TokenEngine for BrokenEngine {
    fn slots(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    fn context_tokens(&self) -> u32 {
        1_000
    }

    fn run(
        &self,
        _prompt: &[u32],
        _max_new_tokens: u32,
        _picker: Box<dyn crate::engine::TokenPicker>,
    ) -> Result<(), ModelError> {
        assert!(!self.panics, "out of memory");
        Ok(())
    }
}

#[tokio::test]
async fn a_broken_engine_is_an_error_and_the_slot_comes_back() {
    for panics in [true, false] {
        let model = LocalModel::new(LocalModelParts {
            id: "broken".to_owned(),
            created: 0,
            owned_by: "nobody".to_owned(),
            fingerprint: String::new(),
            engine: BrokenEngine { panics },
            tokenizer: ModelTokenizer::byte_level().unwrap(),
            template: ChatTemplate::chatml().unwrap(),
            default_sampling: Sampling::default(),
            default_max_tokens: None,
            max_prompt_tokens: None,
            queue_limit: 1,
            watchdog: Watchdog::default(),
            seeds: Box::new(|| 0),
        })
        .unwrap();
        let outcome = model.generate(request("x")).await.unwrap().complete().await;
        assert!(
            matches!(outcome, Err(ModelError::Engine { .. })),
            "{outcome:?}"
        );
        let outcome = model.probe().await;
        assert!(
            matches!(outcome, Err(ModelError::Engine { .. })),
            "{outcome:?}"
        );
    }
}
