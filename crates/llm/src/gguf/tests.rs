use proptest::prelude::*;

use super::*;

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// A file with three metadata values and one F32 tensor of 4 elements.
fn small_file() -> Vec<u8> {
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend(1_u64.to_le_bytes());
    bytes.extend(3_u64.to_le_bytes());
    text(&mut bytes, "general.architecture");
    bytes.extend(8_u32.to_le_bytes());
    text(&mut bytes, "llama");
    text(&mut bytes, "llama.context_length");
    bytes.extend(4_u32.to_le_bytes());
    bytes.extend(8192_u32.to_le_bytes());
    text(&mut bytes, "tokenizer.ggml.tokens");
    bytes.extend(9_u32.to_le_bytes());
    bytes.extend(8_u32.to_le_bytes());
    bytes.extend(2_u64.to_le_bytes());
    text(&mut bytes, "a");
    text(&mut bytes, "é");
    text(&mut bytes, "w");
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(4_u64.to_le_bytes());
    bytes.extend(0_u32.to_le_bytes());
    bytes.extend(0_u64.to_le_bytes());
    bytes.resize(bytes.len().next_multiple_of(32), 0);
    bytes.extend([0; 16]);
    bytes
}

fn read(bytes: &[u8]) -> Result<GgufHeader, ModelFileError> {
    GgufHeader::from_source(bytes, bytes.len() as u64, Path::new("model.gguf"))
}

#[test]
fn a_sound_file_is_read() {
    let header = read(&small_file()).unwrap();
    assert_eq!(header.architecture(), Some("llama"));
    assert_eq!(header.trained_context_tokens(), Some(8192));
    assert_eq!(
        header.get("tokenizer.ggml.tokens"),
        Some(&GgufValue::Texts(vec!["a".to_owned(), "é".to_owned()]))
    );
    assert_eq!(header.tensors()[0].name, "w");
}

#[test]
fn every_truncation_is_told() {
    let whole = small_file();
    for length in 0..whole.len() {
        let error = read(&whole[..length]).unwrap_err();
        assert!(
            matches!(error, ModelFileError::Damaged { .. }),
            "{length}: {error}"
        );
    }
}

#[test]
fn another_kind_of_file_is_told() {
    let error = read(b"PK\x03\x04 and so on").unwrap_err().to_string();
    assert!(error.contains("no GGUF file"), "{error}");
}

#[test]
fn an_absurd_length_is_no_allocation() {
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend(0_u64.to_le_bytes());
    bytes.extend(1_u64.to_le_bytes());
    bytes.extend(u64::MAX.to_le_bytes());
    let error = read(&bytes).unwrap_err().to_string();
    assert!(error.contains("cut off or damaged"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn a_changed_byte_never_panics(at in 0_usize..200, byte in any::<u8>()) {
        let mut bytes = small_file();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _outcome = read(&bytes);
    }
}
