//! usage: `engine_alone MODEL.gguf [ROUNDS [THREADS]]`
//!
//! What mistral.rs itself takes for a prompt and for a token, with the largest logit taken and
//! nothing else of ours around it: what this leaves of the gateway's time a token is our part.
//! Prints a Markdown table, median and spread over the rounds. A prompt is one batch of the engine,
//! so the rows also tell what a prompt cut into smaller batches could win.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use ledgergate_llm::engine::{Pick, TokenEngine, TokenPicker};
use ledgergate_llm_mistralrs::{LoadOptions, MistralRsEngine};

const PROMPTS: [usize; 7] = [8, 16, 44, 128, 234, 512, 1_000];
const DECODED: usize = 64;

/// Takes the largest logit and notes when.
struct Greedy(Arc<Mutex<Vec<Instant>>>);

impl TokenPicker for Greedy {
    fn pick(&mut self, logits: &mut [f32]) -> Pick {
        let mut picks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        picks.push(Instant::now());
        let largest = logits
            .iter()
            .enumerate()
            // The first tokens of the vocabulary are control tokens, which end an answer.
            .skip(3)
            .max_by(|(_, left), (_, right)| left.total_cmp(right));
        match largest {
            Some((token, _)) if picks.len() < DECODED => {
                Pick::Token(u32::try_from(token).unwrap_or(u32::MAX))
            }
            _ => Pick::End,
        }
    }
}

/// Milliseconds to the first pick, and from each pick to the next.
fn measure(
    engine: &MistralRsEngine,
    prompt_tokens: usize,
) -> Result<(f64, f64), Box<dyn std::error::Error>> {
    let picks = Arc::new(Mutex::new(Vec::new()));
    // One token of a word again and again: what it says is no matter.
    let prompt = vec![2_000; prompt_tokens];
    let started = Instant::now();
    let limit = u32::try_from(DECODED + 2)?;
    engine.run(&prompt, limit, Box::new(Greedy(Arc::clone(&picks))))?;
    let picks = picks.lock().unwrap_or_else(PoisonError::into_inner);
    let (Some(first), Some(last)) = (picks.first(), picks.last()) else {
        return Err("no token was asked for".into());
    };
    let steps = f64::from(u32::try_from(picks.len() - 1)?);
    Ok((
        (*first - started).as_secs_f64() * 1_000.0,
        (*last - *first).as_secs_f64() * 1_000.0 / steps,
    ))
}

fn spread(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    let middle = values.get(values.len() / 2).copied().unwrap_or_default();
    let (least, most) = (values.first(), values.last());
    format!(
        "{middle:.1} ({:.1} to {:.1})",
        least.copied().unwrap_or_default(),
        most.copied().unwrap_or_default()
    )
}

#[expect(clippy::print_stdout, reason = "the measurement is the result")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(arguments.next().ok_or("which model?")?);
    let rounds: usize = arguments.next().map_or(Ok(7), |rounds| rounds.parse())?;
    let threads = arguments
        .next()
        .map(|threads| threads.parse())
        .transpose()?;
    let engine = MistralRsEngine::load(&LoadOptions {
        path,
        quantisation: None,
        context_tokens: Some(2_048),
        threads,
    })?;
    println!("| prompt tokens | prefill, tokens/s | decode, tokens/s |\n|---|---|---|");
    for tokens in PROMPTS {
        // The first one warms up.
        measure(&engine, tokens)?;
        let mut seen = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let (first, step) = measure(&engine, tokens)?;
            seen.0
                .push(f64::from(u32::try_from(tokens)?) * 1_000.0 / first);
            seen.1.push(1_000.0 / step);
        }
        println!("| {tokens} | {} | {} |", spread(seen.0), spread(seen.1));
    }
    Ok(())
}
