//! Values of DER, ASN.1's one way of writing keys. [ITU-T X.690]

/// A value: its tag, its length, its content in pieces.
pub fn tagged(tag: u8, body: &[&[u8]]) -> Vec<u8> {
    let body = body.concat();
    let length = body.len().to_be_bytes();
    let digits = &length[length.iter().position(|b| *b != 0).unwrap_or(length.len() - 1)..];
    let mut out = vec![tag];
    if body.len() >= 0x80 {
        out.push(0x80 | u8::try_from(digits.len()).unwrap_or(u8::MAX));
    }
    out.extend(digits);
    out.extend(body);
    out
}
