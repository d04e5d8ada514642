//! Tokens a second. Ignored: a number for a report, not a condition.

use ledgergate_llm::{ChatModel, ChatRequest};

use crate::{block_on, greedy, model};

#[test]
#[ignore = "measures; run with --ignored --nocapture on a quiet machine"]
fn prefill_and_decode() {
    for words in [10, 200, 850] {
        let content = format!("{}Tell a story.", "word ".repeat(words));
        let mut asked = ChatRequest {
            max_tokens: Some(65),
            ..greedy(&content)
        };
        // No end token, so that all of them are generated.
        asked.sampling.logit_bias = [(0, -100.0), (2, -100.0)].into();
        let answer = block_on(async {
            model()
                .generate(asked)
                .await
                .unwrap()
                .complete()
                .await
                .unwrap()
        });
        let per_second = |tokens: u32, milliseconds: u64| {
            f64::from(tokens) * 1_000.0 / f64::from(u32::try_from(milliseconds.max(1)).unwrap())
        };
        // The first token's logits belong to the prefill.
        let decoded = answer.usage.completion_tokens - 1;
        #[expect(clippy::print_stderr, reason = "the measurement is the result")]
        {
            eprintln!(
                "prompt {} tokens: prefill {:.0} tokens/s, decode {:.1} tokens/s ({:?})",
                answer.usage.prompt_tokens,
                per_second(answer.usage.prompt_tokens, answer.timings.prefill_ms),
                per_second(decoded, answer.timings.decode_ms),
                answer.usage,
            );
        }
    }
}
