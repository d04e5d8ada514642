//! The table of tensors and whether the file holds all of them.

use std::io::Read;

use super::HeaderProblem;
use super::reader::Reader;

/// One line of the tensor table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorEntry {
    /// E.g. `blk.0.attn_q.weight`.
    pub name: String,
    /// Extents, innermost first.
    pub dimensions: Vec<u64>,
    /// The ggml type number, e.g. 8 for `Q8_0`.
    pub ggml_type: u32,
    /// Bytes from the start of the data section.
    pub offset: u64,
}

/// `GGML_MAX_DIMS`.
const MOST_DIMENSIONS: u32 = 4;

pub(super) fn read_table<R: Read>(
    reader: &mut Reader<R>,
    count: u64,
) -> Result<Vec<TensorEntry>, HeaderProblem> {
    let mut tensors = Vec::new();
    for _ in 0..count {
        let name = reader.text("a tensor's name")?;
        let what = format!("the entry of tensor `{name}`");
        let rank = reader.u32(&what)?;
        if rank > MOST_DIMENSIONS {
            return Err(HeaderProblem::Damaged(format!(
                "{what} has {rank} dimensions"
            )));
        }
        let dimensions = (0..rank)
            .map(|_| reader.u64(&what))
            .collect::<Result<Vec<_>, HeaderProblem>>()?;
        let ggml_type = reader.u32(&what)?;
        let offset = reader.u64(&what)?;
        tensors.push(TensorEntry {
            name,
            dimensions,
            ggml_type,
            offset,
        });
    }
    Ok(tensors)
}

/// Elements and bytes of one block, by ggml type number (`ggml.h`). `None` for types whose size
/// is not known here; only their offset can be checked.
fn block_size(ggml_type: u32) -> Option<(u64, u64)> {
    Some(match ggml_type {
        0 | 26 => (1, 4),      // F32, I32
        1 | 25 | 30 => (1, 2), // F16, I16, BF16
        24 => (1, 1),          // I8
        27 | 28 => (1, 8),     // I64, F64
        2 => (32, 18),         // Q4_0
        3 => (32, 20),         // Q4_1
        6 => (32, 22),         // Q5_0
        7 => (32, 24),         // Q5_1
        8 => (32, 34),         // Q8_0
        9 => (32, 36),         // Q8_1
        10 => (256, 84),       // Q2_K
        11 => (256, 110),      // Q3_K
        12 => (256, 144),      // Q4_K
        13 => (256, 176),      // Q5_K
        14 => (256, 210),      // Q6_K
        15 => (256, 292),      // Q8_K
        _ => return None,
    })
}

fn stored_bytes(tensor: &TensorEntry) -> Option<u64> {
    let (elements_a_block, bytes_a_block) = block_size(tensor.ggml_type)?;
    let elements = tensor
        .dimensions
        .iter()
        .try_fold(1_u64, |product, d| product.checked_mul(*d))?;
    elements
        .div_ceil(elements_a_block)
        .checked_mul(bytes_a_block)
}

pub(super) fn check_extents(
    tensors: &[TensorEntry],
    header_end: u64,
    alignment: u64,
    file_length: u64,
) -> Result<(), HeaderProblem> {
    let data_start = header_end.next_multiple_of(alignment);
    for tensor in tensors {
        let end = stored_bytes(tensor)
            .unwrap_or(0)
            .checked_add(tensor.offset)
            .and_then(|end| end.checked_add(data_start));
        match end {
            Some(end) if end <= file_length => {}
            Some(end) => {
                return Err(HeaderProblem::Damaged(format!(
                    "tensor `{}` ends at byte {end} and the file has {file_length}: it is cut off",
                    tensor.name
                )));
            }
            None => {
                return Err(HeaderProblem::Damaged(format!(
                    "tensor `{}` has an impossible extent",
                    tensor.name
                )));
            }
        }
    }
    Ok(())
}
