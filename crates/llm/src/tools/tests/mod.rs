//! Calls over the scripted engine, in every family's form.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::chat::{
    ChatModel, ChatRequest, Completion, FinishReason, Message, OutputFormat, Role, Tool, ToolCall,
    ToolChoice,
};
use crate::error::ModelError;
use crate::local::LocalModel;
use crate::scripted::ScriptedEngine;
use crate::template::ChatTemplate;

mod answers;
mod hostile;
mod prompts;
mod reader;

/// A template with Llama 3's headers.
const HEADERS: &str = "{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] + '<|eot_id|>' }}{% endfor %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}";

const MISTRAL_CONTROL: &[&str] = &[
    "[INST]",
    "[/INST]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_CALLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
];
const QWEN_CONTROL: &[&str] = &["<tool_call>", "</tool_call>"];
const LLAMA_CONTROL: &[&str] = &[
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|python_tag|>",
];

/// One kind of model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Hermes,
    /// With control tokens.
    Qwen,
    Llama,
    /// With control tokens.
    LlamaWithTag,
    MistralInText,
    /// With control tokens.
    Mistral,
}

impl Family {
    const ALL: [Self; 6] = [
        Self::Hermes,
        Self::Qwen,
        Self::Llama,
        Self::LlamaWithTag,
        Self::MistralInText,
        Self::Mistral,
    ];

    fn control(self) -> &'static [&'static str] {
        match self {
            Self::Hermes | Self::MistralInText => &[],
            Self::Qwen => QWEN_CONTROL,
            Self::Llama => &LLAMA_CONTROL[..3],
            Self::LlamaWithTag => LLAMA_CONTROL,
            Self::Mistral => MISTRAL_CONTROL,
        }
    }

    fn template(self) -> ChatTemplate {
        match self {
            Self::Hermes | Self::Qwen => ChatTemplate::chatml(),
            Self::Llama | Self::LlamaWithTag => ChatTemplate::from_source(HEADERS),
            Self::MistralInText | Self::Mistral => ChatTemplate::from_source("[INST]"),
        }
        .unwrap()
    }

    /// Whether text can be followed by calls.
    fn calls_after_text(self) -> bool {
        self != Self::Llama
    }

    /// Whether an answer of nothing but calls has no marker.
    fn calls_bare(self) -> bool {
        matches!(self, Self::Llama | Self::LlamaWithTag)
    }

    /// Calls as a model of this family writes them, after text or not.
    fn says(self, text: &str, calls: &[(&str, &str)]) -> String {
        let written = |key: &str| {
            calls
                .iter()
                .map(|(name, arguments)| {
                    format!("{{\"name\": \"{name}\", \"{key}\": {arguments}}}")
                })
                .collect::<Vec<_>>()
        };
        let calls = match self {
            Self::Hermes | Self::Qwen => written("arguments")
                .iter()
                .map(|call| format!("<tool_call>\n{call}\n</tool_call>"))
                .collect::<Vec<_>>()
                .join("\n"),
            Self::Llama | Self::LlamaWithTag => {
                let tag = if text.is_empty() {
                    ""
                } else {
                    "<|python_tag|>"
                };
                format!("{tag}{}", written("parameters").join("; "))
            }
            Self::MistralInText | Self::Mistral => {
                format!("[TOOL_CALLS] [{}]", written("arguments").join(", "))
            }
        };
        format!("{text}{calls}")
    }

    /// A model that wants to say this.
    fn model(self, says: &str) -> LocalModel<ScriptedEngine> {
        let says = says.to_owned();
        self.scripted(move |_| says.clone())
    }

    fn scripted(
        self,
        script: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> LocalModel<ScriptedEngine> {
        ScriptedEngine::new(script)
            .unwrap()
            .with_control_tokens(self.control())
            .unwrap()
            .with_template(self.template())
            .with_context_tokens(8_192)
            .into_model("scripted")
            .unwrap()
    }
}

fn tool(name: &str, parameters: Value) -> Tool {
    Tool {
        name: name.to_owned(),
        description: Some(format!("Gets {name}.")),
        parameters: Some(parameters),
        parameters_field: None,
    }
}

fn weather() -> Tool {
    tool(
        "get_weather",
        json!({"type": "object", "properties": {"city": {"type": "string", "maxLength": 40},
            "days": {"type": "integer", "minimum": 1, "maximum": 9}},
            "required": ["city"], "additionalProperties": false}),
    )
}

/// Its name begins like the other's.
fn weather_map() -> Tool {
    tool(
        "get_weather_map",
        json!({"type": "object", "properties": {"zoom": {"enum": [1, 2]}},
            "required": ["zoom"], "additionalProperties": false}),
    )
}

fn request(tool_choice: ToolChoice) -> ChatRequest {
    ChatRequest {
        prompt: vec![Message::new(Role::User, "What is the weather in Paris?")].into(),
        tools: vec![weather(), weather_map()],
        tool_choice,
        parallel_tool_calls: true,
        max_tokens: Some(600),
        ..ChatRequest::default()
    }
}

async fn complete(
    model: &LocalModel<ScriptedEngine>,
    request: ChatRequest,
) -> Result<Completion, ModelError> {
    model.generate(request).await?.complete().await
}

fn calls_of(answer: &Completion) -> Vec<(&str, &str)> {
    let calls = answer.tool_calls.iter();
    calls
        .map(|call| (call.name.as_str(), call.arguments.as_str()))
        .collect()
}

const PARIS: (&str, &str) = ("get_weather", "{\"city\":\"Paris\"}");
const ZOOM: (&str, &str) = ("get_weather_map", "{\"zoom\":2}");
