//! The DNS options of VPCs: a side table, joined by the VPC's id. Two requests for each VPC: asked for in the detail and for plans.

use aws_sdk_ec2::types::VpcAttributeName as Attribute;
use futures::future::BoxFuture;

use super::listing::PAGE;
use super::vpcs::DESCRIBE_VPCS;
use crate::aws::fault;
use crate::base::{Fault, FaultKind, RowId};
use crate::kinds::convert::{Converter, flag};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::paged;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Service};

/// `DescribeVpcAttribute`: one attribute of one VPC a request.
pub static DESCRIBE_VPC_ATTRIBUTE: Operation = Operation::read(Service::Ec2, "DescribeVpcAttribute").rarely_changes();
/// `DescribeVpcs`, for the ids of all.
pub static VPCS: Operation = DESCRIBE_VPCS.rarely_changes();

/// What it is.
pub static INFO: KindInfo = KindInfo::new("vpc-attributes", "VPC's DNS options", "DNS options of VPCs", &FIELDS)
    .doc("The DNS options of VPCs, joined to them by id.")
    .listed_by(&[&DESCRIBE_VPC_ATTRIBUTE, &VPCS])
    .sorted(&ID)
    .side();

/// DNS options of VPCs.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// The VPC's id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The VPC's id.");
/// `enableDnsSupport`.
pub const DNS_SUPPORT: FieldInfo = FieldInfo::flag("dns_support", "DNS", "Whether Amazon's DNS server answers in it.");
/// `enableDnsHostnames`.
pub const DNS_HOSTNAMES: FieldInfo =
    FieldInfo::flag("dns_hostnames", "DNS NAMES", "Whether instances with public addresses get public DNS names.");

/// One VPC's; `None` = not said.
struct Options {
    id: RowId,
    support: Option<bool>,
    names: Option<bool>,
}

static FIELDS: Fields<Options> =
    Fields(&[Field::id(ID), field(DNS_SUPPORT, |o, _| flag(o.support)), field(DNS_HOSTNAMES, |o, _| flag(o.names))]);

static ROWS: RowSpec<Options> = RowSpec::new(&INFO, &FIELDS, |o| Some(&o.id));

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        let mut ids: Vec<RowId> = Vec::new();
        match &request.what {
            What::Ids(some) => ids.extend(some.iter().cloned()),
            What::Everything => {
                let call = |token| client.describe_vpcs().max_results(PAGE).set_next_token(token).send();
                paged(&mut pages, &VPCS, call, |out| {
                    ids.extend(out.vpcs().iter().filter_map(|v| v.vpc_id()).map(RowId::from));
                    (Vec::new(), out.next_token)
                })
                .await?;
            }
        }
        for id in ids {
            let mut found = Options { id, support: None, names: None };
            let mut there = false;
            for attribute in [Attribute::EnableDnsSupport, Attribute::EnableDnsHostnames] {
                pages.ask(&DESCRIBE_VPC_ATTRIBUTE).await?;
                let call = client.describe_vpc_attribute().vpc_id(found.id.as_str()).attribute(attribute).send();
                match call.await.map_err(|e| fault::of(&DESCRIBE_VPC_ATTRIBUTE, e)) {
                    Ok(out) => {
                        there = true;
                        found.support = out.enable_dns_support().and_then(|a| a.value()).or(found.support);
                        found.names = out.enable_dns_hostnames().and_then(|a| a.value()).or(found.names);
                    }
                    // It went between two requests.
                    Err(f) if f.kind == FaultKind::NotFound => {}
                    Err(f) => return Err(f),
                }
            }
            if there {
                pages.page(ROWS.records([&found], &mut converter)).await?;
            }
        }
        Ok(())
    })
}
