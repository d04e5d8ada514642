//! Tools: how they are shown to a model, how it is held to asking for them in one form, and how
//! what it says becomes calls.
//!
//! Three parts have to agree, so all three are made from one [`CallSyntax`], that of the model's
//! family: the prompt (tools, earlier calls and their results), the grammar (which calls may be
//! written, and the arguments by each tool's schema), and the reader (text to calls). The model's
//! own template writes the turns; what is in them about tools is written here.

mod grammar;
mod ids;
mod neutral;
mod offer;
mod prompt;
mod reader;
mod results;
mod syntax;

pub(crate) use grammar::{CallChecks, CallGrammarSource, PreparedCalls};
pub(crate) use ids::CallIds;
pub(crate) use offer::ToolOffer;
pub(crate) use prompt::{Part, write_conversation};
pub(crate) use reader::{CallReader, Read};
pub(crate) use syntax::{CallSyntax, ToolStyle};

#[cfg(test)]
mod tests;
