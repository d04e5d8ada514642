//! The figures of docs/benchmarks.md:
//! `cargo test --release -p ledgergate-accounting --test reconciliation -- --ignored --nocapture figures`.

#![expect(clippy::print_stdout, reason = "the figures are what these are for")]

use crate::generator::Setting;
use crate::{measured, show};

/// Seeds that no rule was written while looking at.
const FRESH: std::ops::Range<u64> = 70_000..70_200;

#[test]
#[ignore = "takes minutes: for the figures"]
fn figures_of_the_hard_setting() {
    figures(Setting::Hard);
}

#[test]
#[ignore = "takes minutes: for the figures"]
fn figures_of_another_hand() {
    figures(Setting::OtherHand);
}

/// `SEEDS=100-300` takes other seeds.
fn figures(setting: Setting) {
    let seeds = std::env::var("SEEDS").ok().and_then(|given| {
        let (from, to) = given.split_once('-')?;
        Some(from.parse().ok()?..to.parse().ok()?)
    });
    let (score, floor, broken) = measured(setting, seeds.unwrap_or(FRESH), 160);
    println!("{}", show(&score, &floor, "ours"));
    println!("violations: {broken:#?}");
}
