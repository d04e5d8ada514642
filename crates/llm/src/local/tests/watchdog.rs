//! Engines that hang, fail and are replaced.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::*;
use crate::engine::TokenPicker;

/// How an engine goes wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Sound,
    /// Never comes back from reading the prompt.
    StuckAtOnce,
    /// Gives two tokens and then no more.
    StuckLater,
    Panics,
    Errs,
    /// Says that it cannot go on.
    Gone,
}

/// A scripted engine that goes wrong.
struct MoodyEngine {
    mood: Mood,
    inner: ScriptedEngine,
    workshop: Arc<Workshop>,
}

/// Builds engines and holds what the tests steer.
struct Workshop {
    /// Of the engines to come, the next one first; then `None`: it cannot be built.
    moods: Mutex<Vec<Option<Mood>>>,
    built: AtomicU32,
    /// Lets stuck engines go, so that a test can end.
    released: AtomicBool,
    /// Holds back the next engine.
    closed: AtomicBool,
}

impl Workshop {
    fn new(moods: &[Option<Mood>]) -> Arc<Self> {
        let mut moods = moods.to_vec();
        moods.reverse();
        Arc::new(Self {
            moods: Mutex::new(moods),
            built: AtomicU32::new(0),
            released: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        })
    }

    fn build(self: &Arc<Self>) -> Result<MoodyEngine, String> {
        while self.closed.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(2));
        }
        self.built.fetch_add(1, Ordering::AcqRel);
        let mood = self.moods.lock().unwrap().pop().flatten();
        Ok(MoodyEngine {
            mood: mood.ok_or("the file is gone")?,
            inner: slow_echo(),
            workshop: Arc::clone(self),
        })
    }

    fn built(&self) -> u32 {
        self.built.load(Ordering::Acquire)
    }

    /// A model whose engine is stuck after half a second of silence.
    fn model(self: &Arc<Self>) -> LocalModel<MoodyEngine> {
        self.model_stuck_after(Duration::from_millis(500))
    }

    fn model_stuck_after(self: &Arc<Self>, longest_silence: Duration) -> LocalModel<MoodyEngine> {
        let workshop = Arc::clone(self);
        LocalModel::new(LocalModelParts {
            id: "moody".to_owned(),
            created: 0,
            owned_by: "nobody".to_owned(),
            fingerprint: String::new(),
            engine: self.build().unwrap(),
            tokenizer: ModelTokenizer::byte_level().unwrap(),
            template: ChatTemplate::chatml().unwrap(),
            default_sampling: Sampling::default(),
            default_max_tokens: None,
            max_prompt_tokens: None,
            queue_limit: 8,
            watchdog: Watchdog {
                longest_silence,
                rebuild: Some(Arc::new(move || workshop.build())),
                pause_between_attempts: Duration::from_millis(5),
            },
            seeds: Box::new(|| 0),
        })
        .unwrap()
    }
}

/// Lets the stuck threads of a test go, also when it fails: a runtime waits for them.
struct Release(Arc<Workshop>);

impl Drop for Release {
    fn drop(&mut self) {
        self.0.released.store(true, Ordering::Release);
        self.0.closed.store(false, Ordering::Release);
    }
}

impl MoodyEngine {
    fn hang(&self) {
        while !self.workshop.released.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl TokenEngine for MoodyEngine {
    fn slots(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    fn context_tokens(&self) -> u32 {
        4_000
    }

    fn run(
        &self,
        prompt: &[u32],
        max_new_tokens: u32,
        picker: Box<dyn TokenPicker>,
    ) -> Result<(), ModelError> {
        match self.mood {
            Mood::Sound => self.inner.run(prompt, max_new_tokens, picker),
            Mood::StuckAtOnce => {
                self.hang();
                Ok(())
            }
            Mood::StuckLater => {
                self.inner.run(prompt, 2, picker)?;
                self.hang();
                Ok(())
            }
            Mood::Panics => panic!("out of memory"),
            Mood::Errs => Err(ModelError::Engine {
                message: "a poisoned lock".to_owned(),
            }),
            Mood::Gone => Err(ModelError::Unavailable {
                message: "the thread is gone".to_owned(),
            }),
        }
    }
}

async fn answer(model: &LocalModel<MoodyEngine>, says: &str) -> Result<String, ModelError> {
    let generation = model.generate(request(says)).await?;
    Ok(generation.complete().await?.text)
}

fn is_engine<T>(outcome: &Result<T, ModelError>) -> bool {
    matches!(outcome, Err(ModelError::Engine { .. }))
}

fn is_unavailable<T>(outcome: &Result<T, ModelError>) -> bool {
    matches!(outcome, Err(ModelError::Unavailable { .. }))
}

#[tokio::test]
async fn a_stuck_engine_is_replaced_and_those_who_wait_go_on() {
    for mood in [Mood::StuckAtOnce, Mood::StuckLater] {
        let workshop = Workshop::new(&[Some(mood), Some(Mood::Sound)]);
        let _release = Release(Arc::clone(&workshop));
        let model = workshop.model();
        workshop.closed.store(true, Ordering::Release);
        let running = model.generate(request("a longer answer")).await.unwrap();
        let waiting = model.generate(request("waited")).await.unwrap();
        let outcome = running.complete().await;
        assert!(is_engine(&outcome), "{outcome:?}");
        match model.probe().await {
            Err(ModelError::Unavailable { message }) => {
                assert!(
                    message.contains("stuck") && message.contains("rebuilt"),
                    "{message}"
                );
            }
            other => panic!("{other:?}"),
        }
        // New requests may wait too.
        let late = model.generate(request("late")).await.unwrap();
        assert_eq!((model.free_slots(), model.waiting()), (0, 2));
        workshop.closed.store(false, Ordering::Release);
        assert_eq!(waiting.complete().await.unwrap().text, "waited");
        assert_eq!(late.complete().await.unwrap().text, "late");
        eventually("a free slot", || model.free_slots() == 1).await;
        model.probe().await.unwrap();
        // What the stuck engine holds does not come back as a second slot.
        workshop.released.store(true, Ordering::Release);
        assert_eq!(answer(&model, "again").await.unwrap(), "again");
        eventually("a free slot", || model.free_slots() == 1).await;
        assert_eq!(workshop.built(), 2);
    }
}

#[tokio::test]
async fn an_engine_that_hangs_for_nobody_is_found_out_too() {
    let workshop = Workshop::new(&[Some(Mood::StuckAtOnce), Some(Mood::Sound)]);
    let _release = Release(Arc::clone(&workshop));
    let model = workshop.model();
    drop(model.generate(request("x")).await.unwrap());
    let generation = model.generate(request("x")).await.unwrap();
    assert!(
        tokio::time::timeout(Duration::from_secs(5), generation.complete())
            .await
            .is_ok()
    );
    eventually("the next engine", || workshop.built() == 2).await;
    assert_eq!(answer(&model, "sound").await.unwrap(), "sound");
}

#[tokio::test]
async fn a_slow_engine_is_not_a_stuck_one() {
    let workshop = Workshop::new(&[Some(Mood::Sound)]);
    let model = workshop.model();
    // 500 tokens of 2 ms are longer than the longest silence, and none of them is.
    let said = "x".repeat(500);
    assert_eq!(answer(&model, &said).await.unwrap(), said);
    // Nor is one that had nothing to do for longer.
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(
        answer(&model, "after a rest").await.unwrap(),
        "after a rest"
    );
    assert_eq!(workshop.built(), 1);
}

#[tokio::test]
async fn an_engine_that_fails_every_time_is_replaced() {
    for (mood, failures) in [(Mood::Panics, 3), (Mood::Errs, 3), (Mood::Gone, 1)] {
        let workshop = Workshop::new(&[Some(mood), Some(Mood::Sound)]);
        // Long, because only failures count here.
        let model = workshop.model_stuck_after(Duration::from_mins(10));
        for _ in 0..failures {
            assert_eq!(workshop.built(), 1);
            let outcome = answer(&model, "x").await;
            assert!(
                is_engine(&outcome) || is_unavailable(&outcome),
                "{outcome:?}"
            );
        }
        eventually("the next engine", || workshop.built() == 2).await;
        assert_eq!(answer(&model, "sound").await.unwrap(), "sound");
        model.probe().await.unwrap();
    }
}

#[tokio::test]
async fn an_engine_that_cannot_be_rebuilt_leaves_the_model_unavailable() {
    let workshop = Workshop::new(&[Some(Mood::StuckAtOnce)]);
    let _release = Release(Arc::clone(&workshop));
    let model = workshop.model();
    let running = model.generate(request("x")).await.unwrap();
    let waiting = model.generate(request("x")).await.unwrap();
    assert!(is_engine(&running.complete().await));
    let outcome = waiting.complete().await;
    assert!(is_unavailable(&outcome), "{outcome:?}");
    // The first and three attempts.
    assert_eq!(workshop.built(), 4);
    assert!(is_unavailable(&answer(&model, "x").await));
    match model.probe().await {
        Err(ModelError::Unavailable { message }) => {
            assert!(
                message.contains("the file is gone") && message.contains("restart"),
                "{message}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn only_a_few_stuck_engines_are_left_behind() {
    let workshop = Workshop::new(&[Some(Mood::StuckLater); 9]);
    let _release = Release(Arc::clone(&workshop));
    let model = workshop.model();
    let mut given_up = 0;
    loop {
        let outcome = answer(&model, "a longer answer").await;
        if is_unavailable(&outcome) {
            break;
        }
        assert!(is_engine(&outcome), "{outcome:?}");
        given_up += 1;
        assert!(given_up < 9);
    }
    assert_eq!((given_up, workshop.built()), (4, 4));
    let outcome = model.probe().await;
    assert!(
        matches!(&outcome, Err(ModelError::Unavailable { message }) if message.contains("restart")),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn closing_tells_all_and_takes_no_more() {
    let workshop = Workshop::new(&[Some(Mood::Sound)]);
    let model = workshop.model_stuck_after(Duration::from_mins(10));
    let mut running = model.generate(request(&"long ".repeat(40))).await.unwrap();
    let waiting = model.generate(request("x")).await.unwrap();
    running.next().await.unwrap().unwrap();
    model.close("the gateway stops");
    assert!(is_unavailable(&running.complete().await));
    assert!(is_unavailable(&waiting.complete().await));
    assert!(is_unavailable(&answer(&model, "x").await));
    assert!(is_unavailable(&model.probe().await));
    assert_eq!(model.waiting(), 0);
}
