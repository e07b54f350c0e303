//! The bytes of objects: uploaded ones, or ones that are made when they are read.
//!
//! The demo account holds gigabytes; none of them is stored. A made object is text in lines of 64 bytes, each a function of
//! the seed and its line number, so that any range of it can be made by itself.

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use crate::sandbox::random::Random;

/// The bytes of one version of an object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Content {
    /// Made on demand.
    Made {
        /// Tells one object's bytes from another's.
        seed: u64,
        /// Bytes.
        size: u64,
    },
    /// Uploaded.
    Stored(#[serde(with = "stored")] Bytes),
}

const LINE: u64 = 64;
const WORDS: [&str; 8] = ["GET", "PUT", "LIST", "HEAD", "retry", "timeout", "cache-hit", "cache-miss"];

impl Content {
    /// Bytes.
    pub fn size(&self) -> u64 {
        match self {
            Content::Made { size, .. } => *size,
            Content::Stored(b) => b.len() as u64,
        }
    }
    /// At most `most` bytes from `from` on, ending before `end`; empty at the end.
    pub fn read(&self, from: u64, end: u64, most: usize) -> Bytes {
        let end = end.min(self.size()).min(from.saturating_add(most as u64));
        if from >= end {
            return Bytes::new();
        }
        match self {
            Content::Stored(b) => b.slice(from as usize..end as usize),
            Content::Made { seed, .. } => {
                let mut out = BytesMut::with_capacity((end - from) as usize + LINE as usize);
                let first = from / LINE;
                for line in first..end.div_ceil(LINE) {
                    out.extend_from_slice(&made_line(*seed, line));
                }
                let skip = (from - first * LINE) as usize;
                out.freeze().slice(skip..skip + (end - from) as usize)
            }
        }
    }
}

/// `000000000042 GET        0.1234 9f86d081884c7d659a2feaa0c55ad015…\n`
fn made_line(seed: u64, line: u64) -> [u8; LINE as usize] {
    let mut random = Random::new(seed ^ line.wrapping_mul(0x9e37_79b9_7f4a_7c15), &[]);
    let word = WORDS[random.below(WORDS.len() as u64) as usize];
    let text = format!("{line:012} {word:<10} {:.4} {:016x}{:016x}\n", random.unit(), random.u64(), random.u64());
    let mut out = [b'.'; LINE as usize];
    let len = text.len().min(out.len());
    out[..len].copy_from_slice(&text.as_bytes()[..len]);
    out[LINE as usize - 1] = b'\n';
    out
}

/// Uploaded bytes in a saved world are Base64.
mod stored {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &Bytes, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode(bytes))
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(d)?;
        STANDARD.decode(text).map(Bytes::from).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_range_of_a_made_object_is_that_range_of_the_whole() {
        let made = Content::Made { seed: 7, size: 1000 };
        let whole = made.read(0, u64::MAX, usize::MAX);
        assert_eq!(whole.len(), 1000);
        for (from, end) in [(0, 1), (63, 65), (100, 999), (999, 1000), (500, 5000)] {
            assert_eq!(made.read(from, end, usize::MAX), whole.slice(from as usize..(end as usize).min(1000)));
        }
        assert!(made.read(1000, 1001, 10).is_empty());
        assert_ne!(Content::Made { seed: 8, size: 1000 }.read(0, 1000, 1000), whole);
    }
}
