//! A document from its body to an assessment: read, decide, ask what is open, post, check.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ledgergate_accounting::InputError;
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use ledgergate_llm::chat::Caller;
use schemars::JsonSchema;
use serde::Serialize;
use tracing::instrument;

use super::PipelineError;
use super::ask::{self, Askable};
use super::large::work_on;
use super::request::{AssessmentRequest, refuse_nul};
use crate::clock::Clock;
use crate::config::AccountingConfig;
use crate::models::Models;

/// Where an accounting request's time went, in milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize, JsonSchema)]
pub struct Timings {
    /// Reading, deciding, posting and checking.
    pub code: f64,
    /// Waiting for the model and its answers.
    pub model: f64,
    /// Both.
    pub total: f64,
}

impl Timings {
    /// Of work for which no model was there.
    pub(super) fn of_code(duration: Duration) -> Self {
        TimeSpent {
            code: duration,
            model: Duration::ZERO,
        }
        .in_milliseconds()
    }
}

/// An assessment with all its questions answered.
pub struct Assessed {
    /// Ready to be finished.
    pub assessment: Assessment,
    /// Whose books.
    pub company: Company,
    /// The model that was there to be asked.
    pub model: Option<String>,
    /// Where the time went so far.
    pub spent: TimeSpent,
}

/// Where an accounting request's time went.
#[derive(Debug, Clone, Copy)]
pub struct TimeSpent {
    code: Duration,
    model: Duration,
}

impl TimeSpent {
    /// With more time of code.
    #[must_use]
    pub fn and_code(self, more: Duration) -> Self {
        Self {
            code: self.code + more,
            ..self
        }
    }

    /// As a reply tells it.
    pub fn in_milliseconds(self) -> Timings {
        Timings {
            code: milliseconds(self.code),
            model: milliseconds(self.model),
            total: milliseconds(self.code + self.model),
        }
    }
}

/// What an assessment needs beside its request.
pub struct AssessmentContext<'a> {
    /// The configured models.
    pub models: &'a Models,
    /// What requests leave out.
    pub defaults: &'a AccountingConfig,
    /// Tells today.
    pub clock: &'a dyn Clock,
    /// For the model's answers.
    pub timeout: Duration,
    /// Who asks.
    pub caller: Caller,
    /// How large the request's body is.
    pub body_bytes: usize,
}

/// Assesses one document.
///
/// # Errors
/// [`PipelineError`] naming the field that is wrong, or the model that failed.
#[instrument(skip_all)]
pub async fn assess(
    request: &AssessmentRequest,
    context: &AssessmentContext<'_>,
) -> Result<Assessed, PipelineError> {
    let started = Instant::now();
    refuse_nul(&request.document, "/document")?;
    refuse_nul(&request.company, "/company")?;
    let company = Company::from_json(&request.company).map_err(in_company)?;
    let document = Document::from_json(&request.document).map_err(PipelineError::Document)?;
    let llm = request.options.llm.unwrap_or(context.defaults.llm);
    let models = choose_models(
        request.model.as_deref(),
        llm,
        context.models,
        context.defaults,
    )?;
    let today = context
        .clock
        .now()
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .date();
    let options = Options { today, llm };
    let reading = {
        let company = company.clone();
        move || Assessment::new(&document, company, options)
    };
    let mut assessment = work_on(context.body_bytes, reading).await?;
    let before_model = started.elapsed();
    let asking = ask::Asking {
        llm,
        caller: context.caller,
        deadline: started + context.timeout,
    };
    ask::ask_open_questions(&mut assessment, &models, asking).await?;
    let model_time = started.elapsed().saturating_sub(before_model);
    Ok(Assessed {
        assessment,
        company,
        model: models.name(),
        spent: TimeSpent {
            code: before_model,
            model: model_time,
        },
    })
}

/// The request's model for all questions, else the configured one for each; none when nothing
/// may be asked.
pub(super) fn choose_models(
    requested: Option<&str>,
    llm: LlmUse,
    models: &Models,
    defaults: &AccountingConfig,
) -> Result<Askable, PipelineError> {
    if let Some(name) = requested {
        // A wrong name is an error even where no model will be asked.
        let model = models.resolve(name)?;
        if llm == LlmUse::Never {
            return Ok(Askable::default());
        }
        return Ok(Askable {
            determine: Some(Arc::clone(&model)),
            process: Some(model),
        });
    }
    if llm == LlmUse::Never {
        return Ok(Askable::default());
    }
    let configured = |own: &Option<String>| match own.as_ref().or(defaults.model.as_ref()) {
        Some(name) => models.resolve(name).map(Some),
        None => Ok(models.default_model()),
    };
    Ok(Askable {
        determine: configured(&defaults.determine_model)?,
        process: configured(&defaults.process_model)?,
    })
}

pub(super) fn in_company(error: InputError) -> PipelineError {
    PipelineError::Input(InputError::new(
        format!("/company{}", error.pointer),
        error.message,
    ))
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    // Thousandths are plenty, and shorter to read.
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}
