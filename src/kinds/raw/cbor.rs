//! CBOR, as Smithy's rpc-v2-cbor writes it, to a tree. Timestamps become RFC 3339.

use aws_smithy_cbor::Decoder;
use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::decode::DeserializeError;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::node::{Body, Node};
use crate::base::Time;

/// Deeper than any answer of AWS's.
const DEPTH: u8 = 64;

/// # Errors
/// A few words, if it is no CBOR.
pub(super) fn read(body: &[u8]) -> Result<Node, String> {
    value((body, &mut Decoder::new(body)), String::new(), DEPTH).map_err(|e| format!("not CBOR ({e})"))
}

fn value((bytes, d): (&[u8], &mut Decoder<'_>), name: String, depth: u8) -> Result<Node, DeserializeError> {
    if depth == 0 {
        return Err(DeserializeError::custom("nested too deeply", d.position()));
    }
    let plain = |t: String| Body::Plain(t);
    let body = match d.datatype()? {
        Type::Bool => plain(d.boolean()?.to_string()),
        Type::Null | Type::Undefined => {
            d.skip()?;
            plain("null".into())
        }
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
            plain(d.long()?.to_string())
        }
        Type::F16 | Type::F32 | Type::F64 => plain(d.double()?.to_string()),
        Type::String | Type::StringIndef => Body::Text(d.str()?.into_owned()),
        Type::Tag => {
            // The library cuts a moment at the millisecond, and 0.152 s is a little less than that as a float: what AWS meant is the
            // nearest one, which is what the AWS CLI prints.
            let seconds = bytes.get(d.position() + 1..).map(Decoder::new).and_then(|mut d| d.double().ok());
            let t = d.timestamp()?;
            let t = seconds.map_or(t, nearest);
            // The library writes no year after 9999.
            let text = t.fmt(Format::DateTimeWithOffset);
            Body::Text(text.unwrap_or_else(|_| Time::from_secs(t.secs()).rfc3339()))
        }
        Type::Array | Type::ArrayIndef => {
            let mut left = d.list()?;
            let mut items = Vec::new();
            while more(d, &mut left)? {
                items.push(value((bytes, d), String::new(), depth - 1)?);
            }
            Body::Items(items)
        }
        Type::Map | Type::MapIndef => {
            let mut left = d.map()?;
            let mut members = Vec::new();
            while more(d, &mut left)? {
                let key = d.str()?.into_owned();
                members.push(value((bytes, d), key, depth - 1)?);
            }
            Body::Members(members)
        }
        _ => {
            d.skip()?;
            plain("‹bytes›".into())
        }
    };
    Ok(Node { name, body })
}

/// The millisecond that seconds since 1970 are nearest to.
fn nearest(seconds: f64) -> DateTime {
    #[expect(clippy::cast_possible_truncation, reason = "what is beyond stays at the end of what can be said")]
    DateTime::from_millis((seconds * 1000.0).round() as i64)
}

/// Whether another item follows; steps over the end of an indefinite list or map.
fn more(d: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, DeserializeError> {
    match left {
        Some(0) => Ok(false),
        Some(n) => {
            *n -= 1;
            Ok(true)
        }
        None if matches!(d.datatype()?, Type::Break) => {
            d.skip()?;
            Ok(false)
        }
        None => Ok(true),
    }
}
