//! CBOR to tree and back, as Smithy's rpc-v2-cbor writes them: timestamps are tag 1, structures are maps with text keys.

use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::{Decoder, Encoder};
use aws_smithy_types::DateTime;

use crate::base::Time;
use crate::sandbox::wire::Tree;

/// Deeper nesting than any CloudWatch shape has; what goes beyond is refused instead of exhausting the stack.
const DEPTH: u8 = 32;

/// Reads one value. An empty body is an empty structure.
///
/// # Errors
/// A sentence if the bytes are not the CBOR that rpc-v2-cbor allows.
pub fn read(bytes: &[u8]) -> Result<Tree, String> {
    if bytes.is_empty() {
        return Ok(Tree::Map(Vec::new()));
    }
    value(&mut Decoder::new(bytes), DEPTH).map_err(|e| e.to_string())
}

fn value(d: &mut Decoder<'_>, depth: u8) -> Result<Tree, aws_smithy_cbor::decode::DeserializeError> {
    use aws_smithy_cbor::decode::DeserializeError;
    if depth == 0 {
        return Err(DeserializeError::custom("nested too deeply", d.position()));
    }
    Ok(match d.datatype()? {
        Type::Bool => Tree::Bool(d.boolean()?),
        Type::Null | Type::Undefined => {
            d.skip()?;
            Tree::Null
        }
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
            Tree::Int(d.long()?)
        }
        Type::F16 | Type::F32 | Type::F64 => Tree::Num(d.double()?),
        Type::String | Type::StringIndef => Tree::Text(d.str()?.into_owned().into()),
        Type::Tag => {
            let t = d.timestamp()?;
            // A moment that milliseconds cannot say is the last or the first that they can.
            Tree::Time(t.to_millis().map_or_else(|_| Time::from_secs(t.secs()), Time::from_millis))
        }
        Type::Array | Type::ArrayIndef => {
            let mut left = d.list()?;
            let mut items = Vec::new();
            while more(d, &mut left)? {
                items.push(value(d, depth - 1)?);
            }
            Tree::List(items)
        }
        Type::Map | Type::MapIndef => {
            let mut left = d.map()?;
            let mut members = Vec::new();
            while more(d, &mut left)? {
                let key = d.str()?.into_owned();
                members.push((key.into(), value(d, depth - 1)?));
            }
            Tree::Map(members)
        }
        other => return Err(DeserializeError::custom(format!("unexpected {other:?}"), d.position())),
    })
}

/// Whether another item follows; steps over the end of an indefinite list or map.
fn more(d: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, aws_smithy_cbor::decode::DeserializeError> {
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

/// Writes one value.
pub fn write(tree: &Tree) -> Vec<u8> {
    let mut e = Encoder::new(Vec::new());
    put(&mut e, tree);
    e.into_writer()
}

fn put(e: &mut Encoder, tree: &Tree) {
    match tree {
        Tree::Null => {
            e.null();
        }
        Tree::Bool(b) => {
            e.boolean(*b);
        }
        Tree::Int(i) => {
            e.long(*i);
        }
        Tree::Num(n) => {
            e.double(*n);
        }
        Tree::Text(s) => {
            e.str(s);
        }
        Tree::Time(t) => {
            e.timestamp(&DateTime::from_millis(t.millis()));
        }
        Tree::List(items) => {
            e.array(items.len());
            for item in items {
                put(e, item);
            }
        }
        Tree::Map(members) => {
            e.map(members.len());
            for (k, v) in members {
                e.str(k);
                put(e, v);
            }
        }
        Tree::Dict(members) => {
            e.map(members.len());
            for (k, v) in members {
                e.str(k);
                put(e, v);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_reads_back_from_cbor_as_it_was_written() {
        let tree = Tree::map([
            ("Names", Tree::texts(&["가-api", "b"])),
            ("At", Time::from_millis(1_795_252_800_500).into()),
            ("Value", 85.25.into()),
            ("Period", 300_i64.into()),
            ("On", true.into()),
        ]);
        assert_eq!(read(&write(&tree)), Ok(tree));
    }

    #[test]
    fn indefinite_maps_and_lists_end_where_they_end() {
        let mut e = Encoder::new(Vec::new());
        e.begin_map().str("A").begin_array().str("x").integer(-5).end().str("B").null().end();
        let tree = read(&e.into_writer()).expect("reads");
        assert_eq!(tree.get("A").items().len(), 2);
        assert_eq!(tree.get("A").items()[1].int(), Some(-5));
        assert!(tree.get("B").is_null());
    }

    #[test]
    fn broken_and_bottomless_bytes_are_an_error_and_no_panic() {
        assert!(read(&[0xbf, 0x61]).is_err());
        assert!(read(&[0x81; 5000]).is_err());
        assert!(read(b"<html>").is_err());
    }
}
