use super::{Calibration, LEAST_LABELS, LabelledScore, RiskLimit};

/// Random numbers that are the same in every run (Steele et al., 2014).
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((bits ^ (bits >> 31)) >> 32).unwrap()) / 2_f64.powi(32)
    }
}

/// A decision whose probability of being right is known.
struct Drawn {
    label: LabelledScore,
    truth: f64,
}

/// Four strata. The score overstates in each by its own amount, and bends.
fn draw(random: &mut Random) -> Drawn {
    let stratum = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3][index(random, 10)];
    let score = 0.6 + 0.39 * random.unit().sqrt();
    let log_odds = (score / (1.0 - score)).ln();
    let shift = [0.2, -0.4, -0.9, 0.8][stratum];
    let bent = 0.7 * log_odds + 0.12 * log_odds * log_odds.abs() + shift;
    let truth = 1.0 / (1.0 + (-bent).exp());
    drawn(random, score, format!("s{stratum}"), truth)
}

/// Mostly right, as decisions that rules let through are, but in two strata not right enough: all
/// together are wrong at about 0.8 %.
fn draw_good(random: &mut Random) -> Drawn {
    let stratum = [0, 1, 1, 1, 1, 2][index(random, 6)];
    let score = 0.55 + 0.44 * random.unit();
    let wrong = [0.06, 0.001_5, 0.02][stratum] * (1.0 - score) / 0.45;
    drawn(random, score, format!("s{stratum}"), 1.0 - wrong - 0.000_3)
}

fn drawn(random: &mut Random, score: f64, stratum: String, truth: f64) -> Drawn {
    let label = LabelledScore {
        score,
        stratum,
        correct: random.unit() < truth,
        let_through: true,
    };
    Drawn { label, truth }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small index"
)]
fn index(random: &mut Random, n: u32) -> usize {
    (random.unit() * f64::from(n)) as usize
}

fn labels(random: &mut Random, n: usize, draw: fn(&mut Random) -> Drawn) -> Vec<LabelledScore> {
    (0..n).map(|_| draw(random).label).collect()
}

fn limit() -> RiskLimit {
    RiskLimit::new(0.005, 0.95).unwrap()
}

/// Distance between mean confidence and mean true probability, averaged over ten bins.
fn calibration_error(fresh: &[Drawn], confidence: impl Fn(&LabelledScore) -> f64) -> f64 {
    let mut bins = [(0.0_f64, 0.0_f64); 10];
    for drawn in fresh {
        let stated = confidence(&drawn.label);
        let bin = (0..10_u8)
            .rev()
            .find(|bin| stated >= f64::from(*bin) / 10.0);
        let bin = &mut bins[usize::from(bin.unwrap_or_default())];
        bin.0 += stated;
        bin.1 += drawn.truth;
    }
    let n = f64::from(u32::try_from(fresh.len()).unwrap());
    bins.iter().map(|bin| (bin.0 - bin.1).abs()).sum::<f64>() / n
}

#[test]
fn confidence_is_kept_with_two_thousand_labels() {
    for seed in 0..20 {
        let mut random = Random(seed);
        let fitted = labels(&mut random, 2_000, draw);
        let calibration = Calibration::fit(&fitted, limit()).unwrap();
        let fresh: Vec<_> = (0..20_000).map(|_| draw(&mut random)).collect();
        let raw = calibration_error(&fresh, |label| label.score);
        let error = calibration_error(&fresh, |label| {
            calibration.map.apply(label.score, &label.stratum)
        });
        assert!(
            raw > 0.03,
            "seed {seed}: there is nothing to calibrate: {raw}"
        );
        assert!(error < 0.02, "seed {seed}: {error}, before {raw}");
    }
}

#[test]
fn the_gate_keeps_its_bound_in_95_of_100_repetitions() {
    let (mut broken, mut opened) = (0, 0);
    let mut random = Random(7);
    let world: Vec<_> = (0..40_000).map(|_| draw_good(&mut random)).collect();
    for seed in 100..200 {
        let mut random = Random(seed);
        let fitted = labels(&mut random, 6_000, draw_good);
        let gate = Calibration::fit(&fitted, limit()).unwrap().gate;
        let passing: Vec<_> = world
            .iter()
            .filter(|drawn| gate.allows(drawn.label.score, &drawn.label.stratum))
            .collect();
        if passing.is_empty() {
            continue;
        }
        opened += 1;
        let n = f64::from(u32::try_from(passing.len()).unwrap());
        let risk = passing.iter().map(|drawn| 1.0 - drawn.truth).sum::<f64>() / n;
        broken += u32::from(risk > 0.005);
    }
    assert!(broken <= 5, "{broken} of 100");
    // A gate that is always shut would keep any bound.
    assert!(opened >= 40, "{opened} of 100");
}

#[test]
fn a_gate_on_what_is_bad_stays_shut() {
    let mut open = 0;
    for seed in 0..50 {
        let gate = Calibration::fit(&labels(&mut Random(seed), 4_000, draw), limit())
            .unwrap()
            .gate;
        open += u32::from(gate.threshold.is_some());
    }
    assert!(open <= 3, "{open}");
}

#[test]
fn few_labels_fit_nothing_and_few_more_prove_nothing() {
    let mut random = Random(1);
    let few = labels(&mut random, LEAST_LABELS - 1, draw_good);
    assert_eq!(Calibration::fit(&few, limit()).unwrap_err().labels, 199);
    // 100 right out of 100 do not show that fewer than one in 200 is wrong.
    let right = |score: f64| LabelledScore {
        score,
        stratum: "s".to_owned(),
        correct: true,
        let_through: true,
    };
    let clean: Vec<_> = (0..LEAST_LABELS).map(|_| right(0.9)).collect();
    let calibration = Calibration::fit(&clean, limit()).unwrap();
    assert_eq!(calibration.gate.threshold, None);
    assert!(calibration.map.apply(0.9, "s") > 0.97);
    let clean: Vec<_> = (0..2 * 598).map(|_| right(0.9)).collect();
    let gate = Calibration::fit(&clean, limit()).unwrap().gate;
    assert!(gate.allows(0.9, "s"));
    assert!(!gate.allows(0.9, "never seen"), "nothing is known of it");
}

#[test]
fn a_stratum_of_few_labels_is_drawn_towards_the_rest() {
    let label = |stratum: &str, correct: bool| LabelledScore {
        score: 0.9,
        stratum: stratum.to_owned(),
        correct,
        let_through: true,
    };
    let mut all: Vec<_> = (0..900).map(|i| label("many", i % 10 != 0)).collect();
    all.extend((0..3).map(|_| label("few", false)));
    let map = Calibration::fit(&all, limit()).unwrap().map;
    let (many, few) = (map.apply(0.9, "many"), map.apply(0.9, "few"));
    assert!((many - 0.9).abs() < 0.01, "{many}");
    assert!(few > 0.5 && few < many, "{few}");
}

#[test]
fn confidence_grows_with_the_score() {
    for seed in 0..10 {
        let calibration =
            Calibration::fit(&labels(&mut Random(seed), 1_000, draw), limit()).unwrap();
        let confidences: Vec<f64> = (0..=100)
            .map(|i| calibration.map.apply(f64::from(i) / 100.0, "s1"))
            .collect();
        assert!(confidences.is_sorted(), "seed {seed}");
        assert!(confidences.iter().all(|p| (0.0..=1.0).contains(p)));
    }
}

#[test]
fn a_calibration_is_read_back_as_it_was_written() {
    let fitted = Calibration::fit(&labels(&mut Random(3), 500, draw), limit()).unwrap();
    let text = serde_json::to_string(&fitted).unwrap();
    let read: Calibration = serde_json::from_str(&text).unwrap();
    let confidence = |calibration: &Calibration| calibration.map.apply(0.8, "s2");
    assert!((confidence(&read) - confidence(&fitted)).abs() < 1e-12);
    assert_eq!(read.gate.limit, fitted.gate.limit);
    assert!(serde_json::from_str::<RiskLimit>("[1.5, 0.95]").is_err());
}
