//! From a model's tokens to text: halves of characters, bytes that are none, and stop texts. The
//! input is up to three stop texts, each before a byte 0xFF, and then the tokens' bytes.
#![no_main]

use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Mutex};

use futures::StreamExt;
use ledgergate_llm::engine::{Pick, TokenEngine, TokenPicker};
use ledgergate_llm::local::{LocalModel, LocalModelParts};
use ledgergate_llm::template::ChatTemplate;
use ledgergate_llm::tokenizer::ModelTokenizer;
use ledgergate_llm::{
    ChatModel, ChatRequest, FinishReason, GenerationEvent, Message, ModelError, Role, Sampling,
};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Runtime;

/// Says the given bytes, one a token.
struct Bytes(Arc<Mutex<Vec<u8>>>);

impl TokenEngine for Bytes {
    fn slots(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    fn context_tokens(&self) -> u32 {
        4_096
    }

    fn run(
        &self,
        _prompt: &[u32],
        max_new_tokens: u32,
        mut picker: Box<dyn TokenPicker>,
    ) -> Result<(), ModelError> {
        let bytes = self.0.lock().expect("not poisoned").clone();
        for index in 0..max_new_tokens as usize {
            let mut logits = vec![-50.0; TOKENIZER.vocabulary_size()];
            match bytes.get(index) {
                Some(byte) => logits[usize::from(*byte)] = 50.0,
                None => TOKENIZER
                    .end_tokens()
                    .iter()
                    .for_each(|end| logits[*end as usize] = 50.0),
            }
            if picker.pick(&mut logits) == Pick::End {
                break;
            }
        }
        Ok(())
    }
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
});
static TOKENIZER: LazyLock<ModelTokenizer> =
    LazyLock::new(|| ModelTokenizer::byte_level().expect("a tokenizer"));
static BYTES: LazyLock<Arc<Mutex<Vec<u8>>>> = LazyLock::new(Arc::default);
static MODEL: LazyLock<LocalModel<Bytes>> = LazyLock::new(|| {
    LocalModel::new(LocalModelParts {
        id: "bytes".to_owned(),
        created: 0,
        owned_by: "fuzz".to_owned(),
        fingerprint: "bytes".to_owned(),
        tokenizer: ModelTokenizer::byte_level().expect("a tokenizer"),
        template: ChatTemplate::chatml().expect("a template"),
        default_sampling: Sampling::default(),
        default_max_tokens: None,
        queue_limit: 4,
        seeds: Box::new(|| 1),
        engine: Bytes(Arc::clone(&BYTES)),
    })
    .expect("a model")
});

fuzz_target!(|data: &[u8]| {
    let mut parts: Vec<&[u8]> = data.splitn(4, |byte| *byte == 0xFF).collect();
    let said = parts.pop().unwrap_or_default();
    let said = &said[..said.len().min(512)];
    let stop: Vec<String> = parts
        .iter()
        .map(|stop| String::from_utf8_lossy(stop).into_owned())
        .filter(|stop| !stop.is_empty())
        .collect();
    *BYTES.lock().expect("not poisoned") = said.to_vec();
    let request = ChatRequest {
        prompt: vec![Message::new(Role::User, "x")].into(),
        sampling: Sampling {
            temperature: Some(0.0),
            ..Sampling::default()
        },
        stop: stop.clone(),
        top_logprobs: Some(0),
        ..ChatRequest::default()
    };
    let (text, tokens, reason) = RUNTIME.block_on(async {
        let mut generation = MODEL.generate(request).await.expect("admitted");
        let (mut text, mut tokens) = (String::new(), Vec::new());
        while let Some(event) = generation.next().await {
            match event.expect("an answer") {
                GenerationEvent::Delta {
                    text: more,
                    logprobs,
                } => {
                    text.push_str(&more);
                    tokens.extend(logprobs);
                }
                GenerationEvent::Finished { reason, .. } => return (text, tokens, Some(reason)),
                other => panic!("{other:?}"),
            }
        }
        (text, tokens, None)
    });
    assert_eq!(reason, Some(FinishReason::Stop));
    let whole = String::from_utf8_lossy(said);
    // The stop text that is complete first ends the answer, so what goes on from there begins with
    // one; and no part of the answer is one.
    let rest = whole.strip_prefix(text.as_str()).expect("the beginning");
    let is_stopped = stop.iter().any(|stop| rest.starts_with(stop.as_str()));
    assert!(
        is_stopped || rest.is_empty(),
        "{rest:?} is left, stops {stop:?}"
    );
    let leaked = stop.iter().find(|stop| text.contains(stop.as_str()));
    assert_eq!(leaked, None, "in {text:?}");
    if rest.is_empty() {
        let bytes: Vec<u8> = tokens.into_iter().flat_map(|token| token.bytes).collect();
        assert_eq!(bytes, said, "the log probabilities' tokens");
    }
});
