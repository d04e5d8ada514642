//! Questions to the database that come at one time, asked in one statement.

use std::collections::HashMap;
use std::hash::Hash;

use super::StoreError;
use super::groups::{GroupReceiver, GroupSender, Limits};

/// Questions are short; their answers are what takes room.
pub(super) const LIMITS: Limits = Limits {
    waiting: 1024,
    waiting_kib: 64 * 1024,
    group: 64,
    group_kib: 64 * 1024,
};

/// Where a question is asked.
pub(super) type Questions<Question, Found> = GroupSender<Question, Result<Found, StoreError>>;

/// Asks, and waits for the answer.
pub(super) async fn ask<Question, Found>(
    questions: &Questions<Question, Found>,
    question: Question,
) -> Result<Found, StoreError> {
    match questions.send(question, 0).await {
        Some(answer) => answer.await.unwrap_or(Err(StoreError::Stopped)),
        None => Err(StoreError::Stopped),
    }
}

/// Answers one group of questions after another until all who ask are gone. What several ask is
/// looked up once. `look_up` gives one answer for each question, in their order.
pub(super) async fn answer_all<Question, Found, LookingUp>(
    mut queue: GroupReceiver<Question, Result<Found, StoreError>>,
    look_up: impl Fn(Vec<Question>) -> LookingUp,
) where
    Question: Eq + Hash,
    Found: Clone,
    LookingUp: Future<Output = Result<Vec<Found>, StoreError>>,
{
    while let Some(group) = queue.next().await {
        let mut asked: HashMap<Question, Vec<_>> = HashMap::new();
        for (question, answer) in group.items.into_iter().zip(group.answers) {
            asked.entry(question).or_default().push(answer);
        }
        let (questions, answers): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
        match look_up(questions).await {
            Ok(found) => {
                for (found, answers) in found.into_iter().zip(answers) {
                    for answer in answers {
                        answer.tell(Ok(found.clone()));
                    }
                }
            }
            Err(cause) => {
                let answers: Vec<_> = answers.into_iter().flatten().collect();
                let causes = cause.for_each_of(answers.len());
                for (answer, cause) in answers.into_iter().zip(causes) {
                    answer.tell(Err(cause));
                }
            }
        }
    }
}
