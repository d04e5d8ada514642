//! A model that plays given events, whatever it is asked, and keeps what it was asked.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ledgergate_llm::chat::{
    ChatModel, ChatRequest, ChoiceRequest, ChoiceScores, EmbeddingModel, EmbeddingRequest,
    Embeddings, FinishReason, Generation, GenerationEvent, GenerationTimings, ModelInfo, Prompt,
    Usage,
};
use ledgergate_llm::error::ModelError;

/// A model that plays.
pub(crate) struct Playing {
    info: ModelInfo,
    events: Vec<GenerationEvent>,
    failure: Option<ModelError>,
    asked: Mutex<Vec<ChatRequest>>,
    embeds: bool,
}

/// A model, `scripted`, that plays these events.
pub(crate) fn playing(events: Vec<GenerationEvent>) -> Arc<Playing> {
    model(events, None, false)
}

/// A model, `scripted`, that plays these events and then fails.
pub(crate) fn failing_after(events: Vec<GenerationEvent>) -> Arc<Playing> {
    let failure = ModelError::Engine {
        message: "a secret".to_owned(),
    };
    model(events, Some(failure), false)
}

/// A model, `scripted`, whose vectors are `[length of the text, 0.5]`.
pub(crate) fn embedding() -> Arc<Playing> {
    model(Vec::new(), None, true)
}

fn model(events: Vec<GenerationEvent>, failure: Option<ModelError>, embeds: bool) -> Arc<Playing> {
    Arc::new(Playing {
        info: ModelInfo {
            id: "scripted".to_owned(),
            created: 0,
            owned_by: "test".to_owned(),
            context_tokens: 100,
            max_prompt_tokens: None,
            fingerprint: "playing".to_owned(),
        },
        events,
        failure,
        asked: Mutex::default(),
        embeds,
    })
}

/// A piece of text.
pub(crate) fn said(text: &str) -> GenerationEvent {
    GenerationEvent::Delta {
        text: text.to_owned(),
        logprobs: Vec::new(),
    }
}

/// A call, its arguments in two pieces.
pub(crate) fn called(index: u32, id: &str, name: &str, arguments: &str) -> Vec<GenerationEvent> {
    let (first, second) = arguments.split_at(arguments.len() / 2);
    let piece = |text: &str| GenerationEvent::ToolCallArguments {
        index,
        text: text.to_owned(),
    };
    vec![
        GenerationEvent::ToolCallBegun {
            index,
            id: id.to_owned(),
            name: name.to_owned(),
        },
        piece(first),
        piece(second),
    ]
}

/// The end.
pub(crate) fn ended(reason: FinishReason) -> GenerationEvent {
    GenerationEvent::Finished {
        reason,
        usage: Usage {
            prompt_tokens: 7,
            repair_prompt_tokens: 0,
            completion_tokens: 5,
        },
        timings: GenerationTimings::default(),
    }
}

impl Playing {
    /// The only request so far.
    pub(crate) fn asked(&self) -> ChatRequest {
        let asked = self.asked.lock().unwrap();
        assert_eq!(asked.len(), 1);
        asked[0].clone()
    }
}

#[async_trait]
impl ChatModel for Playing {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn generate(&self, request: ChatRequest) -> Result<Generation, ModelError> {
        self.asked.lock().unwrap().push(request);
        let events = self.events.clone().into_iter().map(Ok);
        let events: Vec<_> = events.chain(self.failure.clone().map(Err)).collect();
        Ok(Generation::new(futures::stream::iter(events)))
    }

    async fn choose(&self, _: ChoiceRequest) -> Result<ChoiceScores, ModelError> {
        Err(ModelError::Cancelled)
    }

    async fn probe(&self) -> Result<(), ModelError> {
        Ok(())
    }

    fn embedding_model(&self) -> Option<&dyn EmbeddingModel> {
        self.embeds.then_some(self)
    }
}

#[async_trait]
impl EmbeddingModel for Playing {
    async fn embed(&self, request: EmbeddingRequest) -> Result<Embeddings, ModelError> {
        if request.dimensions.is_some_and(|dimensions| dimensions != 2) {
            return Err(ModelError::invalid("dimensions", "vectors have 2"));
        }
        let length = |input: &Prompt| match input {
            Prompt::Text(text) => text.len(),
            Prompt::Tokens(ids) => ids.len(),
            Prompt::Conversation(_) => panic!("a conversation has no vector"),
        };
        let lengths: Vec<u16> = request
            .inputs
            .iter()
            .map(|input| length(input).try_into().unwrap())
            .collect();
        Ok(Embeddings {
            prompt_tokens: lengths.iter().copied().map(u32::from).sum(),
            vectors: lengths
                .into_iter()
                .map(|length| vec![f32::from(length), 0.5])
                .collect(),
        })
    }
}
