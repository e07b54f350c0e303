//! `aws-chunked`: how the SDKs frame an upload whose checksum or signature follows it.
//!
//! `HEX[;chunk-signature=…]\r\n BYTES \r\n … 0[;…]\r\n [trailer: value\r\n …] \r\n`. Signatures are not verified, lengths are.

/// A decoded upload.
#[derive(Debug, PartialEq, Eq)]
pub struct Upload {
    /// The payload.
    pub data: Vec<u8>,
    /// Trailers, names in lower case.
    pub trailers: Vec<(String, String)>,
}

/// Takes the frames off. `None` if they are broken or cut short (AWS: `IncompleteBody`).
pub fn decode(mut body: &[u8]) -> Option<Upload> {
    let mut data = Vec::with_capacity(body.len());
    loop {
        let (line, rest) = split_line(body)?;
        body = rest;
        let size = line.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            break;
        }
        data.extend_from_slice(body.get(..size)?);
        body = body.get(size..)?.strip_prefix(b"\r\n")?;
    }
    let mut trailers = Vec::new();
    while !body.is_empty() {
        let (line, rest) = split_line(body)?;
        body = rest;
        if let Some((name, value)) = line.split_once(':') {
            trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    Some(Upload { data, trailers })
}

/// The text before the next line end, and what follows it. Some clients end a trailer's line with a bare `\n`.
fn split_line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().position(|b| *b == b'\n')?;
    let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
    Some((std::str::from_utf8(line).ok()?, &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_chunks_and_unsigned_chunks_with_a_trailer_give_their_payload() {
        let signed = b"5;chunk-signature=ab\r\nhello\r\n6;chunk-signature=cd\r\n world\r\n0;chunk-signature=ef\r\n\r\n";
        assert_eq!(decode(signed), Some(Upload { data: b"hello world".to_vec(), trailers: vec![] }));
        let unsigned = b"c\r\nhello\r\nworld\r\n0\r\nx-amz-checksum-crc32:Ab==\r\n\r\n";
        let upload = decode(unsigned).expect("decodes");
        assert_eq!(upload.data, b"hello\r\nworld");
        assert_eq!(upload.trailers, [("x-amz-checksum-crc32".to_owned(), "Ab==".to_owned())]);
    }

    #[test]
    fn a_cut_upload_is_refused_not_stored_short() {
        for cut in [&b"5\r\nhel"[..], b"5\r\nhello\r\n", b"zz\r\n", b"5\r\nhelloXX0\r\n\r\n", b""] {
            assert_eq!(decode(cut), None, "{:?}", String::from_utf8_lossy(cut));
        }
    }
}
