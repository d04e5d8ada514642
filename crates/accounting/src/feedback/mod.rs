//! What a person says about a result: a verdict, and for a wrong one the typed differences.
//!
//! A difference names a field of the reply by its JSON Pointer, from a closed set ([`Field`]), and
//! the value that it should have had. [`Feedback::check`] takes no difference that is none, none
//! that the catalogue or the company's chart does not know, and none that contradicts another or
//! the verdict.

mod correction;
mod entry;
mod expected;
mod field;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::catalogue::{Action, Module};
use crate::closed_enum::closed_enum;
use crate::company::Company;
use crate::input_error::InputError;

pub use correction::{Correction, CorrectionInput};
pub use field::{Field, JournalLinePart, ReplyField, TaxLinePart};

closed_enum! {
    /// What a person found.
    Verdict {
        /// Every field is right.
        Correct => "correct",
        /// Something was wrong; the corrections say what.
        Corrected => "corrected",
        /// Wrong, and what would be right is not said.
        Rejected => "rejected",
    }
}

/// Feedback that fits its result.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    verdict: Verdict,
    corrections: Vec<Correction>,
    label: Label,
}

/// What a result should have been, as far as the report of accuracy asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Label {
    /// Nothing was wrong.
    pub correct: bool,
    /// The right module; null where the result was rejected, or decides none.
    pub module: Option<Module>,
    /// The right action; null as `module`.
    pub action: Option<Action>,
}

impl Feedback {
    /// Checks a verdict and its corrections against the reply that they are about; `company` is the
    /// one that the document came with, if any.
    ///
    /// # Errors
    /// [`InputError`] with a pointer into the request: corrections that the verdict leaves no room
    /// for, a field that is none or that the reply does not have, a value that its field cannot
    /// have, a correction of a field that is right already, two that contradict each other, an
    /// entry that would not balance.
    pub fn check(
        verdict: Verdict,
        corrections: &[CorrectionInput],
        reply: &Value,
        company: Option<&Company>,
    ) -> Result<Self, InputError> {
        let refused = |message: &str| Err(InputError::new("/corrections", message));
        match (verdict, corrections.is_empty()) {
            (Verdict::Correct, false) => {
                return refused("must be empty: the verdict is that nothing is wrong");
            }
            (Verdict::Corrected, true) => {
                return refused("must name what was wrong; a verdict without it is 'rejected'");
            }
            (Verdict::Rejected, false) => {
                return refused("must be empty for 'rejected'; with corrections it is 'corrected'");
            }
            _ => {}
        }
        let checked = correction::check_all(corrections, reply, company)?;
        entry::check(&checked, reply)?;
        let label = label(verdict, &checked, reply)?;
        Ok(Self {
            verdict,
            corrections: checked,
            label,
        })
    }

    /// What was found.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The differences, in the order given.
    pub fn corrections(&self) -> &[Correction] {
        &self.corrections
    }

    /// What the result should have been.
    pub fn label(&self) -> Label {
        self.label
    }
}

/// Module and action follow from each other, so corrections of both must agree.
fn label(verdict: Verdict, corrections: &[Correction], reply: &Value) -> Result<Label, InputError> {
    let position = |wanted: ReplyField| {
        corrections
            .iter()
            .position(|correction| correction.field == Field::Whole(wanted))
    };
    let text = |wanted: ReplyField| match position(wanted) {
        Some(index) => corrections[index].expected.as_str(),
        None => reply.pointer(wanted.code()).and_then(Value::as_str),
    };
    let correct = verdict == Verdict::Correct;
    let none = Label {
        correct,
        module: None,
        action: None,
    };
    let action = text(ReplyField::Action).and_then(Action::from_code);
    let Some(action) = action.filter(|_| verdict != Verdict::Rejected) else {
        return Ok(none);
    };
    let module = action.module();
    if let Some(index) = position(ReplyField::Module)
        && text(ReplyField::Module) != Some(module.code())
    {
        let message = format!("the action {action} belongs to the module {module}; correct both");
        return Err(InputError::new(
            format!("/corrections/{index}/expected"),
            message,
        ));
    }
    Ok(Label {
        correct,
        module: Some(module),
        action: Some(action),
    })
}
