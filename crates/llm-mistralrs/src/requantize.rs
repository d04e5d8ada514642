//! Converts a GGUF file to types that candle computes fast on a CPU.
//!
//! candle has vector kernels for `Q4_0`, `Q8_0` and the K-quants and none for `Q4_1`, `Q5_0` and
//! `Q5_1`, which decode at about half the speed. Matrices of the latter, and unquantised ones,
//! become `Q8_0`; those with a kernel stay as they are. Vectors (norms, biases) become `F32`.
//!
//! Tensors that hold all experts of a layer (`blk.0.ffn_up_exps.weight`) are parted into one for
//! each (`blk.0.ffn_up.3.weight`): mistral.rs 0.8.1 loads the former as matrices of three
//! dimensions and cannot run them.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use candle_core::Device;
use candle_core::quantized::gguf_file::{self, Content, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use ledgergate_llm::error::ModelFileError;
use ledgergate_llm::gguf::GgufHeader;

use crate::error::LoadError;
use crate::experts;

/// `LLAMA_FTYPE_MOSTLY_Q8_0`, the value of `general.file_type`.
const MOSTLY_Q8_0: u32 = 7;

/// The alignment that is written.
const ALIGNMENT: u32 = 32;

/// What a conversion did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requantized {
    /// Tensors of the input.
    pub tensors: u64,
    /// Matrices and vectors of the output whose type changed.
    pub converted: u64,
}

/// Writes a converted copy of `input` to `output`, with all of its metadata. The copy appears at
/// `output` only when it is whole. All tensors are held in memory meanwhile. `progress` is told
/// the tensors done and in all.
///
/// # Errors
/// [`LoadError::File`] where the input is no whole GGUF file, [`LoadError::Tensor`] where a
/// tensor cannot be converted, [`LoadError::Write`] where the copy cannot be written.
pub fn requantize(
    input: &Path,
    output: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Requantized, LoadError> {
    let header = GgufHeader::read(input)?;
    let shown = input.display().to_string();
    let file = File::open(input).map_err(|source| ModelFileError::Read {
        path: shown.clone(),
        source,
    })?;
    let mut reader = BufReader::new(file);
    let content = Content::read(&mut reader).map_err(|error| ModelFileError::Damaged {
        path: shown,
        message: error.to_string(),
    })?;

    let total = header.tensors().len() as u64;
    let mut converted = 0;
    let mut tensors = Vec::new();
    progress(0, total);
    for (done, entry) in (1..).zip(header.tensors()) {
        let failed = |error: candle_core::Error| LoadError::Tensor {
            name: entry.name.clone(),
            message: error.to_string(),
        };
        let tensor = content
            .tensor(&mut reader, &entry.name, &Device::Cpu)
            .map_err(failed)?;
        for (name, tensor) in experts::parted(&entry.name, tensor).map_err(failed)? {
            let wanted = fast_type(&tensor);
            if wanted == tensor.dtype() {
                tensors.push((name, tensor));
                continue;
            }
            converted += 1;
            let plain = tensor.dequantize(&Device::Cpu).map_err(failed)?;
            tensors.push((name, QTensor::quantize(&plain, wanted).map_err(failed)?));
        }
        progress(done, total);
    }
    write_whole(output, &content, &tensors)?;
    Ok(Requantized {
        tensors: total,
        converted,
    })
}

/// The type that a tensor is kept in or converted to.
fn fast_type(tensor: &QTensor) -> GgmlDType {
    if tensor.rank() < 2 {
        return GgmlDType::F32;
    }
    let has_kernel = matches!(
        tensor.dtype(),
        GgmlDType::Q4_0
            | GgmlDType::Q8_0
            | GgmlDType::Q2K
            | GgmlDType::Q3K
            | GgmlDType::Q4K
            | GgmlDType::Q5K
            | GgmlDType::Q6K
            | GgmlDType::Q8K
    );
    if has_kernel {
        return tensor.dtype();
    }
    let row = tensor.shape().dims().last().copied().unwrap_or(0);
    if row.is_multiple_of(GgmlDType::Q8_0.block_size()) {
        GgmlDType::Q8_0
    } else {
        GgmlDType::F32
    }
}

/// Writes beside the output and renames, so that a broken-off copy is never taken for a model.
fn write_whole(
    output: &Path,
    content: &Content,
    tensors: &[(String, QTensor)],
) -> Result<(), LoadError> {
    let partial = partial_path(output);
    let outcome = write_checked(&partial, content, tensors)
        .and_then(|()| std::fs::rename(&partial, output).map_err(|error| error.to_string()));
    outcome.map_err(|message| {
        if let Err(error) = std::fs::remove_file(&partial) {
            tracing::warn!(%error, path = %partial.display(), "a partial copy stays behind");
        }
        LoadError::Write {
            path: output.display().to_string(),
            message,
        }
    })
}

fn partial_path(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    PathBuf::from(name)
}

fn write_checked(
    path: &Path,
    content: &Content,
    tensors: &[(String, QTensor)],
) -> Result<(), String> {
    let (file_type, alignment) = (Value::U32(MOSTLY_Q8_0), Value::U32(ALIGNMENT));
    let mut metadata: Vec<(&str, &Value)> = content
        .metadata
        .iter()
        .map(|(key, value)| match key.as_str() {
            "general.file_type" => (key.as_str(), &file_type),
            "general.alignment" => (key.as_str(), &alignment),
            other => (other, value),
        })
        .collect();
    metadata.sort_unstable_by_key(|(key, _)| *key);
    let tensors: Vec<(&str, &QTensor)> = tensors
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor))
        .collect();

    let file = File::create(path).map_err(|error| error.to_string())?;
    let mut writer = BufWriter::new(file);
    gguf_file::write(&mut writer, &metadata, &tensors).map_err(|error| error.to_string())?;
    writer.flush().map_err(|error| error.to_string())?;
    writer
        .get_ref()
        .sync_all()
        .map_err(|error| error.to_string())?;
    GgufHeader::read(path)
        .map(drop)
        .map_err(|error| error.to_string())
}
