//! How the families of models write calls.

use crate::tokenizer::ModelTokenizer;

/// The families, by the form in which their models were taught to call tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ToolStyle {
    /// `<tool_call>` in `ChatML`, as Hermes and Qwen have it; also for templates of no known
    /// family, because it is all text within turns.
    Hermes,
    /// `[AVAILABLE_TOOLS]`, `[TOOL_CALLS]` and `[TOOL_RESULTS]` (Mistral's third tokenizer has
    /// them as control tokens; to older ones they are text).
    Mistral,
    /// A bare JSON object with `name` and `parameters`, results in the role `ipython`.
    Llama,
}

impl ToolStyle {
    /// What must not be forged in a conversation with tools. (Llama's turns are parted by control
    /// tokens alone.)
    pub(super) const fn markers(self) -> &'static [&'static str] {
        match self {
            Self::Hermes => &[
                "<tools>",
                "</tools>",
                "<tool_call>",
                "</tool_call>",
                "<tool_response>",
                "</tool_response>",
            ],
            Self::Mistral => &[
                "[AVAILABLE_TOOLS]",
                "[/AVAILABLE_TOOLS]",
                "[TOOL_CALLS]",
                "[TOOL_RESULTS]",
                "[/TOOL_RESULTS]",
                "[INST]",
                "[/INST]",
            ],
            Self::Llama => &[],
        }
    }
}

const PYTHON_TAG: &str = "<|python_tag|>";

/// How one model writes calls: `marker opening NAME middle ARGUMENTS closing`, each further call
/// `between NAME middle ARGUMENTS closing`, then `ending`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct CallSyntax {
    pub(super) style: ToolStyle,
    /// What parts calls from the text before them.
    pub(super) marker: Option<&'static str>,
    /// Whether an answer that is nothing but calls has no marker.
    pub(super) bare: bool,
    /// To the first call's name.
    pub(super) opening: &'static str,
    /// From the name, with the quote that ends it, to the arguments.
    pub(super) middle: &'static str,
    /// From the arguments to the end of the call.
    pub(super) closing: &'static str,
    /// From the end of one call to the next one's name.
    pub(super) between: &'static str,
    /// After the last call.
    pub(super) ending: &'static str,
    /// Parts of the above that this tokenizer has as control tokens, with their ids.
    control: Vec<(&'static str, u32)>,
}

impl CallSyntax {
    pub(crate) fn new(style: ToolStyle, tokenizer: &ModelTokenizer) -> Self {
        let tag: &[&str] = match style {
            ToolStyle::Llama => &[PYTHON_TAG],
            _ => &[],
        };
        let control: Vec<_> = (style.markers().iter().chain(tag))
            .filter_map(|marker| Some((*marker, tokenizer.control_token(marker)?)))
            .collect();
        match style {
            ToolStyle::Hermes => Self {
                style,
                marker: Some("<tool_call>"),
                bare: false,
                opening: "\n{\"name\": \"",
                middle: "\", \"arguments\": ",
                closing: "}\n</tool_call>",
                between: "\n<tool_call>\n{\"name\": \"",
                ending: "",
                control,
            },
            ToolStyle::Mistral => Self {
                style,
                marker: Some("[TOOL_CALLS]"),
                bare: false,
                opening: " [{\"name\": \"",
                middle: "\", \"arguments\": ",
                closing: "}",
                between: ", {\"name\": \"",
                ending: "]",
                control,
            },
            ToolStyle::Llama => Self {
                style,
                marker: (!control.is_empty()).then_some(PYTHON_TAG),
                bare: true,
                opening: "{\"name\": \"",
                middle: "\", \"parameters\": ",
                closing: "}",
                between: "; {\"name\": \"",
                ending: "",
                control,
            },
        }
    }

    /// The text of a control token that belongs to a call.
    pub(crate) fn control_text(&self, token: u32) -> Option<&'static str> {
        self.control
            .iter()
            .find(|(_, id)| *id == token)
            .map(|(text, _)| *text)
    }

    /// The id of a marker, where it is a control token.
    pub(super) fn control_token(&self, marker: &str) -> Option<u32> {
        self.control
            .iter()
            .find(|(text, _)| *text == marker)
            .map(|(_, id)| *id)
    }

    /// Cuts a text of ours at the control tokens in it.
    pub(super) fn cut<'t>(&self, text: &'t str) -> Vec<Piece<'t>> {
        let mut pieces = Vec::new();
        let mut rest = text;
        loop {
            let first = self
                .control
                .iter()
                .filter_map(|(marker, id)| Some((rest.find(marker)?, marker.len(), *id)))
                .min();
            let Some((at, length, id)) = first else {
                break;
            };
            if at > 0 {
                pieces.push(Piece::Text(&rest[..at]));
            }
            pieces.push(Piece::Control(id));
            rest = &rest[at + length..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest));
        }
        pieces
    }
}

/// A part of a text of ours.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Text(&'t str),
    Control(u32),
}
