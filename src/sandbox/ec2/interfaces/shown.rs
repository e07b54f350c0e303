//! An interface that is no instance's primary one, as DescribeNetworkInterfaces and DescribeInstances show it.

use std::net::Ipv4Addr;

use arcstr::ArcStr;

use crate::base::Time;
use crate::sandbox::ec2::describe;
use crate::sandbox::ec2::filter::Values;
use crate::sandbox::ec2::network::flag;
use crate::sandbox::ec2::state::{OwnInterface, ServiceInterface, State, Tags};
use crate::sandbox::regions;
use crate::sandbox::wire::Xml;

/// What is shown of one.
pub(in crate::sandbox::ec2) struct Shown {
    pub(super) id: ArcStr,
    description: ArcStr,
    /// The service that made it.
    requester: Option<ArcStr>,
    kind: ArcStr,
    subnet: ArcStr,
    vpc: ArcStr,
    zone: ArcStr,
    /// The primary address first.
    addresses: Vec<Ipv4Addr>,
    /// The public address of the primary one.
    public: Option<Public>,
    groups: Vec<ArcStr>,
    source_dest_check: bool,
    status: &'static str,
    attachment: Option<Attachment>,
}

struct Public {
    ip: Ipv4Addr,
    owner: ArcStr,
    /// Allocation and association, if it is an Elastic IP address.
    elastic: Option<(ArcStr, ArcStr)>,
}

struct Attachment {
    id: ArcStr,
    instance: Option<ArcStr>,
    owner: ArcStr,
    index: u32,
    status: &'static str,
    since: Time,
    goes_along: bool,
}

impl Shown {
    /// A service's: it is attached to what the account cannot see.
    ///
    /// What a balancer of HTTP has is attached as an instance's is (`eni-attach-…`, by `amazon-elb`) and has its source checked; NAT gateways and
    /// balancers of TCP pass on what is others', and are attached by `amazon-aws`, as answers of AWS in public issues have it.
    pub(super) fn of_service(s: &ServiceInterface, account: &str) -> Shown {
        let plain = s.kind == "interface";
        let owner = if plain { s.requester.clone() } else { arcstr::literal!("amazon-aws") };
        let public = s.public.as_ref().map(|p| Public {
            ip: p.ip,
            owner: if p.allocation.is_some() { account.into() } else { s.requester.clone() },
            elastic: p.allocation.clone().map(|a| (a, association_of(&s.id))),
        });
        Shown {
            id: s.id.clone(),
            description: s.description.clone(),
            requester: Some(s.requester.clone()),
            kind: s.kind.clone(),
            subnet: s.subnet.clone(),
            vpc: s.vpc.clone(),
            zone: s.zone.clone(),
            addresses: vec![s.private_ip],
            public,
            groups: s.groups.clone(),
            source_dest_check: plain,
            status: "in-use",
            attachment: Some(Attachment {
                id: s.id.replace("eni-", if plain { "eni-attach-" } else { "ela-attach-" }).into(),
                instance: None,
                owner,
                index: 1,
                status: "attached",
                since: s.since,
                goes_along: false,
            }),
        }
    }

    /// The account's own.
    pub(in crate::sandbox::ec2) fn of_own(state: &State, i: &OwnInterface, account: &str) -> Shown {
        let elastic = state.addresses.values().find_map(|a| {
            let (association, _) = a.association.as_ref().filter(|(_, of)| *of == i.id)?;
            Some((a.ip, a.id.clone(), association.clone()))
        });
        Shown {
            id: i.id.clone(),
            description: i.description.clone(),
            requester: None,
            kind: arcstr::literal!("interface"),
            subnet: i.subnet.clone(),
            vpc: i.vpc.clone(),
            zone: i.zone.clone(),
            addresses: i.addresses().collect(),
            public: elastic.map(|(ip, allocation, association)| Public {
                ip,
                owner: account.into(),
                elastic: Some((allocation, association)),
            }),
            groups: i.groups.clone(),
            source_dest_check: i.source_dest_check,
            status: i.state(),
            attachment: i.attachment.as_ref().map(|a| Attachment {
                id: a.id.clone(),
                instance: Some(a.instance.clone()),
                owner: account.into(),
                index: a.index,
                status: a.state(),
                since: a.since,
                goes_along: a.delete_on_termination,
            }),
        }
    }

    /// What a filter's name stands for.
    pub(super) fn field<'a>(&'a self, state: &'a State, name: &str, out: &mut Values<'a>) {
        match name {
            "addresses.association.public-ip" | "association.public-ip" => {
                out.extend(self.public.as_ref().map(|p| p.ip.to_string().into()));
            }
            "addresses.private-ip-address" => out.extend(self.addresses.iter().map(|ip| ip.to_string().into())),
            "private-ip-address" => out.extend(self.addresses.first().map(|ip| ip.to_string().into())),
            "attachment.instance-id" => {
                out.extend(self.attachment.iter().filter_map(|a| a.instance.as_deref()).map(Into::into));
            }
            "attachment.status" => out.extend(self.attachment.iter().map(|a| a.status.into())),
            "availability-zone" => out.push(self.zone.as_str().into()),
            "description" => out.push(self.description.as_str().into()),
            "group-id" => out.extend(self.groups.iter().map(|g| g.as_str().into())),
            "group-name" => out.extend(super::named(state, &self.groups)),
            "interface-type" => out.push(self.kind.as_str().into()),
            "mac-address" => out.extend(self.addresses.first().map(|ip| describe::mac(*ip).into())),
            "network-interface-id" => out.push(self.id.as_str().into()),
            "requester-id" => out.extend(self.requester.iter().map(|r| r.as_str().into())),
            "requester-managed" => out.push(flag(self.requester.is_some()).into()),
            "status" => out.push(self.status.into()),
            "subnet-id" => out.push(self.subnet.as_str().into()),
            "vpc-id" => out.push(self.vpc.as_str().into()),
            _ => {}
        }
    }

    /// Writes it as DescribeNetworkInterfaces has it, and as CreateNetworkInterface answers.
    pub(super) fn write(&self, x: &mut Xml, state: &State, region: &str, account: &str, tags: &Tags) {
        x.el("availabilityZone", &self.zone);
        x.opt("availabilityZoneId", regions::zone_id(&self.zone));
        x.opt("requesterId", self.requester.as_ref());
        x.el("requesterManaged", self.requester.is_some());
        self.body(x, state, region, account, true);
        describe::tag_set(x, tags);
    }

    /// What DescribeInstances shows of it, too; `alone` with whose the attachment is.
    pub(in crate::sandbox::ec2) fn body(&self, x: &mut Xml, state: &State, region: &str, account: &str, alone: bool) {
        let association = |x: &mut Xml| {
            let Some(p) = &self.public else { return };
            x.nest("association", |x| {
                x.el("publicIp", p.ip.to_string());
                x.el("publicDnsName", describe::public_dns(region, p.ip));
                x.el("ipOwnerId", &p.owner);
                if let Some((allocation, association)) = p.elastic.as_ref().filter(|_| alone) {
                    x.el("allocationId", allocation);
                    x.el("associationId", association);
                }
            });
        };
        let primary = self.addresses.first().copied().unwrap_or(Ipv4Addr::UNSPECIFIED);
        x.el("networkInterfaceId", &self.id);
        x.el("subnetId", &self.subnet);
        x.el("vpcId", &self.vpc);
        x.el("description", &self.description);
        x.el("ownerId", account);
        x.el("status", self.status);
        x.el("macAddress", describe::mac(primary));
        x.el("privateIpAddress", primary.to_string());
        x.el("privateDnsName", describe::private_dns(region, primary));
        x.el("sourceDestCheck", self.source_dest_check);
        describe::groups(x, state, &self.groups);
        if let Some(a) = &self.attachment {
            x.nest("attachment", |x| {
                x.el("attachmentId", &a.id);
                if alone {
                    x.opt("instanceId", a.instance.as_ref());
                    x.el("instanceOwnerId", &a.owner);
                }
                x.el("deviceIndex", a.index);
                x.el("status", a.status);
                x.el("attachTime", a.since);
                x.el("deleteOnTermination", a.goes_along);
                x.el("networkCardIndex", 0_u32);
            });
        }
        association(x);
        x.list("privateIpAddressesSet", "item", self.addresses.iter().enumerate(), |x, (n, ip)| {
            x.el("privateIpAddress", ip.to_string());
            x.el("privateDnsName", describe::private_dns(region, *ip));
            x.el("primary", n == 0);
            if n == 0 {
                association(x);
            }
        });
        x.empty("ipv6AddressesSet");
        x.el("interfaceType", &self.kind);
    }
}

/// The association of a service's Elastic IP address goes by the interface's id.
pub(in crate::sandbox::ec2) fn association_of(interface: &str) -> ArcStr {
    interface.replace("eni-", "eipassoc-").into()
}
