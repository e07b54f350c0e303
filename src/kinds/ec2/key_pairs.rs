//! Key pairs: their public halves, which is all that AWS keeps.

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use crate::aws::fault;
use crate::base::{Fault, Scope, Time};
use crate::kinds::convert::{Converter, Text, batches, field, moment, own, said, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Link, Operation, Record, Selector, Service, Tags, Value};

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
    .doc("Key pairs for logging in to instances. AWS has the public half only.")
    .aliases(&["key-pair", "keypairs", "kp"])
    .listed_by(&[&DESCRIBE_KEY_PAIRS])
    .sorted(&NAME);

/// Key pairs.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// One key pair.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyPair {
    id: ArcStr,
    name: ArcStr,
    tags: Tags,
    kind: Text,
    fingerprint: Text,
    created: Option<Time>,
}

const FINGERPRINT_DOC: &str = "RSA: SHA-1 of the private key if AWS made it, MD5 of the public one if it was imported; ED25519: \
                               SHA-256 of the public one.";

static FIELDS: Fields<KeyPair> = Fields(&[
    field(NAME, |k| Value::Text(k.name.clone())),
    field(TYPE, |k| said(&k.kind)),
    field(ID, |k| Value::Text(k.id.clone())),
    // By https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html
    field(FINGERPRINT, |k| said(&k.fingerprint)),
    field(CREATED, |k| moment(k.created)),
]);

impl KeyPair {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: self.id.clone(),
            name: self.name.clone(),
            state: None,
            values: FIELDS.values(self),
            tags: self.tags.clone(),
        }
    }
}

/// rsa or ed25519; `None` = not said.
pub fn key_type(row: &Record) -> Option<&str> {
    row.get(&TYPE).as_str()
}

/// A filter takes at most 200 values.
const MOST_IDS: usize = 200;

/// DescribeKeyPairs has no pages. A filter and not the id list: of that, one missing key pair fails all.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeKeyPairs.html>
fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        for ids in batches(&request.what, MOST_IDS) {
            pages.ask(&DESCRIBE_KEY_PAIRS).await?;
            let filter = ids.map(|ids| vec![sdk::Filter::builder().name("key-pair-id").set_values(Some(ids)).build()]);
            let call = client.describe_key_pairs().set_filters(filter).send();
            let out = call.await.map_err(|e| fault::of(&DESCRIBE_KEY_PAIRS, e))?;
            let rows = out.key_pairs().iter().filter_map(|k| convert(&mut converter, k)).map(|k| k.record());
            pages.page(rows.collect()).await?;
        }
        Ok(())
    })
}

fn convert(converter: &mut Converter, k: &sdk::KeyPairInfo) -> Option<KeyPair> {
    // Its name is what it is called, whatever a Name tag says: instances are launched with it.
    let (tags, _) = converter.tags(k.tags().iter().map(|t| (t.key(), t.value())));
    Some(KeyPair {
        id: own(k.key_pair_id())?,
        name: own(k.key_name()).unwrap_or_default(),
        tags,
        kind: converter.shared(k.key_type().map(|t| t.as_str())),
        fingerprint: own(k.key_fingerprint()),
        created: time(k.create_time()),
    })
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let query = format!("key_name=\"{}\"", row.name);
    vec![Link { title: "instances", kind: "instances", selector: Selector::All, query }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::intern::Interner;
    use crate::query::Query;

    #[test]
    fn a_key_pair_is_called_by_its_own_name_and_its_instances_are_found_by_it() {
        let tag = sdk::Tag::builder().key("Name").value("another name").build();
        let k = sdk::KeyPairInfo::builder().key_pair_id("key-1").key_name("my key, the second").tags(tag).build();
        let row = convert(&mut Converter::new(&Interner::default()), &k).map(|k| k.record()).expect("it has an id");
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
