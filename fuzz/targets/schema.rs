//! JSON Schemas, admitted and compiled, and answers under them. The input is a schema and, after
//! a byte 0xFF, what the model would like to say. A finished answer must validate, by the
//! caller's own schema.
#![no_main]

use std::sync::{Arc, LazyLock, Mutex};

use ledgergate_llm::local::LocalModel;
use ledgergate_llm::scripted::ScriptedEngine;
use ledgergate_llm::{
    ChatModel, ChatRequest, FinishReason, Message, ModelError, OutputFormat, Role,
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
});
static WANTED: LazyLock<Arc<Mutex<String>>> = LazyLock::new(Arc::default);
static MODEL: LazyLock<LocalModel<ScriptedEngine>> = LazyLock::new(|| {
    let wanted = Arc::clone(&WANTED);
    ScriptedEngine::new(move |_| wanted.lock().expect("not poisoned").clone())
        .expect("an engine")
        .into_model("scripted")
        .expect("a model")
});

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(2, |byte| *byte == 0xFF);
    let schema = parts.next().unwrap_or_default();
    let wanted = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let Ok(schema) = serde_json::from_slice::<Value>(schema) else {
        return;
    };
    *WANTED.lock().expect("not poisoned") = wanted.into_owned();
    let request = ChatRequest {
        prompt: vec![Message::new(Role::User, "x")].into(),
        max_tokens: Some(300),
        output: OutputFormat::JsonSchema(schema.clone()),
        ..ChatRequest::default()
    };
    let answer = RUNTIME.block_on(async { MODEL.generate(request).await?.complete().await });
    match answer {
        Ok(answer) if answer.reason == FinishReason::Stop => {
            let value: Value = serde_json::from_str(&answer.text)
                .unwrap_or_else(|error| panic!("{error} in {:?} under {schema}", answer.text));
            let validator = jsonschema::validator_for(&schema).expect("an admitted schema");
            assert!(validator.is_valid(&value), "{value} under {schema}");
        }
        // Cut off, or refused with the place of the keyword.
        Ok(_) | Err(ModelError::UnsupportedSchema { .. } | ModelError::InvalidRequest { .. }) => {}
        Err(error) => panic!("{error:?} under {schema}"),
    }
});
