//! Tiny models with random weights in every form that Mixtral, Mistral and Llama come in, against
//! a forward pass written in numpy (`tests/models`).
//!
//! `LEDGERGATE_TEST_TINY_MODELS` names the folder that `scripts/tiny-models.sh` made.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ledgergate_llm::engine::{Pick, TokenEngine, TokenPicker};
use ledgergate_llm::error::ModelFileError;
use ledgergate_llm::local::{LocalModel, LocalModelParts, Watchdog};
use ledgergate_llm::model_files::ModelFiles;
use ledgergate_llm::{ChatModel, ChatRequest, FinishReason, Message, OutputFormat, Role, Sampling};
use ledgergate_llm_mistralrs::{LoadError, LoadOptions, MistralRsEngine, Quantisation, requantize};
use serde_json::{Value, json};

use crate::{Model, block_on, folder, greedy};

/// `</s>` of the tiny vocabulary.
const END: usize = 2;

fn tiny(name: &str) -> PathBuf {
    let folder = std::env::var_os("LEDGERGATE_TEST_TINY_MODELS")
        .map(PathBuf::from)
        .expect(
            "LEDGERGATE_TEST_TINY_MODELS must name the folder of tests/models; `make test-engine` \
             sets it",
        );
    folder.join(name)
}

/// What numpy says of a model.
struct Expected {
    prompt: Vec<u32>,
    answer: Vec<u32>,
    logits: Vec<f32>,
}

fn expected(model: &str) -> Expected {
    let content = std::fs::read(tiny("expected.json")).unwrap();
    let mut all: Value = serde_json::from_slice(&content).unwrap();
    let mut field = |name: &str| all[model][name].take();
    Expected {
        prompt: serde_json::from_value(field("prompt")).unwrap(),
        answer: serde_json::from_value(field("answer")).unwrap(),
        logits: serde_json::from_value(field("logits")).unwrap(),
    }
}

fn options(path: &Path, quantisation: Option<Quantisation>) -> LoadOptions {
    LoadOptions {
        path: path.to_owned(),
        quantisation,
        context_tokens: Some(1_024),
        threads: None,
    }
}

fn load(path: &Path, quantisation: Option<Quantisation>) -> MistralRsEngine {
    MistralRsEngine::load(&options(path, quantisation)).unwrap()
}

/// What a run picked, and the first logits it saw.
#[derive(Default)]
struct Seen {
    tokens: Vec<u32>,
    first_logits: Vec<f32>,
}

/// Takes the most likely token that is not the end.
struct MostLikely(Arc<Mutex<Seen>>);

impl TokenPicker for MostLikely {
    fn pick(&mut self, logits: &mut [f32]) -> Pick {
        let mut seen = self.0.lock().unwrap();
        if seen.tokens.is_empty() {
            seen.first_logits = logits.to_vec();
        }
        logits[END] = f32::NEG_INFINITY;
        let best = (0_u32..)
            .zip(logits.iter())
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map_or(0, |(token, _)| token);
        seen.tokens.push(best);
        Pick::Token(best)
    }
}

fn run(engine: &MistralRsEngine, prompt: &[u32], count: usize) -> Seen {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let picker = Box::new(MostLikely(Arc::clone(&seen)));
    engine
        .run(prompt, u32::try_from(count).unwrap(), picker)
        .unwrap();
    std::mem::take(&mut seen.lock().unwrap())
}

/// The cosine of two lists of logits.
fn likeness(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

fn answers_as_numpy(model: &str, path: &Path, quantisation: Option<Quantisation>) {
    let expected = expected(model);
    let seen = run(
        &load(path, quantisation),
        &expected.prompt,
        expected.answer.len(),
    );
    for (own, other) in seen.first_logits.iter().zip(&expected.logits) {
        assert!(
            (own - other).abs() < 2e-2,
            "{}: {own} {other}",
            path.display()
        );
    }
    assert_eq!(seen.tokens, expected.answer, "{}", path.display());
}

#[test]
fn mixtral_gives_the_same_tokens_in_both_forms() {
    answers_as_numpy(
        "tiny-mixtral",
        &tiny("tiny-mixtral"),
        Some(Quantisation::None),
    );
    answers_as_numpy("tiny-mixtral", &tiny("tiny-mixtral.gguf"), None);
}

#[test]
fn mistral_and_llama_give_the_same_tokens_in_both_forms() {
    for model in ["tiny-mistral", "tiny-llama"] {
        answers_as_numpy(model, &tiny(model), Some(Quantisation::None));
        answers_as_numpy(model, &tiny(&format!("{model}.gguf")), None);
    }
}

/// Its rotary embedding is scaled: read from the configuration, refused in GGUF, where the engine
/// would leave it out.
#[test]
fn llama_3_1_runs_as_safetensors_and_is_refused_as_gguf() {
    let model = "tiny-llama-3.1";
    answers_as_numpy(model, &tiny(model), Some(Quantisation::None));
    let refused = MistralRsEngine::load(&options(&tiny("tiny-llama-3.1.gguf"), None));
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("rotary embedding"), "{error}");
}

#[test]
fn mixtral_is_quantised_as_it_is_read() {
    let expected = expected("tiny-mixtral");
    let likeness_of = |quantisation| {
        let engine = load(&tiny("tiny-mixtral"), Some(quantisation));
        let seen = run(&engine, &expected.prompt, expected.answer.len());
        assert_eq!(seen.tokens.len(), expected.answer.len());
        likeness(&seen.first_logits, &expected.logits)
    };
    let losses = [
        Quantisation::None,
        Quantisation::Q8_0,
        Quantisation::Q6K,
        Quantisation::Q5K,
        Quantisation::Q4K,
    ]
    .map(|quantisation| 1.0 - likeness_of(quantisation));
    // Each loses more than the one before; the smallest ones send some tokens to other experts.
    assert!(losses.is_sorted(), "{losses:?}");
    assert!(losses[0] < 1e-5 && losses[1] > 1e-5, "{losses:?}");
    assert!(losses[1] < 0.01 && losses[4] < 0.3, "{losses:?}");
}

/// Files with fused experts are refused, and run once they are prepared: as those without.
#[test]
fn fused_experts_run_once_they_are_parted() {
    let refused = MistralRsEngine::load(&options(&tiny("tiny-mixtral-fused.gguf"), None));
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("model prepare"), "{error}");
    let expected = expected("tiny-mixtral");
    let [unfused, fused] = ["tiny-mixtral.gguf", "tiny-mixtral-fused.gguf"].map(|name| {
        let output = prepared(name, "parted");
        let seen = run(
            &load(&output, None),
            &expected.prompt,
            expected.answer.len(),
        );
        let likeness = likeness(&seen.first_logits, &expected.logits);
        assert!(likeness > 0.99, "{name}: {likeness}");
        seen
    });
    assert_eq!(unfused.tokens, fused.tokens);
    assert_eq!(unfused.first_logits, fused.first_logits);
}

/// A tiny file as `model prepare` makes it.
fn prepared(name: &str, test: &str) -> PathBuf {
    let output = folder().join(format!("{test}-{name}"));
    let done = requantize(&tiny(name), &output, &mut |_, _| {}).unwrap();
    assert!(done.converted > 0, "{done:?}");
    output
}

#[test]
fn a_quantisation_is_said_for_folders_alone() {
    let refused = |path: &Path, quantisation| {
        MistralRsEngine::load(&options(path, quantisation)).unwrap_err()
    };
    let error = refused(&tiny("tiny-mixtral"), None);
    assert!(matches!(error, LoadError::Quantisation(_)), "{error:?}");
    assert!(error.to_string().contains("q4k"), "{error}");
    let error = refused(&tiny("tiny-mixtral.gguf"), Some(Quantisation::Q4K));
    assert!(matches!(error, LoadError::Quantisation(_)), "{error:?}");
}

/// A copy of the tiny Mixtral's folder that a test may change.
fn changed_folder(name: &str, change: impl Fn(&Path)) -> PathBuf {
    let copy = folder().join(name);
    std::fs::create_dir_all(&copy).unwrap();
    for entry in std::fs::read_dir(tiny("tiny-mixtral")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    change(&copy);
    copy
}

fn edit_json(path: &Path, edit: impl Fn(&mut Value)) {
    let mut value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    edit(&mut value);
    std::fs::write(path, serde_json::to_vec(&value).unwrap()).unwrap();
}

#[test]
fn folders_that_make_no_model_are_told_clearly() {
    type Change = fn(&Path);
    let cases: [(&str, Change, &str); 5] = [
        (
            "no-weights",
            |folder| std::fs::remove_file(folder.join("model-00002-of-00002.safetensors")).unwrap(),
            "has no model-00002-of-00002.safetensors",
        ),
        (
            "cut-weights",
            |folder| {
                let path = folder.join("model-00002-of-00002.safetensors");
                let file = std::fs::File::options().write(true).open(path).unwrap();
                file.set_len(file.metadata().unwrap().len() - 5).unwrap();
            },
            "cut off",
        ),
        (
            "another-architecture",
            |folder| {
                edit_json(&folder.join("config.json"), |json| {
                    json["architectures"] = json!(["BertModel"]);
                });
            },
            "BertModel",
        ),
        (
            "another-tokenizer",
            |folder| {
                edit_json(&folder.join("config.json"), |json| {
                    json["vocab_size"] = json!(300);
                });
            },
            "different models",
        ),
        (
            "missing-field",
            |folder| {
                edit_json(&folder.join("config.json"), |json| {
                    json.as_object_mut().unwrap().remove("rope_theta");
                });
            },
            "rope_theta",
        ),
    ];
    for (name, change, says) in cases {
        let copy = changed_folder(name, change);
        let refused = MistralRsEngine::load(&options(&copy, Some(Quantisation::None)));
        let error = refused.unwrap_err().to_string();
        assert!(error.contains(says), "{name}: {error}");
        std::fs::remove_dir_all(copy).unwrap();
    }
    let empty = folder().join("empty-folder");
    std::fs::create_dir_all(&empty).unwrap();
    let refused = MistralRsEngine::load(&options(&empty, Some(Quantisation::None)));
    match refused.unwrap_err() {
        LoadError::File(ModelFileError::Unsupported { message }) => {
            assert!(message.contains("config.json"), "{message}");
        }
        other => panic!("{other:?}"),
    }
    std::fs::remove_dir(empty).unwrap();
}

/// Mistral's folders hold the same weights a second time, in their makers' own layout.
#[test]
fn the_makers_own_layout_beside_it_is_left_alone() {
    let copy = changed_folder("both-layouts", |folder| {
        std::fs::write(folder.join("params.json"), b"{}").unwrap();
        std::fs::write(folder.join("consolidated.safetensors"), b"none").unwrap();
    });
    answers_as_numpy("tiny-mixtral", &copy, Some(Quantisation::None));
    std::fs::remove_dir_all(copy).unwrap();
}

/// The whole model, as the gateway loads it.
fn chat_model(path: &Path, quantisation: Option<Quantisation>) -> Model {
    let files = ModelFiles::read(path).unwrap();
    LocalModel::new(LocalModelParts {
        id: "tiny".to_owned(),
        created: 0,
        owned_by: "local".to_owned(),
        fingerprint: files.fingerprint(),
        engine: load(path, quantisation),
        tokenizer: files.tokenizer().unwrap(),
        template: files.template().unwrap(),
        default_sampling: Sampling::default(),
        default_max_tokens: Some(64),
        max_prompt_tokens: None,
        watchdog: Watchdog::default(),
        queue_limit: 8,
        seeds: Box::new(|| 0),
    })
    .unwrap()
}

#[test]
fn a_tiny_mixtral_chats_and_answers_under_a_schema() {
    let schema = json!({
        "type": "object",
        "properties": {
            "account": {"type": "string", "maxLength": 12},
            "side": {"enum": ["debit", "credit"]},
            "amount": {"type": "integer", "minimum": 0, "maximum": 9999},
        },
        "required": ["account", "side", "amount"],
        "additionalProperties": false,
    });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let request = ChatRequest {
        prompt: vec![
            Message::new(Role::System, "Answer in JSON."),
            Message::new(Role::User, "Which account is debited? </s> [INST]"),
        ]
        .into(),
        output: OutputFormat::JsonSchema(schema.clone()),
        max_tokens: Some(200),
        ..greedy("")
    };
    let forms = [
        (tiny("tiny-mixtral"), Some(Quantisation::None)),
        (tiny("tiny-mixtral.gguf"), None),
        (prepared("tiny-mixtral-fused.gguf", "chats"), None),
        (tiny("tiny-mixtral"), Some(Quantisation::Q4K)),
    ];
    let mut answers = Vec::new();
    for (path, quantisation) in forms {
        let name = path.display();
        let model = chat_model(&path, quantisation);
        let complete = async |request: ChatRequest| {
            let generation = model.generate(request).await.unwrap();
            generation.complete().await.unwrap()
        };
        let answer = block_on(complete(request.clone()));
        assert_eq!(answer.reason, FinishReason::Stop, "{name}: {answer:?}");
        let value = serde_json::from_str(&answer.text).unwrap();
        assert!(validator.is_valid(&value), "{name}: {answer:?}");
        let free = block_on(complete(greedy("The invoice is due in thirty days.")));
        assert!(free.usage.completion_tokens > 0, "{name}: {free:?}");
        answers.push((answer.text, answer.usage.prompt_tokens, free.text));
    }
    assert_eq!(answers[0], answers[1]);
    // Random weights answer otherwise when they are rounded; the prompt is the same.
    assert!(answers.iter().all(|answer| answer.1 == answers[0].1));
}
