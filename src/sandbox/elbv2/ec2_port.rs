//! The port to EC2: the instances, subnets, groups and network rules behind targets. The only place of this service that knows EC2.

use std::net::{IpAddr, Ipv4Addr};

use super::errors::{Outcome, validation};
use super::health::{Failure, Probe, Unused};
use super::state::{Answer, Kind, LoadBalancer, TargetGroup, Zone};
use crate::base::Time;
use crate::net::cidr::Cidr;
use crate::net::reach::Source;
pub(super) use crate::sandbox::ec2::InstanceState;
use crate::sandbox::ec2::reach::{Contact, contact};
use crate::sandbox::ec2::{self, Instance};
use crate::sandbox::wire::{ApiError, Call};
use crate::sandbox::world::World;

/// Where a target stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TargetView {
    /// Its instance has ended: it is deregistered.
    Ended,
    /// It gets neither traffic nor checks.
    Unused(Unused),
    /// It can be checked, and this is what a check finds.
    Checked(Probe),
}

/// A target's id and port, and where it stands.
pub(super) type Standing = (String, u16, TargetView);

/// Where each target of a group stands; and the kind of balancer that asks.
pub(super) fn of_group(world: &World, region: &str, group: &str, now: Time) -> Option<(Kind, Vec<Standing>)> {
    let state = &world.peek(region)?.elbv2;
    let g = state.groups.get(group)?;
    let lb = state.balancers_of(group).into_iter().next();
    let kind = lb.map_or(Kind::Application, |lb| lb.kind);
    let stand = |id: &str, port: u16| of_target(world, region, g, lb, id, port, now);
    Some((kind, g.targets.iter().map(|t| (t.id.clone(), t.port, stand(&t.id, t.port))).collect()))
}

fn of_target(
    world: &World,
    region: &str,
    g: &TargetGroup,
    lb: Option<&LoadBalancer>,
    id: &str,
    port: u16,
    now: Time,
) -> TargetView {
    let i = if g.target_type == "instance" {
        match instance(world, region, id) {
            None => return TargetView::Ended,
            Some(i) if i.state.is_ending() => return TargetView::Ended,
            Some(i) => i,
        }
    } else {
        match (by_address(world, region, &g.vpc, id).filter(|i| i.state == InstanceState::Running), lb) {
            (_, None) => return TargetView::Unused(Unused::NoListener),
            // No instance has the address, or it is off: nothing answers there.
            (None, Some(_)) => return TargetView::Checked(Probe::Fail(Failure::Timeout)),
            (Some(i), Some(_)) => i,
        }
    };
    if i.state != InstanceState::Running {
        return TargetView::Unused(Unused::Stopped);
    }
    let Some(lb) = lb else { return TargetView::Unused(Unused::NoListener) };
    if !lb.zones.iter().any(|z| z.name == i.zone.as_str()) {
        return TargetView::Unused(Unused::Zone);
    }
    let Some(source) = node(world, region, lb, i) else { return TargetView::Checked(Probe::Fail(Failure::Timeout)) };
    let check_port = g.check.port_of(port);
    TargetView::Checked(match contact(world, region, &source, &i.id, check_port, now) {
        Contact::TimesOut(_) => Probe::Fail(Failure::Timeout),
        Contact::Refused => Probe::Fail(Failure::Refused),
        Contact::NotRunning => return TargetView::Unused(Unused::Stopped),
        Contact::Answers => match answer(world, region, g, i, check_port) {
            Answer::Refused => Probe::Fail(Failure::Refused),
            Answer::Silence => Probe::Fail(Failure::Timeout),
            Answer::Code(code) if g.check.accepts(code) => Probe::Pass,
            Answer::Code(code) => Probe::Fail(Failure::Code(code)),
        },
    })
}

/// What a check gets: from the program that a fault was set for, else from the files that the instance's web server has, if somebody has
/// looked into it.
fn answer(world: &World, region: &str, g: &TargetGroup, i: &Instance, port: u16) -> Answer {
    let Some(state) = world.peek(region) else { return Answer::Code(200) };
    let said = state.elbv2.answer_of(&i.id, port);
    let path = g.check.path.as_deref().filter(|_| g.check.protocol == "HTTP" && said == Answer::Code(200));
    let page = path.and_then(|path| state.ec2.page(i, port, path));
    page.map_or(said, |page| Answer::Code(page.status()))
}

/// The instance with an address of a VPC.
fn by_address<'w>(world: &'w World, region: &str, vpc: &str, address: &str) -> Option<&'w Instance> {
    let ip: Ipv4Addr = address.parse().ok()?;
    let mut all = world.peek(region)?.ec2.instances.values();
    all.find(|i| i.vpc == vpc && i.private_ip == ip && !i.state.is_ending())
}

/// The balancer's node that checks an instance: the one in its zone, with an address of its own in that subnet.
fn node(world: &World, region: &str, lb: &LoadBalancer, i: &Instance) -> Option<Source> {
    let zone = lb.zones.iter().find(|z| z.name == i.zone.as_str()).or(lb.zones.first())?;
    let address = ec2::kept_in(world, region, &lb.arn, &zone.subnet)?.private_ip;
    Some(Source {
        address: Some(IpAddr::V4(address)),
        groups: lb.security_groups.clone(),
        same_subnet: i.subnet.as_str() == zone.subnet,
    })
}

/// The addresses of a balancer's node in a zone: the private one, and the public one.
pub(super) fn node_addresses(
    world: &World,
    region: &str,
    lb: &LoadBalancer,
    zone: &Zone,
) -> Option<(Ipv4Addr, Option<Ipv4Addr>)> {
    let kept = ec2::kept_in(world, region, &lb.arn, &zone.subnet)?;
    Some((kept.private_ip, kept.public.as_ref().map(|p| p.ip)))
}

/// The allocation and private address that a request wants for a new node in a subnet, checked.
///
/// Who may have them, and the codes: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SubnetMapping.html> and
/// `API_CreateLoadBalancer.html`; the sentences are this sandbox's own.
pub(super) fn addresses(
    world: &World,
    call: &Call<'_>,
    (kind, internal): (Kind, bool),
    subnet: &str,
    (allocation, private_ip): (Option<&str>, Option<&str>),
) -> Outcome<(Option<String>, Option<Ipv4Addr>)> {
    let Some(state) = world.peek(&call.region).map(|r| &r.ec2) else { return Ok((None, None)) };
    if kind == Kind::Application && (allocation.is_some() || private_ip.is_some()) {
        return Err(validation("You cannot specify addresses for the subnets of an Application Load Balancer"));
    }
    if let Some(id) = allocation {
        if internal {
            return Err(validation("You cannot specify an Elastic IP address for an internal load balancer"));
        }
        let Some(address) = state.addresses.get(id) else {
            let message = format!("The allocation IDs '{id}' do not exist");
            return Err(ApiError::new("AllocationIdNotFound", message));
        };
        if state.is_used(address, call.now) {
            let message = format!("The allocation IDs '{id}' are not available for use");
            return Err(ApiError::new("AllocationIdNotFound", message));
        }
    }
    let Some(text) = private_ip else { return Ok((allocation.map(Into::into), None)) };
    if !internal {
        return Err(validation("You cannot specify a private IPv4 address for an internet-facing load balancer"));
    }
    let ip: Ipv4Addr = text.parse().map_err(|_| validation(format!("'{text}' is not a valid IPv4 address")))?;
    let s = state.subnets.get(subnet).filter(|s| Cidr::new(s.cidr).gives_out(ip) && !s.taken.contains(&ip));
    match s {
        Some(_) => Ok((None, Some(ip))),
        None => Err(validation(format!("The address '{ip}' is not available in the subnet '{subnet}'"))),
    }
}

/// An instance that EC2 shows.
pub(super) fn instance<'w>(world: &'w World, region: &str, id: &str) -> Option<&'w Instance> {
    ec2::instance(world, region, id)
}

/// A subnet's VPC and zone.
pub(super) struct Subnet {
    pub vpc: String,
    pub zone: String,
}

/// A subnet.
pub(super) fn subnet(world: &World, region: &str, id: &str) -> Option<Subnet> {
    let s = world.peek(region)?.ec2.subnets.get(id)?;
    Some(Subnet { vpc: s.vpc.to_string(), zone: s.zone.to_string() })
}

/// Whether the region has this VPC.
pub(super) fn vpc_exists(world: &World, region: &str, id: &str) -> bool {
    world.peek(region).is_some_and(|r| r.ec2.vpcs.contains_key(id))
}

/// Whether the region has this security group.
pub(super) fn security_group_exists(world: &World, region: &str, id: &str) -> bool {
    world.peek(region).is_some_and(|r| r.ec2.groups.contains_key(id))
}

/// A VPC's default security group.
pub(super) fn default_security_group(world: &World, region: &str, vpc: &str) -> Option<String> {
    world.peek(region)?.ec2.default_group(vpc).map(|g| g.id.to_string())
}

/// Who a balancer's interfaces belong to. <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html>
const REQUESTER: &str = "amazon-elb";

/// EC2 is told which interfaces a balancer has: one in each of its subnets, with its groups; none once it is deleted.
pub(super) fn keep_interfaces(world: &mut World, region: &str, arn: &str, now: Time) {
    let lb = world.region(region).elbv2.balancers.get(arn);
    let wanted = lb.map_or_else(Vec::new, |lb| {
        // `app/my-alb/50dc6c495c0c9188`
        let path = arn.split_once("loadbalancer/").map_or(arn, |(_, path)| path);
        let kind = match lb.kind {
            Kind::Application => "interface",
            Kind::Network => "network_load_balancer",
        };
        let of = |z: &Zone| ec2::Wanted {
            subnet: z.subnet.clone(),
            description: format!("ELB {path}"),
            kind,
            groups: lb.security_groups.clone(),
            private_ip: z.private_ip,
            public: match &z.allocation {
                Some(id) => ec2::Outside::Elastic(id.clone()),
                None if lb.internal => ec2::Outside::Hidden,
                None => ec2::Outside::Any,
            },
        };
        lb.zones.iter().map(of).collect()
    });
    ec2::keep(world, region, (arn, REQUESTER), wanted, now);
}
