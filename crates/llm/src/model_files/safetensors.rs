//! The header of a safetensors file: enough to tell a whole file from a cut-off one.
//!
//! The format (<https://github.com/huggingface/safetensors>): the length of a JSON header in
//! eight bytes, little-endian, the header, then the tensors; each tensor's entry has the bytes at
//! which it begins and ends after the header.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::error::ModelFileError;

/// The longest header that the format allows, in bytes.
const LONGEST_HEADER: u64 = 100_000_000;

/// Bytes of the weights that go into the hash: enough to tell models of one shape apart.
const HASHED_BYTES: u64 = 65_536;

/// Checks that the file is as long as its header says. Returns a hash of the header and of the
/// first weights.
pub(super) fn check(path: &Path) -> Result<[u8; 32], ModelFileError> {
    let shown = || path.display().to_string();
    let unreadable = |source| ModelFileError::Read {
        path: shown(),
        source,
    };
    let damaged = |message: String| ModelFileError::Damaged {
        path: shown(),
        message,
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let cut_off = |needed: u64| {
        damaged(format!(
            "it needs {needed} bytes and has {length}: it is cut off or no safetensors file"
        ))
    };
    if length < 8 {
        return Err(cut_off(8));
    }
    let mut prefix = [0; 8];
    file.read_exact(&mut prefix).map_err(unreadable)?;
    let header_length = u64::from_le_bytes(prefix);
    if header_length > LONGEST_HEADER {
        return Err(damaged(format!(
            "its header would be {header_length} bytes long: it is no safetensors file"
        )));
    }
    if length < 8 + header_length {
        return Err(cut_off(8 + header_length));
    }
    let mut header = Vec::new();
    file.by_ref()
        .take(header_length)
        .read_to_end(&mut header)
        .map_err(unreadable)?;
    let tensors: Map<String, Value> = serde_json::from_slice(&header)
        .map_err(|error| damaged(format!("its header is no JSON object: {error}")))?;
    let mut end = 0;
    for (name, tensor) in tensors.iter().filter(|(name, _)| *name != "__metadata__") {
        let tensor_end = tensor["data_offsets"][1]
            .as_u64()
            .ok_or_else(|| damaged(format!("the tensor `{name}` has no data_offsets")))?;
        end = end.max(tensor_end);
    }
    let needed = end.saturating_add(8 + header_length);
    if length < needed {
        return Err(cut_off(needed));
    }
    let mut first_weights = Vec::new();
    file.take(HASHED_BYTES)
        .read_to_end(&mut first_weights)
        .map_err(unreadable)?;
    let digest = Sha256::new()
        .chain_update(&header)
        .chain_update(&first_weights);
    Ok(digest.finalize().into())
}
