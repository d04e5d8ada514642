//! Reads the primitive and composite values of a GGUF header, never past the file's end.

use std::io::Read;

use super::{GgufValue, HeaderProblem};

/// A byte source that knows how long the file is and how far it has been read.
pub(super) struct Reader<R> {
    source: R,
    position: u64,
    length: u64,
}

/// Value types of the specification.
mod kind {
    pub(super) const U8: u32 = 0;
    pub(super) const I8: u32 = 1;
    pub(super) const U16: u32 = 2;
    pub(super) const I16: u32 = 3;
    pub(super) const U32: u32 = 4;
    pub(super) const I32: u32 = 5;
    pub(super) const F32: u32 = 6;
    pub(super) const BOOL: u32 = 7;
    pub(super) const TEXT: u32 = 8;
    pub(super) const ARRAY: u32 = 9;
    pub(super) const U64: u32 = 10;
    pub(super) const I64: u32 = 11;
    pub(super) const F64: u32 = 12;
}

impl<R: Read> Reader<R> {
    pub(super) fn new(source: R, length: u64) -> Self {
        Self {
            source,
            position: 0,
            length,
        }
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    fn fixed<const N: usize>(&mut self, what: &str) -> Result<[u8; N], HeaderProblem> {
        self.check_room(N as u64, what)?;
        let mut buffer = [0; N];
        self.fill(&mut buffer, what)?;
        Ok(buffer)
    }

    fn fill(&mut self, buffer: &mut [u8], what: &str) -> Result<(), HeaderProblem> {
        self.source.read_exact(buffer).map_err(|error| {
            HeaderProblem::Damaged(format!("reading {what} at byte {}: {error}", self.position))
        })?;
        self.position += buffer.len() as u64;
        Ok(())
    }

    fn check_room(&self, wanted: u64, what: &str) -> Result<(), HeaderProblem> {
        let left = self.length.saturating_sub(self.position);
        if wanted > left {
            return Err(HeaderProblem::Damaged(format!(
                "{what} at byte {} needs {wanted} bytes and the file has {left} left: it is cut \
                 off or damaged",
                self.position
            )));
        }
        Ok(())
    }

    pub(super) fn bytes(&mut self, count: u64, what: &str) -> Result<Vec<u8>, HeaderProblem> {
        self.check_room(count, what)?;
        let count = usize::try_from(count)
            .map_err(|_| HeaderProblem::Damaged(format!("{what} is {count} bytes long")))?;
        let mut buffer = vec![0; count];
        self.fill(&mut buffer, what)?;
        Ok(buffer)
    }

    pub(super) fn u32(&mut self, what: &str) -> Result<u32, HeaderProblem> {
        Ok(u32::from_le_bytes(self.fixed(what)?))
    }

    pub(super) fn u64(&mut self, what: &str) -> Result<u64, HeaderProblem> {
        Ok(u64::from_le_bytes(self.fixed(what)?))
    }

    pub(super) fn text(&mut self, what: &str) -> Result<String, HeaderProblem> {
        let length = self.u64(what)?;
        let at = self.position;
        String::from_utf8(self.bytes(length, what)?)
            .map_err(|_| HeaderProblem::Damaged(format!("{what} at byte {at} is not UTF-8")))
    }

    pub(super) fn value(&mut self, key: &str) -> Result<GgufValue, HeaderProblem> {
        let what = format!("the value of `{key}`");
        let kind = self.u32(&what)?;
        if kind == kind::ARRAY {
            return self.array(&what);
        }
        self.scalar(kind, &what)
    }

    fn scalar(&mut self, kind: u32, what: &str) -> Result<GgufValue, HeaderProblem> {
        Ok(match kind {
            kind::U8 => GgufValue::Unsigned(u8::from_le_bytes(self.fixed(what)?).into()),
            kind::U16 => GgufValue::Unsigned(u16::from_le_bytes(self.fixed(what)?).into()),
            kind::U32 => GgufValue::Unsigned(u32::from_le_bytes(self.fixed(what)?).into()),
            kind::U64 => GgufValue::Unsigned(u64::from_le_bytes(self.fixed(what)?)),
            kind::I8 => GgufValue::Signed(i8::from_le_bytes(self.fixed(what)?).into()),
            kind::I16 => GgufValue::Signed(i16::from_le_bytes(self.fixed(what)?).into()),
            kind::I32 => GgufValue::Signed(i32::from_le_bytes(self.fixed(what)?).into()),
            kind::I64 => GgufValue::Signed(i64::from_le_bytes(self.fixed(what)?)),
            kind::F32 => GgufValue::Float(f32::from_le_bytes(self.fixed(what)?).into()),
            kind::F64 => GgufValue::Float(f64::from_le_bytes(self.fixed(what)?)),
            kind::BOOL => match self.fixed::<1>(what)? {
                [0] => GgufValue::Bool(false),
                [1] => GgufValue::Bool(true),
                [other] => {
                    return Err(HeaderProblem::Damaged(format!(
                        "{what} is the boolean {other}"
                    )));
                }
            },
            kind::TEXT => GgufValue::Text(self.text(what)?),
            other => {
                return Err(HeaderProblem::Damaged(format!(
                    "{what} has the unknown type {other}"
                )));
            }
        })
    }

    fn array(&mut self, what: &str) -> Result<GgufValue, HeaderProblem> {
        let kind = self.u32(what)?;
        let count = self.u64(what)?;
        let least_size = match kind {
            kind::U8 | kind::I8 | kind::BOOL => 1,
            kind::U16 | kind::I16 => 2,
            kind::U32 | kind::I32 | kind::F32 => 4,
            kind::U64 | kind::I64 | kind::F64 | kind::TEXT => 8,
            other => {
                return Err(HeaderProblem::Damaged(format!(
                    "{what} is an array of the unknown type {other}"
                )));
            }
        };
        self.check_room(count.saturating_mul(least_size), what)?;
        let empty = match kind {
            kind::TEXT => GgufValue::Texts(Vec::new()),
            kind::F32 | kind::F64 => GgufValue::Floats(Vec::new()),
            kind::BOOL => GgufValue::Bools(Vec::new()),
            _ => GgufValue::Integers(Vec::new()),
        };
        (0..count).try_fold(empty, |mut array, _| {
            match (&mut array, self.scalar(kind, what)?) {
                (GgufValue::Texts(texts), GgufValue::Text(text)) => texts.push(text),
                (GgufValue::Floats(floats), GgufValue::Float(float)) => floats.push(float),
                (GgufValue::Bools(bools), GgufValue::Bool(boolean)) => bools.push(boolean),
                (GgufValue::Integers(integers), GgufValue::Signed(integer)) => {
                    integers.push(integer);
                }
                (GgufValue::Integers(integers), GgufValue::Unsigned(integer)) => {
                    integers.push(i64::try_from(integer).map_err(|_| {
                        HeaderProblem::Damaged(format!("{what} holds the number {integer}"))
                    })?);
                }
                (array, value) => {
                    return Err(HeaderProblem::Damaged(format!(
                        "{what} holds {value:?} in {array:?}"
                    )));
                }
            }
            Ok(array)
        })
    }
}
