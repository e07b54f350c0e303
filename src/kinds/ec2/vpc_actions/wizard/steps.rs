//! The steps that make a network in the VPC of step 0, what others need first; each has its way back.

use std::time::Duration;

use super::layout::Zone;
use super::network::{Nat, Network, Site, Subnet};
use crate::base::text::visible;
use crate::kinds::action::{ActionContext, Sender};
use crate::kinds::ec2::address_actions::allocate_step;
use crate::kinds::ec2::network_actions::nat_gateways;
use crate::kinds::ec2::senders::{
    ASSOCIATE_ROUTE_TABLE, ATTACH_INTERNET_GATEWAY, CREATE_INTERNET_GATEWAY, CREATE_NAT_GATEWAY, CREATE_ROUTE,
    CREATE_ROUTE_TABLE, CREATE_SUBNET, DELETE_INTERNET_GATEWAY, DELETE_ROUTE, DELETE_ROUTE_TABLE, DELETE_SUBNET,
    DETACH_INTERNET_GATEWAY, DISASSOCIATE_ROUTE_TABLE, GATEWAY_ID, MODIFY_SUBNET_ATTRIBUTE, NAT_GATEWAY_ID, SUBNET_ID,
    TABLE_ASSOCIATION, TABLE_ID, VPC_ID,
};
use crate::kinds::ec2::subnet_actions::switch;
use crate::kinds::ec2::subnets;
use crate::kinds::plan_builder::name_tag;
use crate::model::{Arg, Call, Kind, Out, Step, StepUndo, TableKey, Waiter};

/// Everything that a route may lead to by default.
const ANYWHERE: &str = "0.0.0.0/0";

/// Adds the steps to those that make the VPC.
pub(in crate::kinds::ec2::vpc_actions) fn add(cx: &ActionContext<'_>, network: &Network, steps: &mut Vec<Step>) {
    let mut b = Builder { cx, n: network, steps };
    let gateway = network.has_gateway().then(|| b.gateway());
    let subnets: Vec<usize> = network.subnets.iter().map(|s| b.subnet(s)).collect();
    b.wait_for(subnets.iter().map(|at| is_there(cx, *at)));
    if network.public_ip {
        let public = network.subnets.iter().zip(&subnets).filter(|(s, _)| s.is_public());
        public.for_each(|(s, at)| b.public_ip(s, *at));
    }
    if let Some(gateway) = gateway.filter(|_| network.has(true)) {
        let name = network.names.part("public-route", None);
        let table = b.table(&name);
        b.route(table, &name, ("GatewayId", GATEWAY_ID, gateway), &network.names.part("igw", None));
        let public = network.subnets.iter().zip(&subnets).filter(|(s, _)| s.is_public());
        public.for_each(|(s, at)| b.associate(s, *at, table, &name));
    }
    let sites = network.sites().unwrap_or_default();
    let addresses: Vec<Option<usize>> = sites.iter().map(|s| s.subnet.map(|_| b.address(s.zone.as_ref()))).collect();
    let nats: Vec<(Option<Zone>, usize)> = sites
        .iter()
        .zip(addresses)
        .map(|(site, address)| (site.zone.clone(), b.nat(site, address.zip(site.subnet.and_then(|i| subnets.get(i))))))
        .collect();
    // Side by side: each takes minutes.
    b.wait_for(nats.iter().map(|(_, at)| nat_gateways::is_available(cx, *at)));
    for zone in network.private_tables() {
        let name = network.names.part("private-route", zone.as_ref());
        let table = b.table(&name);
        if let Some((_, nat)) = nats.iter().find(|(of, _)| *of == zone) {
            let to = network.names.part("natgateway", zone.as_ref());
            b.route(table, &name, ("NatGatewayId", NAT_GATEWAY_ID, *nat), &to);
        }
        let private = network.subnets.iter().zip(&subnets).filter(|(s, _)| !s.is_public());
        private
            .filter(|(s, _)| zone.as_ref().is_none_or(|z| s.zone == *z))
            .for_each(|(s, at)| b.associate(s, *at, table, &name));
    }
}

/// Until what a step creates is listed as available.
fn is_there(cx: &ActionContext<'_>, step: usize) -> Waiter {
    Waiter::Created {
        out: Out { step, output: SUBNET_ID },
        table: TableKey::all(cx.scope.clone(), Kind(&subnets::INFO)),
        want: &["available"],
        fail: &["failed", "failed-insufficient-capacity"],
        gone_is_fine: false,
        within: Duration::from_secs(120),
    }
}

struct Builder<'a> {
    cx: &'a ActionContext<'a>,
    n: &'a Network,
    steps: &'a mut Vec<Step>,
}

impl Builder<'_> {
    fn call(&self, sender: &'static Sender) -> Call {
        sender.call(self.cx.scope.clone())
    }
    /// The number of the next step.
    fn at(&self) -> usize {
        self.steps.len()
    }
    fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }
    /// What is waited for after the last step.
    fn wait_for(&mut self, all: impl Iterator<Item = Waiter>) {
        let wait = Waiter::all(all.collect());
        if let Some(last) = self.steps.last_mut().filter(|_| wait != Waiter::AtOnce) {
            last.wait = wait;
        }
    }
    fn vpc(&self, call: Call) -> Call {
        call.arg("VpcId", Arg::out(0, VPC_ID))
    }

    /// The internet gateway, attached.
    fn gateway(&mut self) -> usize {
        let name = self.n.names.part("igw", None);
        let at = self.at();
        let of = |call: Call| call.arg("InternetGatewayId", Arg::out(at, GATEWAY_ID));
        let call = self.call(&CREATE_INTERNET_GATEWAY).arg("TagSpecifications", name_tag("internet-gateway", &name));
        let back = of(self.call(&DELETE_INTERNET_GATEWAY));
        let undo = StepUndo::new(format!("delete {}", visible(&name)), back).destroys();
        self.push(Step::new(format!("create the internet gateway {}", visible(&name)), call).undone_by(undo));
        let attach = self.vpc(of(self.call(&ATTACH_INTERNET_GATEWAY)));
        let back = self.vpc(of(self.call(&DETACH_INTERNET_GATEWAY)));
        let undo = StepUndo::new(format!("detach {} again", visible(&name)), back);
        self.push(Step::new(format!("attach {} to the VPC", visible(&name)), attach).undone_by(undo));
        at
    }

    fn subnet(&mut self, s: &Subnet) -> usize {
        let at = self.at();
        let call = self.vpc(self.call(&CREATE_SUBNET));
        let call = call
            .arg("CidrBlock", Arg::str(s.range.to_string()))
            .arg("AvailabilityZone", Arg::Str(s.zone.name.clone()))
            .arg("TagSpecifications", name_tag("subnet", &s.name));
        let back = self.call(&DELETE_SUBNET).arg("SubnetId", Arg::out(at, SUBNET_ID));
        let undo = StepUndo::new(format!("delete {}", visible(&s.name)), back).destroys();
        let title = format!("create the subnet {}, {}", visible(&s.name), s.range);
        self.push(Step::new(title, call).undone_by(undo))
    }

    fn public_ip(&mut self, s: &Subnet, at: usize) {
        let call = |b: &Self, on: bool| {
            let call = b.call(&MODIFY_SUBNET_ATTRIBUTE).arg("SubnetId", Arg::out(at, SUBNET_ID));
            call.arg("MapPublicIpOnLaunch", switch(on))
        };
        let name = visible(&s.name);
        let undo = StepUndo::new(format!("give instances in {name} none again"), call(self, false));
        let title = format!("give new instances in {name} a public IPv4 address");
        self.push(Step::new(title, call(self, true)).undone_by(undo));
    }

    fn table(&mut self, name: &str) -> usize {
        let at = self.at();
        let call = self.vpc(self.call(&CREATE_ROUTE_TABLE));
        let call = call.arg("TagSpecifications", name_tag("route-table", name)).arg("ClientToken", Arg::Token);
        let back = self.call(&DELETE_ROUTE_TABLE).arg("RouteTableId", Arg::out(at, TABLE_ID));
        let undo = StepUndo::new(format!("delete {}", visible(name)), back).destroys();
        self.push(Step::new(format!("create the route table {}", visible(name)), call).undone_by(undo))
    }

    /// The default route of a table.
    fn route(&mut self, table: usize, name: &str, to: (&'static str, &'static str, usize), called: &str) {
        let (member, output, step) = to;
        let of = |call: Call| {
            let call = call.arg("RouteTableId", Arg::out(table, TABLE_ID));
            call.arg("DestinationCidrBlock", Arg::str(ANYWHERE))
        };
        let call = of(self.call(&CREATE_ROUTE)).arg(member, Arg::out(step, output));
        let undo = StepUndo::new(
            format!("delete the route of {} to {}", visible(name), visible(called)),
            of(self.call(&DELETE_ROUTE)),
        );
        let title = format!("send {ANYWHERE} of {} to {}", visible(name), visible(called));
        self.push(Step::new(title, call).undone_by(undo));
    }

    fn associate(&mut self, s: &Subnet, subnet: usize, table: usize, name: &str) {
        let at = self.at();
        let call = self.call(&ASSOCIATE_ROUTE_TABLE).arg("RouteTableId", Arg::out(table, TABLE_ID));
        let call = call.arg("SubnetId", Arg::out(subnet, SUBNET_ID));
        let back = self.call(&DISASSOCIATE_ROUTE_TABLE).arg("AssociationId", Arg::out(at, TABLE_ASSOCIATION));
        let undo = StepUndo::new(format!("disassociate {} again", visible(&s.name)), back);
        let title = format!("associate {} with {}", visible(&s.name), visible(name));
        self.push(Step::new(title, call).undone_by(undo));
    }

    fn address(&mut self, zone: Option<&Zone>) -> usize {
        let name = self.n.names.part("eip", zone);
        let mut step = allocate_step(self.cx.scope, self.at(), Some(&name));
        step.title = format!("allocate the address {}", visible(&name));
        if let Some(undo) = &mut step.undo {
            undo.title = format!("release {}", visible(&name));
        }
        self.push(step)
    }

    /// A NAT gateway in a subnet with an address, by the steps that make those; without them a regional one.
    fn nat(&mut self, site: &Site, of: Option<(usize, &usize)>) -> usize {
        let name = self.n.names.part("natgateway", site.zone.as_ref());
        let call = self.call(&CREATE_NAT_GATEWAY);
        let call = match of {
            Some((address, subnet)) => {
                let call =
                    call.arg("SubnetId", Arg::out(*subnet, SUBNET_ID)).arg("ConnectivityType", Arg::str("public"));
                call.arg("AllocationId", Arg::out(address, "AllocationId"))
            }
            None => {
                let call = self.vpc(call).arg("AvailabilityMode", Arg::str("regional"));
                call.arg("ConnectivityType", Arg::str("public"))
            }
        };
        let call = call.arg("TagSpecifications", name_tag("natgateway", &name)).arg("ClientToken", Arg::Token);
        let mut undo = nat_gateways::undo(self.cx, self.at());
        undo.title = format!("delete {}", visible(&name));
        let kind = if self.n.nat == Nat::Regional { "regional NAT gateway" } else { "NAT gateway" };
        self.push(Step::new(format!("create the {kind} {}", visible(&name)), call).undone_by(undo))
    }
}
