use proptest::prelude::*;

use super::*;
use crate::chat::Sampling;

fn settings(sampling: &Sampling) -> SamplingSettings {
    SamplingSettings::resolve(sampling, &Sampling::default(), 1_000).unwrap()
}

fn draws(sampling: &Sampling, seed: u64, logits: &[f32], count: usize) -> Vec<u32> {
    let settings = settings(sampling);
    (0..count)
        .map(|index| {
            let mut sampler = Sampler::new(settings.clone(), seed + index as u64);
            sampler.choose(&mut logits.to_vec(), |_| true).unwrap()
        })
        .collect()
}

#[test]
fn temperature_zero_takes_the_likeliest_and_the_lowest_id_of_equals() {
    let sampling = Sampling {
        temperature: Some(0.0),
        ..Sampling::default()
    };
    assert_eq!(
        draws(&sampling, 0, &[0.0, 3.0, 3.0, f32::NAN], 3),
        [1, 1, 1]
    );
}

#[test]
fn frequencies_follow_the_softmax() {
    let logits = [0.0, 1.0_f32, 2.0];
    let drawn = draws(&Sampling::default(), 7, &logits, 20_000);
    let mass: f64 = logits.iter().map(|logit| f64::from(*logit).exp()).sum();
    for (id, logit) in (0_u32..).zip(logits) {
        let count = drawn.iter().filter(|token| **token == id).count();
        let share = f64::from(u32::try_from(count).unwrap()) / 20_000.0;
        assert!(
            (share - f64::from(logit).exp() / mass).abs() < 0.015,
            "{id}: {share}"
        );
    }
}

#[test]
fn filters_keep_what_they_say() {
    // Probabilities 0.5, 0.25, 0.125, 0.125.
    let logits = [8.0_f32.ln(), 4.0_f32.ln(), 2.0_f32.ln(), 2.0_f32.ln()];
    let kept = |sampling: &Sampling| {
        let mut ids = draws(sampling, 1, &logits, 2_000);
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    assert_eq!(
        kept(&Sampling {
            top_k: Some(2),
            ..Sampling::default()
        }),
        [0, 1]
    );
    assert_eq!(
        kept(&Sampling {
            top_p: Some(0.7),
            ..Sampling::default()
        }),
        [0, 1]
    );
    assert_eq!(
        kept(&Sampling {
            top_p: Some(0.4),
            ..Sampling::default()
        }),
        [0]
    );
    assert_eq!(
        kept(&Sampling {
            min_p: Some(0.4),
            ..Sampling::default()
        }),
        [0, 1]
    );
    assert_eq!(
        kept(&Sampling {
            top_k: Some(0),
            ..Sampling::default()
        }),
        [0, 1, 2, 3]
    );
}

#[test]
fn penalties_and_bias_count_generated_tokens_only() {
    let base = Sampling {
        temperature: Some(0.0),
        ..Sampling::default()
    };
    let run = |sampling: Sampling, logits: &[f32]| {
        let mut sampler = Sampler::new(settings(&sampling), 0);
        (0..4)
            .map(|_| sampler.choose(&mut logits.to_vec(), |_| true).unwrap())
            .collect::<Vec<_>>()
    };
    let logits = [1.0, 0.5];
    assert_eq!(run(base.clone(), &logits), [0, 0, 0, 0]);
    let presence = Sampling {
        presence_penalty: Some(0.7),
        ..base.clone()
    };
    assert_eq!(run(presence, &logits), [0, 1, 0, 0]);
    let frequency = Sampling {
        frequency_penalty: Some(0.4),
        ..base.clone()
    };
    assert_eq!(run(frequency, &logits), [0, 0, 1, 0]);
    let repetition = Sampling {
        repetition_penalty: Some(3.0),
        ..base.clone()
    };
    assert_eq!(run(repetition, &logits), [0, 1, 0, 0]);
    let bias = Sampling {
        logit_bias: BTreeMap::from([(0, -100.0)]),
        ..base
    };
    assert_eq!(run(bias, &logits), [1, 1, 1, 1]);
}

#[test]
fn out_of_range_names_the_parameter() {
    let wrong = [
        (
            "temperature",
            Sampling {
                temperature: Some(2.1),
                ..Sampling::default()
            },
        ),
        (
            "temperature",
            Sampling {
                temperature: Some(f32::NAN),
                ..Sampling::default()
            },
        ),
        (
            "top_p",
            Sampling {
                top_p: Some(0.0),
                ..Sampling::default()
            },
        ),
        (
            "min_p",
            Sampling {
                min_p: Some(-0.1),
                ..Sampling::default()
            },
        ),
        (
            "repetition_penalty",
            Sampling {
                repetition_penalty: Some(0.0),
                ..Sampling::default()
            },
        ),
        (
            "presence_penalty",
            Sampling {
                presence_penalty: Some(3.0),
                ..Sampling::default()
            },
        ),
        (
            "frequency_penalty",
            Sampling {
                frequency_penalty: Some(-3.0),
                ..Sampling::default()
            },
        ),
        (
            "logit_bias",
            Sampling {
                logit_bias: BTreeMap::from([(1_000, 1.0)]),
                ..Sampling::default()
            },
        ),
    ];
    for (name, sampling) in wrong {
        let outcome = SamplingSettings::resolve(&sampling, &Sampling::default(), 1_000);
        let Err(crate::ModelError::InvalidRequest { param, .. }) = outcome else {
            panic!("{name} was accepted");
        };
        assert_eq!(param.as_deref(), Some(name));
    }
}

#[test]
fn logprobs_are_the_models_own_natural_logarithms() {
    let distribution = ModelDistribution::new(&[0.0, 3.0_f32.ln(), f32::NEG_INFINITY]);
    assert!((distribution.logprob(0) - 0.25_f32.ln()).abs() < 1e-6);
    assert!((distribution.logprob(1) - 0.75_f32.ln()).abs() < 1e-6);
    assert_eq!(distribution.likeliest(5, |_| true), [1, 0]);
    let over_two = log_softmax(&[1.0, 1.0]);
    assert!(
        over_two
            .iter()
            .all(|logprob| (logprob - 0.5_f64.ln()).abs() < 1e-12)
    );
}

proptest! {
    #[test]
    fn only_allowed_tokens_are_chosen(
        logits in proptest::collection::vec(-20.0_f32..20.0, 1..600),
        temperature in 0.0_f32..2.0,
        top_p in 0.01_f32..=1.0,
        top_k in 0_u32..50,
        seed in any::<u64>(),
        step in 1_u32..7,
    ) {
        let sampling = Sampling {
            temperature: Some(temperature), top_p: Some(top_p), top_k: Some(top_k),
            ..Sampling::default()
        };
        let choose = || Sampler::new(settings(&sampling), seed)
            .choose(&mut logits.clone(), |id| id % step == 0);
        let chosen = choose().unwrap();
        prop_assert_eq!(chosen % step, 0);
        prop_assert_eq!(choose(), Some(chosen));
    }
}
