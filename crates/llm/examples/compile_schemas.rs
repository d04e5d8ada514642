//! usage: `compile_schemas MODEL.gguf`
//!
//! How long schemas take to compile with a model's real vocabulary: each schema is asked for twice,
//! so the first time is admission, compilation and the first mask, and the second is a copy of the
//! kept grammar. No weights are loaded; answers end at once. Prints a Markdown table.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use ledgergate_llm::engine::{TokenEngine, TokenPicker};
use ledgergate_llm::gguf::GgufHeader;
use ledgergate_llm::local::{LocalModel, LocalModelParts, Watchdog};
use ledgergate_llm::template::ChatTemplate;
use ledgergate_llm::tokenizer::ModelTokenizer;
use ledgergate_llm::{ChatModel, ChatRequest, Message, ModelError, OutputFormat, Role, Sampling};
use serde_json::{Map, Value, json};

/// Reads nothing and says nothing.
struct Silent;

impl TokenEngine for Silent {
    fn slots(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    fn context_tokens(&self) -> u32 {
        1_024
    }

    fn run(
        &self,
        _prompt: &[u32],
        _max_new_tokens: u32,
        _picker: Box<dyn TokenPicker>,
    ) -> Result<(), ModelError> {
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os()
        .nth(1)
        .ok_or("usage: compile_schemas MODEL.gguf")?;
    let model = model(Path::new(&path))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let mut table = String::from(
        "| schemas | n | first p50, ms | first p99 | first largest | again p50 | again largest |\n\
         |---|---|---|---|---|---|---|\n",
    );
    let mut all = (Vec::new(), Vec::new());
    // What the process does once is not the schemas'.
    runtime.block_on(request(&model, &json!({"type": "boolean"})))?;
    for (name, schemas) in families() {
        let mut times = (Vec::new(), Vec::new());
        for schema in &schemas {
            times.0.push(runtime.block_on(request(&model, schema))?);
            times.1.push(runtime.block_on(request(&model, schema))?);
        }
        table.push_str(&row(name, &mut times.0, &mut times.1));
        all.0.extend(times.0);
        all.1.extend(times.1);
    }
    table.push_str(&row("all", &mut all.0, &mut all.1));
    #[expect(clippy::print_stdout, reason = "the table is the result")]
    {
        println!("{table}");
    }
    Ok(())
}

fn model(path: &Path) -> Result<LocalModel<Silent>, Box<dyn std::error::Error>> {
    let header = GgufHeader::read(path)?;
    Ok(LocalModel::new(LocalModelParts {
        id: "silent".to_owned(),
        created: 0,
        owned_by: "bench".to_owned(),
        fingerprint: header.fingerprint(),
        tokenizer: ModelTokenizer::from_gguf(&header)?,
        template: ChatTemplate::from_gguf(&header)?,
        default_sampling: Sampling::default(),
        default_max_tokens: None,
        max_prompt_tokens: None,
        watchdog: Watchdog::default(),
        queue_limit: 4,
        seeds: Box::new(|| 0),
        engine: Silent,
    })?)
}

/// Until the request is admitted, which waits for its grammar.
async fn request(model: &LocalModel<Silent>, schema: &Value) -> Result<Duration, ModelError> {
    let request = ChatRequest {
        prompt: vec![Message::new(Role::User, "x")].into(),
        output: OutputFormat::JsonSchema(schema.clone()),
        ..ChatRequest::default()
    };
    let started = Instant::now();
    let generation = model.generate(request).await?;
    let elapsed = started.elapsed();
    // The silent engine breaks its promise to pick; how the answer ends is not looked at.
    drop(generation);
    Ok(elapsed)
}

fn row(name: &str, first: &mut [Duration], again: &mut [Duration]) -> String {
    first.sort_unstable();
    again.sort_unstable();
    format!(
        "| {name} | {} | {} | {} | {} | {} | {} |\n",
        first.len(),
        milliseconds(quantile(first, 50)),
        milliseconds(quantile(first, 99)),
        milliseconds(quantile(first, 100)),
        milliseconds(quantile(again, 50)),
        milliseconds(quantile(again, 100)),
    )
}

/// By nearest rank.
fn quantile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(rank).copied().unwrap_or_default()
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1_000.0)
}

type Family = (&'static str, Vec<Value>);

/// Each schema differs from every other, so that none is in the cache.
fn families() -> Vec<Family> {
    vec![
        (
            "flat objects of 1 to 40 fields",
            (1..=40).map(flat).collect(),
        ),
        ("objects 1 to 12 deep", (1..=12).map(deep).collect()),
        (
            "enums of 10 to 500 texts",
            (1..=50).map(|tens| enumeration(tens * 10)).collect(),
        ),
        ("patterns and formats", (1..=40).map(patterned).collect()),
        ("unions of 2 to 20 objects", (2..=20).map(union).collect()),
        ("lists of invoices", (1..=40).map(invoice).collect()),
    ]
}

fn object(properties: Map<String, Value>) -> Value {
    let required: Vec<_> = properties.keys().cloned().collect();
    json!({
        "type": "object",
        "properties": Value::Object(properties),
        "required": required,
        "additionalProperties": false
    })
}

fn field(number: usize) -> Value {
    match number % 6 {
        0 => json!({"type": "string", "maxLength": 40 + number}),
        1 => json!({"type": "number", "minimum": 0, "maximum": 1000 + number}),
        2 => json!({"type": "integer", "minimum": number}),
        3 => json!({"type": "boolean"}),
        4 => json!({"enum": ["EUR", "USD", "GBP", format!("X{number:02}")]}),
        _ => json!({"type": ["string", "null"], "maxLength": number}),
    }
}

fn flat(fields: usize) -> Value {
    object(
        (0..fields)
            .map(|n| (format!("field_{n}"), field(n)))
            .collect(),
    )
}

fn deep(levels: usize) -> Value {
    (0..levels).fold(json!({"type": "integer"}), |inner, level| {
        object(
            [
                (format!("level_{level}"), inner),
                ("note".to_owned(), field(level)),
            ]
            .into_iter()
            .collect(),
        )
    })
}

fn enumeration(texts: usize) -> Value {
    let texts: Vec<_> = (0..texts)
        .map(|n| format!("{:04} account number {n}", n * 37 % 9_973))
        .collect();
    json!({"enum": texts})
}

fn patterned(number: usize) -> Value {
    let patterns = [
        format!("^[A-Z]{{2}}[0-9]{{{number}}}$"),
        format!("^(INV|CR)-[0-9]{{4}}-[0-9]{{1,{number}}}$"),
        format!("^-?[0-9]{{1,{number}}}(\\.[0-9]{{2}})?$"),
    ];
    let formats = ["date", "date-time", "email", "uuid", "uri", "time"];
    let mut properties = Map::new();
    for (index, pattern) in patterns.into_iter().enumerate() {
        let value = json!({"type": "string", "pattern": pattern});
        properties.insert(format!("pattern_{index}"), value);
    }
    let format = formats.get(number % formats.len());
    properties.insert(
        "formatted".to_owned(),
        json!({"type": "string", "format": format}),
    );
    object(properties)
}

fn union(members: usize) -> Value {
    let members: Vec<_> = (0..members)
        .map(|n| {
            let mut properties = Map::new();
            properties.insert("kind".to_owned(), json!({"const": format!("kind_{n}")}));
            properties.extend((0..=n % 5).map(|m| (format!("value_{m}"), field(n + m))));
            object(properties)
        })
        .collect();
    json!({"anyOf": members})
}

fn invoice(number: usize) -> Value {
    let amount = json!({"type": "string", "pattern": "^-?[0-9]{1,12}\\.[0-9]{2}$"});
    json!({
        "type": "object",
        "properties": {
            "invoice_number": {"type": "string", "maxLength": 20 + number},
            "issue_date": {"type": "string", "format": "date"},
            "currency": {"enum": ["EUR", "USD", "GBP", "CHF"]},
            "seller": {"$ref": "#/$defs/party"},
            "buyer": {"$ref": "#/$defs/party"},
            "lines": {
                "type": "array",
                "items": {"$ref": "#/$defs/line"},
                "minItems": 1,
                "maxItems": number
            },
            "net": amount,
            "tax": amount,
            "gross": amount
        },
        "required": ["invoice_number", "issue_date", "currency", "lines", "net", "tax", "gross"],
        "additionalProperties": false,
        "$defs": {
            "party": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "maxLength": 80},
                    "tax_id": {"type": ["string", "null"], "maxLength": 14}
                },
                "required": ["name"],
                "additionalProperties": false
            },
            "line": {
                "type": "object",
                "properties": {
                    "description": {"type": "string", "maxLength": 120},
                    "quantity": {"type": "number", "minimum": 0},
                    "amount": amount
                },
                "required": ["description", "amount"],
                "additionalProperties": false
            }
        }
    })
}
