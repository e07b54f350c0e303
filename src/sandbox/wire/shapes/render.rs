//! Answers written from a tree: the table knows the names on the wire, how lists and maps are written and how moments are.
//!
//! A new operation answers with a [`Tree`] in the API's own names (`Call::answer`), and need not know its protocol.

use crate::aws::shapes::{Kind, Shape, Shapes, of};
use crate::base::Time;
use crate::sandbox::wire::value::{Tree, number};
use crate::sandbox::wire::{Call, Protocol, Xml};

/// Writes an answer's members, in the table's order, as the XML of the call's protocol. What the table does not have is left out: debug
/// builds find that by [`super::check_answer`].
pub fn xml(x: &mut Xml, call: &Call<'_>, tree: &Tree) {
    let shapes = of(call.service);
    if let Some(output) = shapes.output(&call.operation) {
        Renderer { shapes, protocol: call.protocol }.structure(x, output, tree);
    }
}

struct Renderer {
    shapes: &'static Shapes,
    protocol: Protocol,
}

impl Renderer {
    fn structure(&self, x: &mut Xml, shape: &'static Shape, tree: &Tree) {
        for member in &shape.members {
            let value = tree.get(&member.name);
            let (name, Some(shape)) = (member.xml_name(), self.shapes.shape(&member.shape)) else { continue };
            if value.is_null() || member.place.is_some() {
                continue;
            }
            if shape.flattened {
                self.items(x, shape, name, value);
            } else {
                x.nest(name, |x| self.value(x, shape, value));
            }
        }
    }

    fn value(&self, x: &mut Xml, shape: &'static Shape, tree: &Tree) {
        match shape.kind {
            Kind::Structure => self.structure(x, shape, tree),
            Kind::List => {
                let own = shape.member.as_ref().and_then(|m| m.location.as_deref());
                self.items(x, shape, own.unwrap_or("member"), tree);
            }
            Kind::Map => {
                let Some(of) = shape.value.as_ref().and_then(|v| self.shapes.shape(&v.shape)) else { return };
                let Tree::Dict(entries) = tree else { return };
                for (key, value) in entries {
                    x.nest("entry", |x| {
                        x.el("key", key);
                        x.nest("value", |x| self.value(x, of, value));
                    });
                }
            }
            _ => self.scalar(x, tree),
        }
    }

    fn items(&self, x: &mut Xml, shape: &'static Shape, name: &str, tree: &Tree) {
        let Some(of) = shape.member.as_ref().and_then(|m| self.shapes.shape(&m.shape)) else { return };
        for item in tree.items() {
            x.nest(name, |x| self.value(x, of, item));
        }
    }

    fn scalar(&self, x: &mut Xml, tree: &Tree) {
        match tree {
            Tree::Bool(b) => x.raw_text(*b),
            Tree::Int(i) => x.raw_text(*i),
            Tree::Num(n) => x.raw_text(number(*n)),
            Tree::Text(s) => x.raw_text(&**s),
            Tree::Time(t) => x.raw_text(self.moment(*t)),
            Tree::Null | Tree::List(_) | Tree::Map(_) | Tree::Dict(_) => {}
        }
    }

    /// EC2 and S3 always write milliseconds, the others where there are any.
    fn moment(&self, t: Time) -> String {
        match self.protocol {
            Protocol::Query if t.millis() % 1000 == 0 => t.rfc3339(),
            _ => t.rfc3339_millis(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::Service;

    fn written(service: Service, protocol: Protocol, operation: &str, tree: &Tree) -> String {
        let shapes = of(service);
        let mut x = Xml::bare();
        Renderer { shapes, protocol }.structure(&mut x, shapes.output(operation).unwrap(), tree);
        x.into_string()
    }

    #[test]
    fn each_protocol_has_its_own_names_lists_and_moments() {
        let at = Time::from_secs(1_795_252_800);
        let key = Tree::map([("KeyName", "a<b".into()), ("CreateTime", at.into())]);
        assert_eq!(
            written(Service::Ec2, Protocol::Ec2Query, "DescribeKeyPairs", &Tree::map([("KeyPairs", vec![key].into())])),
            "<keySet><item><createTime>2026-11-21T09:20:00.000Z</createTime><keyName>a&lt;b</keyName></item></keySet>"
        );
        let keys = Tree::map([("Credentials", Tree::map([("AccessKeyId", "ASIA".into()), ("Expiration", at.into())]))]);
        assert_eq!(
            written(Service::Sts, Protocol::Query, "GetSessionToken", &keys),
            "<Credentials><AccessKeyId>ASIA</AccessKeyId><Expiration>2026-11-21T09:20:00Z</Expiration></Credentials>"
        );
        let names = Tree::map([("OwningAccounts", Tree::texts(&["1", "2"])), ("Metrics", Vec::new().into())]);
        assert_eq!(
            written(Service::CloudWatch, Protocol::Query, "ListMetrics", &names),
            "<Metrics></Metrics><OwningAccounts><member>1</member><member>2</member></OwningAccounts>"
        );
        let point = Tree::map([("ExtendedStatistics", Tree::Dict(vec![("p99".into(), 1.0.into())]))]);
        let points = Tree::map([("Datapoints", vec![point].into())]);
        assert_eq!(
            written(Service::CloudWatch, Protocol::Query, "GetMetricStatistics", &points),
            "<Datapoints><member><ExtendedStatistics><entry><key>p99</key><value>1.0</value></entry></ExtendedStatistics></member></Datapoints>"
        );
        let parts =
            Tree::map([("Bucket", "b".into()), ("Parts", vec![Tree::map([("PartNumber", 1_i64.into())])].into())]);
        assert_eq!(
            written(Service::S3, Protocol::Rest, "ListParts", &parts),
            "<Bucket>b</Bucket><Part><PartNumber>1</PartNumber></Part>"
        );
    }
}
