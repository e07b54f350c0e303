//! Checksums of uploads: verified when a client sends one, remembered, and given back when asked for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use md5::Digest as _;
use serde::{Deserialize, Serialize};

/// The algorithms that S3 knows and this sandbox computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// CRC-32.
    Crc32,
    /// CRC-32 by Castagnoli.
    Crc32c,
    /// CRC-64/NVME: what S3 computes by itself when a client sends none.
    Crc64nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Algorithm; 5] =
        [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64nvme, Algorithm::Sha1, Algorithm::Sha256];

    /// As `x-amz-checksum-algorithm` and the XML's `ChecksumAlgorithm` name it.
    pub const fn name(self) -> &'static str {
        match self {
            Algorithm::Crc32 => "CRC32",
            Algorithm::Crc32c => "CRC32C",
            Algorithm::Crc64nvme => "CRC64NVME",
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha256 => "SHA256",
        }
    }
    /// The XML element and, after `x-amz-checksum-`, the header in lower case.
    pub fn element(self) -> String {
        format!("Checksum{}", self.name())
    }
    /// The header that carries it.
    pub fn header(self) -> String {
        format!("x-amz-checksum-{}", self.name().to_ascii_lowercase())
    }
    /// By its name in any case.
    pub fn parse(s: &str) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|a| a.name().eq_ignore_ascii_case(s))
    }
    /// The checksum of `data` in Base64.
    pub fn of(self, data: &[u8]) -> String {
        match self {
            Algorithm::Crc32 => crc32(CrcAlgorithm::Crc32IsoHdlc, data),
            Algorithm::Crc32c => crc32(CrcAlgorithm::Crc32Iscsi, data),
            Algorithm::Crc64nvme => STANDARD.encode(crc_fast::checksum(CrcAlgorithm::Crc64Nvme, data).to_be_bytes()),
            Algorithm::Sha1 => STANDARD.encode(sha1::Sha1::digest(data)),
            Algorithm::Sha256 => STANDARD.encode(sha2::Sha256::digest(data)),
        }
    }
}

/// The low four bytes, which are all that a checksum of 32 bits has.
fn crc32(algorithm: CrcAlgorithm, data: &[u8]) -> String {
    let [_, _, _, _, low @ ..] = crc_fast::checksum(algorithm, data).to_be_bytes();
    STANDARD.encode(low)
}

/// The MD5 of `data` in hexadecimal: the ETag of what was uploaded in one piece.
pub fn md5_hex(data: &[u8]) -> String {
    hex(&md5::Md5::digest(data))
}

/// The MD5 of `data` in Base64, as `Content-MD5` has it.
pub fn md5_base64(data: &[u8]) -> String {
    STANDARD.encode(md5::Md5::digest(data))
}

/// The ETag of an upload in parts: the MD5 of the parts' MD5s, and how many there were.
pub fn multipart_etag<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let (mut all, mut count) = (Vec::new(), 0);
    for part in parts {
        count += 1;
        for i in (0..part.len()).step_by(2) {
            all.push(part.get(i..i + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or(0));
        }
    }
    format!("{}-{count}", md5_hex(&all))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_catalogues() {
        let raw = |a: Algorithm| hex(&STANDARD.decode(a.of(b"123456789")).expect("base64"));
        assert_eq!(raw(Algorithm::Crc32), "cbf43926");
        assert_eq!(raw(Algorithm::Crc32c), "e3069283");
        assert_eq!(raw(Algorithm::Crc64nvme), "ae8b14860a799888");
        assert_eq!(md5_hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
    }

    #[test]
    fn the_etag_of_parts_counts_them() {
        let part = md5_hex(b"x");
        let etag = multipart_etag([part.as_str(), part.as_str()].into_iter());
        assert!(etag.ends_with("-2") && etag.len() == 34, "{etag}");
    }
}
