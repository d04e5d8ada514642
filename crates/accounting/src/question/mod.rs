//! Closed questions, as data: what only a model can answer leaves this crate as a prompt with a
//! closed set of answers, and comes back as the index of one, with the probability of each.

pub(crate) mod prompt;

use serde::Serialize;

/// A question with a closed set of answers. Whoever asks a model lists the options after the
/// prompt, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question<Id> {
    /// What is asked.
    pub id: Id,
    /// The system prompt.
    pub prompt_system: String,
    /// The user prompt: the relevant words and the question. Long texts are clipped for the
    /// question alone; the reading always sees all of them.
    pub prompt_user: String,
    /// At most 20 options.
    pub options: Vec<QuestionOption>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuestionOption {
    /// What the choice is kept as: an action's code, an account's code, a name as printed, the
    /// id of an open item.
    pub key: String,
    /// What the model reads.
    pub label: String,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Index of the chosen option.
    pub chosen: usize,
    /// The model's probability of each option, in the options' order, summing to 1.
    pub probabilities: Vec<f64>,
    /// The probabilities of each asking, in the options' order, where it was asked in two orders.
    pub orders: Vec<Vec<f64>>,
    /// The model's name.
    pub model: String,
}

/// Below this lead over the next option a model's choice is called unsure.
pub(crate) const UNSURE_MARGIN: f64 = 0.2;

impl<Id: Clone> Question<Id> {
    /// The same with the second half of the options first: small models favour what stands
    /// first, and so every option stands elsewhere.
    #[must_use]
    pub fn in_other_order(&self) -> Self {
        let mut question = self.clone();
        let half = question.options.len() / 2;
        question.options.rotate_left(half);
        question
    }
}

impl Answer {
    /// Whether the order of the options may have decided: the lead over the next is small, or the
    /// option that stood first was chosen. A model of 135 million parameters was seen to choose
    /// the first of any options, with a lead of 0.4 and more.
    pub fn may_depend_on_order(&self) -> bool {
        self.chosen == 0 || margin(&self.probabilities, self.chosen) < UNSURE_MARGIN
    }

    /// The mean of this answer and the one to [`Question::in_other_order`].
    #[must_use]
    pub fn averaged_with(mut self, mut other: Self) -> Self {
        if other.probabilities.len() != self.probabilities.len() {
            return self;
        }
        let half = other.probabilities.len() / 2;
        other.probabilities.rotate_right(half);
        let mean: Vec<f64> = self
            .probabilities
            .iter()
            .zip(&other.probabilities)
            .map(|(one, two)| f64::midpoint(*one, *two))
            .collect();
        self.chosen = likeliest(&mean).unwrap_or(self.chosen);
        self.orders = vec![
            std::mem::replace(&mut self.probabilities, mean),
            other.probabilities,
        ];
        self
    }

    /// Whether it was asked in two orders and another option was ahead in each.
    pub(crate) fn depends_on_order(&self) -> bool {
        let mut leaders = self.orders.iter().map(|order| likeliest(order));
        let first = leaders.next();
        leaders.any(|leader| Some(leader) != first)
    }

    /// The probabilities, summing to 1.
    ///
    /// # Errors
    /// [`AnswerError`] when they or the chosen option do not fit a question of so many options.
    pub(crate) fn fitting(&self, options: usize) -> Result<Vec<f64>, AnswerError> {
        let sum: f64 = self.probabilities.iter().sum();
        let fit = self.probabilities.len() == options
            && self
                .probabilities
                .iter()
                .all(|p| p.is_finite() && *p >= 0.0)
            && sum > 0.0;
        if !fit {
            return Err(AnswerError::Probabilities {
                given: self.probabilities.len(),
                options,
            });
        }
        if self.chosen >= options {
            return Err(AnswerError::NoSuchOption {
                chosen: self.chosen,
                options,
            });
        }
        Ok(self.probabilities.iter().map(|p| p / sum).collect())
    }
}

fn likeliest(probabilities: &[f64]) -> Option<usize> {
    let indexed = probabilities.iter().enumerate();
    indexed
        .max_by(|(_, one), (_, two)| one.total_cmp(two))
        .map(|(index, _)| index)
}

/// How far the chosen option is ahead of the next.
pub(crate) fn margin(probabilities: &[f64], chosen: usize) -> f64 {
    let others = probabilities
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != chosen)
        .map(|(_, p)| *p);
    probabilities.get(chosen).copied().unwrap_or_default() - others.fold(0.0, f64::max)
}

/// An answer that does not fit its question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The question is not open.
    #[error("the question '{0}' is not open")]
    NotOpen(String),
    /// No such option.
    #[error("option {chosen} of {options} was chosen")]
    NoSuchOption {
        /// Index given.
        chosen: usize,
        /// Number of options.
        options: usize,
    },
    /// As many probabilities as options are needed, none negative, with a positive sum.
    #[error("{given} probabilities were given for {options} options, or they do not sum to 1")]
    Probabilities {
        /// Number given.
        given: usize,
        /// Number of options.
        options: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(probabilities: &[f64], chosen: usize) -> Answer {
        Answer {
            chosen,
            probabilities: probabilities.to_vec(),
            orders: Vec::new(),
            model: "small".to_owned(),
        }
    }

    #[test]
    fn a_close_answer_is_averaged_with_that_to_the_other_order() {
        assert!(!answer(&[0.2, 0.7, 0.1], 1).may_depend_on_order());
        assert!(answer(&[0.35, 0.45, 0.2], 1).may_depend_on_order());
        assert!(answer(&[0.9, 0.05, 0.05], 0).may_depend_on_order());
        let first = answer(&[0.5, 0.4, 0.1], 0);
        // In the other order the model favours what then stands first: our second option.
        let mean = first.averaged_with(answer(&[0.5, 0.25, 0.25], 0));
        assert_eq!(mean.orders, [[0.5, 0.4, 0.1], [0.25, 0.5, 0.25]]);
        assert_eq!(mean.probabilities, [0.375, 0.45, 0.175]);
        assert_eq!(mean.chosen, 1);
        assert!(mean.depends_on_order());
    }

    #[test]
    fn in_the_other_order_every_option_stands_elsewhere() {
        for count in 2..=20 {
            let option = |number: usize| QuestionOption {
                key: number.to_string(),
                label: String::new(),
            };
            let question = Question {
                id: (),
                prompt_system: String::new(),
                prompt_user: String::new(),
                options: (0..count).map(option).collect(),
            };
            let other = question.in_other_order();
            let pairs = question.options.iter().zip(&other.options);
            assert!(pairs.clone().all(|(one, two)| one != two), "{count}");
            // An answer to it finds its way back.
            for chosen in 0..count {
                let mut probabilities = vec![0.0; count];
                probabilities[chosen] = 1.0;
                let place = other.options.iter().position(|o| *o == option(chosen));
                let mut turned = vec![0.0; count];
                turned[place.unwrap()] = 1.0;
                let mean = answer(&probabilities, chosen).averaged_with(answer(&turned, 0));
                assert_eq!((mean.chosen, mean.probabilities[chosen]), (chosen, 1.0));
            }
        }
    }
}
