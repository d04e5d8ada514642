//! Tensors that hold all experts of a layer.

use std::borrow::Cow;

use candle_core::quantized::{QStorage, QTensor};
use candle_core::{Device, Result};

/// Ends the names of such tensors: `blk.0.ffn_up_exps.weight`.
const FUSED: &str = "_exps.weight";

/// Whether a tensor of this name holds all experts of a layer.
pub(crate) fn is_fused(name: &str) -> bool {
    name.ends_with(FUSED)
}

/// The tensor, or its experts under names of their own: `blk.0.ffn_up.3.weight`. Quantised blocks
/// lie in rows, so an expert's are cut out as they are.
pub(crate) fn parted(name: &str, tensor: QTensor) -> Result<Vec<(String, QTensor)>> {
    let dimensions = tensor.shape().dims();
    let (Some(stem), &[experts, rows, columns]) = (name.strip_suffix(FUSED), dimensions) else {
        return Ok(vec![(name.to_owned(), tensor)]);
    };
    let data = tensor.data()?;
    if experts == 0 || !data.len().is_multiple_of(experts) {
        candle_core::bail!("{} bytes are not those of {experts} experts", data.len());
    }
    (0_usize..)
        .zip(data.chunks_exact(data.len() / experts))
        .map(|(expert, bytes)| {
            let storage = QStorage::from_data(Cow::Borrowed(bytes), &Device::Cpu, tensor.dtype())?;
            let own = QTensor::new(storage, (rows, columns))?;
            Ok((format!("{stem}.{expert}.weight"), own))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use candle_core::quantized::GgmlDType;
    use candle_core::{DType, Tensor};

    use super::*;

    #[test]
    fn each_expert_keeps_its_numbers_bit_by_bit() {
        let all = Tensor::arange(0_f32, 3.0 * 4.0 * 64.0, &Device::Cpu)
            .and_then(|numbers| numbers.reshape((3, 4, 64)))
            .unwrap();
        for dtype in [
            GgmlDType::F32,
            GgmlDType::F16,
            GgmlDType::Q8_0,
            GgmlDType::Q4_1,
        ] {
            let fused = QTensor::quantize(&all, dtype).unwrap();
            let whole = fused.dequantize(&Device::Cpu).unwrap();
            let parts = parted("blk.0.ffn_up_exps.weight", fused).unwrap();
            assert_eq!(parts.len(), 3);
            for (expert, (name, part)) in parts.iter().enumerate() {
                assert_eq!(*name, format!("blk.0.ffn_up.{expert}.weight"));
                assert_eq!(part.dtype(), dtype);
                let own = part.dequantize(&Device::Cpu).unwrap();
                let from_whole = whole.get(expert).unwrap().to_dtype(DType::F32).unwrap();
                assert_eq!(
                    own.to_vec2::<f32>().unwrap(),
                    from_whole.to_vec2::<f32>().unwrap()
                );
            }
        }
    }

    #[test]
    fn other_tensors_stay_whole() {
        let numbers = Tensor::arange(0_f32, 64.0, &Device::Cpu).unwrap();
        let vector = QTensor::quantize(&numbers, GgmlDType::F32).unwrap();
        let parts = parted("output_norm.weight", vector).unwrap();
        assert_eq!(parts[0].0, "output_norm.weight");
        assert!(is_fused("blk.1.ffn_down_exps.weight") && !is_fused("blk.1.ffn_down.0.weight"));
    }
}
