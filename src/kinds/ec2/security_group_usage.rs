//! Who has security groups: a side table, joined by the group's id. The network interfaces say it: whatever is in a VPC has its
//! groups through them.

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;
use indexmap::IndexMap;

use super::listing::{MOST_IDS, PAGE};
use super::network_interfaces::{balancer, service};
use super::security_groups::DESCRIBE_SECURITY_GROUPS;
use crate::base::{Fault, RowId};
use crate::kinds::convert::{Converter, batches};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::paged;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Tone, Value};

/// `DescribeNetworkInterfaces`, for who has groups: that changes seldom.
pub static DESCRIBE_NETWORK_INTERFACES: Operation =
    super::network_interfaces::DESCRIBE_NETWORK_INTERFACES.rarely_changes();

/// The group's id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The security group's id.");
/// in-use or unused.
pub const IN_USE: FieldInfo = FieldInfo::state("in_use", "USE", "in-use, or unused if no network interface has it.");
/// How many interfaces.
pub const INTERFACES: FieldInfo = FieldInfo::int("interfaces", "INTERFACES", "Network interfaces that have it.");
/// Of what.
pub const USED_BY: FieldInfo =
    FieldInfo::list("used_by", "USED BY", "What has it: instances, load balancers, other interfaces.");

/// What they are.
pub static INFO: KindInfo =
    KindInfo::new("security-group-usage", "security group's use", "Use of security groups", &FIELDS)
        .doc("What uses security groups, joined to them by id.")
        .listed_by(&[&DESCRIBE_NETWORK_INTERFACES, &DESCRIBE_SECURITY_GROUPS])
        .sorted(&ID)
        .side();

/// Who has security groups.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// One group's use.
struct Usage {
    group: RowId,
    interfaces: i64,
    /// Instances by id; load balancers by their names; other interfaces by what they are for.
    instances: Vec<ArcStr>,
    balancers: Vec<ArcStr>,
    others: IndexMap<&'static str, usize>,
}

static FIELDS: Fields<Usage> = Fields(&[
    Field::id(ID),
    field(IN_USE, |u, _| match u.interfaces {
        0 => Value::State(Tone::Idle, arcstr::literal!("unused")),
        _ => Value::State(Tone::Good, arcstr::literal!("in-use")),
    }),
    field(INTERFACES, |u, _| Value::Int(u.interfaces)),
    field(USED_BY, |u, _| Value::list(u.kinds())),
]);

static ROWS: RowSpec<Usage> = RowSpec::new(&INFO, &FIELDS, |u| Some(u.group.as_str()));

impl Usage {
    fn new(group: RowId) -> Self {
        Usage { group, interfaces: 0, instances: Vec::new(), balancers: Vec::new(), others: IndexMap::new() }
    }
    fn add(&mut self, i: &sdk::NetworkInterface) {
        self.interfaces += 1;
        let once = |all: &mut Vec<ArcStr>, one: &str| {
            if all.iter().all(|a| a != one) {
                all.push(one.into());
            }
        };
        match i.attachment().and_then(|a| a.instance_id()) {
            Some(id) => once(&mut self.instances, id),
            None => match balancer(i) {
                Some(balancer) => once(&mut self.balancers, balancer),
                None => *self.others.entry(service(i).unwrap_or("other interface")).or_default() += 1,
            },
        }
    }
    /// `3 instances`, `1 load balancer`.
    fn kinds(&self) -> Vec<ArcStr> {
        let own = [("instance", self.instances.len()), ("load balancer", self.balancers.len())];
        let others = self.others.iter().map(|(word, n)| (*word, *n));
        let said = own.into_iter().chain(others).filter(|(_, n)| *n > 0);
        said.map(|(word, n)| arcstr::format!("{n} {word}{}", if n == 1 { "" } else { "s" })).collect()
    }
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        for ids in batches(&request.what, MOST_IDS) {
            // A group that nothing has is not among the interfaces, and is unused all the same.
            let mut found: IndexMap<RowId, Usage> = IndexMap::new();
            match &ids {
                Some(ids) => found.extend(ids.iter().map(|id| (id.into(), Usage::new(id.into())))),
                None => {
                    let call = |token| client.describe_security_groups().max_results(PAGE).set_next_token(token).send();
                    paged(&mut pages, &DESCRIBE_SECURITY_GROUPS, call, |out| {
                        let all = out.security_groups().iter().filter_map(|g| g.group_id());
                        found.extend(all.map(|id| (id.into(), Usage::new(id.into()))));
                        (Vec::new(), out.next_token)
                    })
                    .await?;
                }
            }
            let filter = ids.map(|ids| vec![sdk::Filter::builder().name("group-id").set_values(Some(ids)).build()]);
            let call = |token| {
                let call = client.describe_network_interfaces().max_results(PAGE).set_next_token(token);
                call.set_filters(filter.clone()).send()
            };
            paged(&mut pages, &DESCRIBE_NETWORK_INTERFACES, call, |out| {
                for i in out.network_interfaces() {
                    for id in i.groups().iter().filter_map(|g| g.group_id()) {
                        // Those that were not asked for have this interface as well: of them it is not all.
                        if let Some(usage) = found.get_mut(id) {
                            usage.add(i);
                        } else if matches!(request.what, What::Everything) {
                            found.entry(id.into()).or_insert_with(|| Usage::new(id.into())).add(i);
                        }
                    }
                }
                (Vec::new(), out.next_token)
            })
            .await?;
            pages.page(ROWS.records(found.values(), &mut converter)).await?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;

    fn interface(instance: Option<&str>, description: &str, kind: &str) -> sdk::NetworkInterface {
        let attachment = instance.map(|i| sdk::NetworkInterfaceAttachment::builder().instance_id(i).build());
        let interface = sdk::NetworkInterface::builder().description(description).interface_type(kind.into());
        interface.set_attachment(attachment).build()
    }

    #[test]
    fn an_instance_with_two_interfaces_and_a_balancer_in_two_zones_are_one_each() {
        let mut usage = Usage::new("sg-1".into());
        assert_eq!(record(&ROWS, &usage).get(&IN_USE), &Value::State(Tone::Idle, "unused".into()));
        for (instance, description, kind) in [
            (Some("i-1"), "", "interface"),
            (Some("i-1"), "", "interface"),
            (Some("i-2"), "", "interface"),
            (None, "ELB app/web/1", "interface"),
            (None, "ELB app/web/1", "interface"),
            (None, "", "lambda"),
            (None, "by hand", "interface"),
        ] {
            usage.add(&interface(instance, description, kind));
        }
        let row = record(&ROWS, &usage);
        assert_eq!(row.get(&INTERFACES), &Value::Int(7));
        let said = ["2 instances", "1 load balancer", "1 Lambda interface", "1 other interface"];
        assert_eq!(row.get(&USED_BY).items(), said);
        assert_eq!(row.get(&IN_USE), &Value::State(Tone::Good, "in-use".into()));
    }
}
