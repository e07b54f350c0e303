//! Key pairs: their public halves, which is all that AWS keeps.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{filtered, tags};
use crate::base::{Fault, Scope};
use crate::kinds::convert::{moment, own, said, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Selector, Service};

/// `DescribeKeyPairs`.
pub static DESCRIBE_KEY_PAIRS: Operation = Operation::read(Service::Ec2, "DescribeKeyPairs");

/// Its name, by which instances are launched with it; unique in the region.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "Its name; unique in the region.").shown(0);
/// `key-…`: the row's identity.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The key pair id.").shown(2).cells(11, 22).aka(&["key_pair_id"]);
/// rsa or ed25519.
pub const TYPE: FieldInfo = FieldInfo::text("type", "TYPE", "rsa or ed25519.").shown(1).cells(7, 8).aka(&["key_type"]);
/// The fingerprint, as AWS reckons it.
pub const FINGERPRINT: FieldInfo =
    FieldInfo::text("fingerprint", "FINGERPRINT", FINGERPRINT_DOC).shown(4).cells(16, 59);
/// When it was created or imported.
pub const CREATED: FieldInfo =
    FieldInfo::age("created", "AGE", "When it was created or imported.").shown(3).aka(&["age", "create_time"]);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("key-pairs", "key pair", "Key pairs", &FIELDS)
    .doc("Key pairs for logging in to instances. AWS keeps only the public key.")
    .aliases(&["key-pair", "keypairs", "kp"])
    .ids("key-")
    .listed_by(&[&DESCRIBE_KEY_PAIRS])
    .few()
    .sorted(&NAME);

/// Key pairs.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

const FINGERPRINT_DOC: &str = "RSA: SHA-1 of the private key if AWS created it, MD5 of the public key if it was imported; ED25519: SHA-256 of the public key.";

static FIELDS: Fields<sdk::KeyPairInfo> = Fields(&[
    Field::name(NAME),
    field(TYPE, |k, c| c.said(k.key_type().map(|t| t.as_str()))),
    Field::id(ID),
    // By https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html
    field(FINGERPRINT, |k, _| said(&own(k.key_fingerprint()))),
    field(CREATED, |k, _| moment(time(k.create_time()))),
]);

// Its name is what it is called, whatever a Name tag says: instances are launched with it.
static ROWS: RowSpec<sdk::KeyPairInfo> =
    RowSpec::new(&INFO, &FIELDS, |k| k.key_pair_id()).named(|k| k.key_name()).tagged(|k, c| tags(k.tags(), c));

/// rsa or ed25519; `None` = not said.
pub fn key_type(row: &Record) -> Option<&str> {
    row.get(&TYPE).as_str()
}

/// DescribeKeyPairs has no pages.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeKeyPairs.html>
fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "key-pair-id",
        |client, filters, _| client.describe_key_pairs().set_filters(filters).send(),
        |out, c| (ROWS.records(out.key_pairs(), c), None),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let query = format!("key_name=\"{}\"", row.name);
    vec![Link { title: "instances", kind: "instances", selector: Selector::All, query }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;
    use crate::kinds::testing::record;
    use crate::model::Value;
    use crate::query::Query;

    #[test]
    fn a_key_pair_is_called_by_its_own_name_and_its_instances_are_found_by_it() {
        let tag = sdk::Tag::builder().key("Name").value("another name").build();
        let k = sdk::KeyPairInfo::builder().key_pair_id("key-1").key_name("my key, the second").tags(tag).build();
        let row = record(&ROWS, &k);
        assert_eq!((row.id.as_str(), row.name.as_str()), ("key-1", "my key, the second"));
        assert_eq!((row.get(&TYPE), row.get(&CREATED)), (&Value::Unknown, &Value::Empty));
        let link = links(&row, &Scope::Global).remove(0);
        let query = Query::parse(&link.query, &crate::kinds::ec2::instances::INFO).expect("a query");
        assert_eq!(query.terms.len(), 1);
        let with_it = crate::kinds::testing::row(&crate::kinds::ec2::instances::INFO, "i-1", "", "running");
        let with_it =
            with_it.with(&crate::kinds::ec2::instances::fields::KEY_NAME, Value::text("my key, the second")).record();
        assert!(query.matches(&with_it, Time::default()), "a comma in a name is no alternative");
    }
}
