//! The table of the API's shapes, and its reader: what requests and answers are made of, by AWS's own models.
//!
//! It is botocore's, reduced to the operations of the sandbox, which are all that the console calls (`NOTICE`, `tests/sandbox/shapes.rs`),
//! deflated, and read when it is first asked for. The sandbox checks by it what it is asked and answers; raw answers are shown by it under the
//! names that the AWS CLI gives them.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::operation::Service;

/// The models, as `tests/sandbox/shapes.rs` writes them: zlib around JSON.
const TABLE: &[u8] = include_bytes!("models.json.z");

/// One service's operations and shapes.
#[derive(Debug, Default, Deserialize)]
pub struct Shapes {
    operations: HashMap<String, Operation>,
    shapes: HashMap<String, Shape>,
}

/// The names of an operation's input and output shapes; none where it has nothing to say.
#[derive(Debug, Clone, Deserialize)]
pub struct Operation {
    input: Option<String>,
    output: Option<String>,
}

/// What a shape is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "botocore's words")]
pub enum Kind {
    Structure,
    List,
    Map,
    String,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Timestamp,
    Blob,
}

/// A shape.
#[derive(Debug, Deserialize)]
pub struct Shape {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// A structure's members.
    #[serde(default)]
    pub members: Vec<Member>,
    /// The names of members that must be there.
    #[serde(default)]
    pub required: Vec<String>,
    /// The least value of a number, or the least length of a text or list.
    pub min: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
    /// The values that a text may have; empty if any.
    #[serde(default, rename = "enum")]
    pub values: Vec<String>,
    /// A list's element.
    pub member: Option<Reference>,
    /// A map's value.
    pub value: Option<Reference>,
    /// Whether the list or map has no element of its own on the wire.
    #[serde(default)]
    pub flattened: bool,
    /// The member that alone is the body, in REST protocols.
    pub payload: Option<String>,
}

/// A use of a shape without a name of its own.
#[derive(Debug, Deserialize)]
pub struct Reference {
    /// The shape's name.
    pub shape: String,
    /// The name on the wire.
    #[serde(rename = "locationName")]
    pub location: Option<String>,
}

/// A member of a structure.
#[derive(Debug, Deserialize)]
pub struct Member {
    /// The API's name, e.g. `BlockDeviceMappings`.
    pub name: String,
    /// The shape's name.
    pub shape: String,
    /// The name in XML, e.g. `blockDeviceMapping`, or of the header or parameter.
    #[serde(rename = "locationName")]
    pub location: Option<String>,
    /// Where it is in REST protocols, if not in the body: `header`, `headers` (all with a prefix), `querystring`, `uri`.
    #[serde(rename = "location")]
    pub place: Option<String>,
    /// The name in EC2's forms where it is not the one in XML with a capital.
    #[serde(rename = "queryName")]
    pub query: Option<String>,
}

impl Member {
    /// The name in EC2's forms, e.g. `BlockDeviceMapping`.
    pub fn ec2_name(&self) -> String {
        if let Some(name) = &self.query {
            return name.clone();
        }
        let name = self.location.as_ref().unwrap_or(&self.name);
        let mut chars = name.chars();
        chars.next().map_or_else(String::new, |c| c.to_ascii_uppercase().to_string() + chars.as_str())
    }
    /// The name of the element in an answer.
    pub fn xml_name(&self) -> &str {
        self.location.as_deref().unwrap_or(&self.name)
    }
}

impl Shapes {
    /// Whether the table has the operation.
    pub fn has(&self, operation: &str) -> bool {
        self.operations.contains_key(operation)
    }
    /// The names of the operations, in no order.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }
    /// An operation's input; `None` if it has none or is not in the table.
    pub fn input(&self, operation: &str) -> Option<&Shape> {
        self.shape(self.operations.get(operation)?.input.as_deref()?)
    }
    /// An operation's output; `None` if it has none or is not in the table.
    pub fn output(&self, operation: &str) -> Option<&Shape> {
        self.shape(self.operations.get(operation)?.output.as_deref()?)
    }
    /// A shape by its name.
    pub fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.get(name)
    }
}

/// The table's part for a service.
pub fn of(service: Service) -> &'static Shapes {
    static ALL: OnceLock<HashMap<String, Shapes>> = OnceLock::new();
    static NOTHING: OnceLock<Shapes> = OnceLock::new();
    let all = ALL.get_or_init(|| read(TABLE).unwrap_or_default());
    let name = if service == Service::S3 { "s3" } else { service.cli() };
    all.get(name).unwrap_or_else(|| NOTHING.get_or_init(Shapes::default))
}

/// Enumerations whose operations refuse other values with codes and words of their own: `InvalidInstanceType`, `UnknownVolumeType`,
/// CloudWatch's `InvalidParameterValue` for units, and S3's `InvalidLocationConstraint`.
const OWN_WORDS: &[&str] = &["InstanceType", "VolumeType", "StandardUnit", "BucketLocationConstraint"];

fn read(deflated: &[u8]) -> Option<HashMap<String, Shapes>> {
    let mut text = Vec::new();
    flate2::read::ZlibDecoder::new(deflated).read_to_end(&mut text).ok()?;
    let mut all: HashMap<String, Shapes> = serde_json::from_slice(&text).ok()?;
    for shapes in all.values_mut() {
        for name in OWN_WORDS {
            shapes.shapes.entry((*name).to_owned()).and_modify(|s| s.values.clear());
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_that_is_named_is_in_the_table() {
        for service in Service::ALL {
            let shapes = of(*service);
            assert!(shapes.operations().next().is_some(), "{service}");
            for (name, operation) in &shapes.operations {
                for side in [&operation.input, &operation.output].into_iter().flatten() {
                    assert!(shapes.shape(side).is_some_and(|s| s.kind == Kind::Structure), "{name}: {side}");
                }
            }
            for (name, shape) in &shapes.shapes {
                let members = shape.members.iter().map(|m| &m.shape);
                let parts = [&shape.member, &shape.value].into_iter().flatten().map(|r| &r.shape);
                assert!(members.chain(parts).all(|s| shapes.shape(s).is_some()), "{name}");
                assert!(shape.required.iter().all(|r| shape.members.iter().any(|m| m.name == *r)), "{name}");
                assert_eq!(shape.kind == Kind::List, shape.member.is_some(), "{name}");
            }
        }
    }

    #[test]
    fn names_on_the_wire_are_those_of_ec2s_forms() {
        let run = of(Service::Ec2).input("RunInstances").unwrap();
        let wire = |name: &str| run.members.iter().find(|m| m.name == name).unwrap().ec2_name();
        assert_eq!(wire("BlockDeviceMappings"), "BlockDeviceMapping");
        assert_eq!(wire("SecurityGroupIds"), "SecurityGroupId");
        assert_eq!(wire("DryRun"), "DryRun");
        assert!(run.required.contains(&"MinCount".to_string()));
    }
}
