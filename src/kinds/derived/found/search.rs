//! Which rows have what is looked for.

use std::net::IpAddr;
use std::sync::Arc;

use arcstr::ArcStr;
use rustc_hash::FxHashSet;

use super::{Found, Sought, of_text};
use crate::kinds::ec2::{addresses, instances, network_interfaces, subnets};
use crate::kinds::elbv2::load_balancers;
use crate::model::addresses::Block;
use crate::model::{FieldInfo, Inputs, KindInfo, Record};

/// The rows of one region.
pub(super) fn search(inputs: &Inputs) -> Vec<Record> {
    let mut found = match Sought::of(&inputs.text) {
        Sought::Address(ip) => of_address(inputs, ip),
        Sought::Balancer(name) => of_balancer(inputs, &name),
        Sought::Row(kind, id) => {
            let rows = rows(inputs, kind).filter(|r| r.id == id || *r.shown_id() == id);
            rows.map(|r| Found::of(r, 0, "id")).collect()
        }
        Sought::Text(text) => of_text::search(inputs, &text),
    };
    // A row that is found in two ways is told by the better one.
    found.sort_by_key(|f| f.rank);
    let mut seen: FxHashSet<(&str, ArcStr)> = FxHashSet::default();
    found.into_iter().filter(|f| seen.insert((f.of, f.id.clone()))).map(|f| f.record()).collect()
}

impl Found {
    pub(super) fn of(row: &Record, rank: u8, via: impl Into<String>) -> Found {
        Found {
            of: row.kind.0.name,
            id: row.shown_id().clone(),
            name: row.name.clone(),
            state: row.state.clone(),
            via: via.into(),
            vpc: row.kind.index_of("vpc_id").and_then(|f| row.at(f).as_str()).map(Into::into),
            rank,
        }
    }
}

/// The rows of a kind, each once.
pub(super) fn rows<'i>(inputs: &'i Inputs, kind: &str) -> impl Iterator<Item = &'i Record> {
    inputs.each(kind).map(Arc::as_ref)
}

fn has(row: &Record, field: &FieldInfo, ip: IpAddr) -> bool {
    row.get(field).blocks().any(|b| b == Block::Ip(ip))
}

/// Fields of a kind that may have an address, where they stand: of 100,000 rows each is looked up once.
fn places<'w, const N: usize>(kind: &KindInfo, fields: [(&FieldInfo, &'w str); N]) -> [(Option<usize>, &'w str); N] {
    fields.map(|(field, what)| (kind.index_of(field.name), what))
}

/// As what a row has an address.
fn as_what<'w>(row: &Record, places: &[(Option<usize>, &'w str)], ip: IpAddr) -> Option<&'w str> {
    let has = |at: &Option<usize>| at.is_some_and(|at| row.at(at).blocks().any(|b| b == Block::Ip(ip)));
    places.iter().find(|(at, _)| has(at)).map(|(_, what)| *what)
}

/// What has an address: through the network interface that has it.
fn of_address(inputs: &Inputs, ip: IpAddr) -> Vec<Found> {
    use network_interfaces as eni;
    let mut out = Vec::new();
    let of_interfaces = places(
        &eni::INFO,
        [
            (&eni::PRIVATE_IP, "private address"),
            (&eni::PRIVATE_IPS, "secondary private address"),
            (&eni::PUBLIC_IP, "public address"),
            (&eni::IPV6, "IPv6 address"),
        ],
    );
    for row in rows(inputs, eni::INFO.name) {
        let Some(of) = as_what(row, &of_interfaces, ip) else { continue };
        let via = format!("{of} of {}", row.id);
        let vpc = row.get(&eni::VPC_ID).as_str().map(Into::into);
        let user = row.get(&eni::USER).as_str();
        let found = if let Some(id) = row.get(&eni::INSTANCE).as_str() {
            match rows(inputs, instances::INFO.name).find(|i| i.id == id) {
                Some(instance) => Found { vpc, ..Found::of(instance, 0, via) },
                None => Found {
                    of: instances::INFO.name,
                    id: id.into(),
                    name: ArcStr::new(),
                    state: None,
                    via,
                    vpc,
                    rank: 0,
                },
            }
        } else if let Some(name) = eni::balancer_name(row) {
            // Its ARN is not said.
            match rows(inputs, load_balancers::INFO.name).find(|b| b.name == name) {
                Some(balancer) => Found { vpc, ..Found::of(balancer, 0, via) },
                None => Found {
                    of: load_balancers::INFO.name,
                    id: name.into(),
                    name: name.into(),
                    state: None,
                    via,
                    vpc,
                    rank: 0,
                },
            }
        } else {
            // A NAT gateway, an endpoint, a function, a database: the interface says which.
            let said = row.get(&eni::DESCRIPTION).as_str().or(user);
            let via = said.map_or(of.to_string(), |said| format!("{of}: {said}"));
            match eni::of_gateway(row) {
                Some((kind, id)) => match rows(inputs, kind.name).find(|g| g.id == id) {
                    Some(gateway) => Found { vpc, ..Found::of(gateway, 0, via) },
                    None => Found { of: kind.name, id: id.into(), name: ArcStr::new(), state: None, via, vpc, rank: 0 },
                },
                None => Found::of(row, 0, via),
            }
        };
        out.push(found);
    }
    // Where interfaces may not be read, instances say their own.
    use instances::fields::{ELASTIC_IPS, IPV6, PRIVATE_IP, PUBLIC_IP};
    let of_instances = places(
        &instances::INFO,
        [
            (&PRIVATE_IP, "private address"),
            (&PUBLIC_IP, "public address"),
            (&ELASTIC_IPS, "Elastic IP address"),
            (&IPV6, "IPv6 address"),
        ],
    );
    for row in rows(inputs, instances::INFO.name) {
        if let Some(via) = as_what(row, &of_instances, ip) {
            out.push(Found::of(row, 0, via));
        }
    }
    for row in rows(inputs, addresses::INFO.name) {
        if has(row, &addresses::PUBLIC_IP, ip) {
            out.push(Found::of(row, u8::from(!addresses::is_unattached(row)), "Elastic IP address"));
        } else if has(row, &addresses::PRIVATE_IP, ip) {
            let public = row.get(&addresses::PUBLIC_IP).as_ip().map_or_else(String::new, |p| format!(" {p}"));
            out.push(Found::of(row, 1, format!("its Elastic IP address{public}")));
        }
    }
    for row in rows(inputs, subnets::INFO.name) {
        let held = [&subnets::CIDR, &subnets::IPV6_CIDR].into_iter().flat_map(|f| row.get(f).blocks());
        if let Some(range) = held.map(Block::range).find(|range| range.contains(&ip)) {
            out.push(Found::of(row, 4, format!("lies in its range {range}")));
        }
    }
    out
}

fn of_balancer(inputs: &Inputs, name: &str) -> Vec<Found> {
    let dns = |r: &Record| r.get(&load_balancers::DNS_NAME).as_str().is_some_and(|n| n.eq_ignore_ascii_case(name));
    rows(inputs, load_balancers::INFO.name).filter(|r| dns(r)).map(|r| Found::of(r, 0, "DNS name")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::LOOKED_IN;
    use super::*;
    use crate::base::{Scope, Time};
    use crate::kinds::ec2::{security_groups, volumes};
    use crate::kinds::testing::row;
    use crate::model::{Input, Kind, KindInfo, Value};

    fn inputs(text: &str, tables: Vec<(&'static KindInfo, Vec<Record>)>) -> Inputs {
        let table = |(kind, rows): (&'static KindInfo, Vec<Record>)| {
            let rows = rows.into_iter().map(Arc::new).collect();
            Input { kind: Kind(kind), rows, whole: true, fault: None }
        };
        let scope = Scope::region("p", "eu-west-1");
        Inputs { scope, text: text.into(), now: Time::default(), tables: tables.into_iter().map(table).collect() }
    }

    fn told(inputs: &Inputs) -> Vec<String> {
        let said = |r: &Record| {
            let text = |f: &FieldInfo| r.get(f).as_str().unwrap_or("–").to_string();
            format!(
                "{} {} ({}) by {}",
                text(&super::super::OF),
                text(&super::super::ID),
                text(&super::super::NAME),
                text(&super::super::VIA)
            )
        };
        search(inputs).iter().map(said).collect()
    }

    fn interface(id: &str, ip: &str, vpc: &str) -> crate::kinds::testing::Row {
        use network_interfaces as eni;
        let row = row(&eni::INFO, id, "", "in-use").with(&eni::ID, Value::text(id));
        row.with(&eni::PRIVATE_IP, Value::ip(Some(ip)))
            .with(&eni::PRIVATE_IPS, Value::ips([ip, "10.9.9.9"]))
            .with(&eni::VPC_ID, Value::text(vpc))
    }

    fn instance(id: &str, name: &str, ip: &str) -> Record {
        let row = row(&instances::INFO, id, name, "running").with(&instances::fields::ID, Value::text(id));
        row.with(&instances::fields::PRIVATE_IP, Value::ip(Some(ip))).record()
    }

    #[test]
    fn an_address_is_that_of_what_its_interface_is_of_and_two_networks_may_both_have_it() {
        use network_interfaces as eni;
        let of = |i: &str| Value::text(i);
        let all = |text: &str| {
            inputs(
                text,
                vec![
                    (
                        &eni::INFO,
                        vec![
                            interface("eni-1", "10.0.0.5", "vpc-1").with(&eni::INSTANCE, of("i-1")).record(),
                            interface("eni-2", "10.0.0.5", "vpc-2").with(&eni::INSTANCE, of("i-2")).record(),
                            interface("eni-3", "10.0.0.6", "vpc-1")
                                .with(&eni::USER, of("load balancer app/my-alb"))
                                .record(),
                            interface("eni-4", "10.0.0.7", "vpc-1")
                                .with(&eni::DESCRIPTION, of("Interface for NAT Gateway nat-1"))
                                .record(),
                            interface("eni-5", "10.0.0.4", "vpc-1")
                                .with(&eni::DESCRIPTION, of("VPC Endpoint Interface vpce-0123456789abcdef0"))
                                .with(&eni::TYPE, of("vpc_endpoint"))
                                .record(),
                        ],
                    ),
                    // The same rows may come by several requests.
                    (
                        &eni::INFO,
                        vec![interface("eni-1", "10.0.0.5", "vpc-1").with(&eni::INSTANCE, of("i-1")).record()],
                    ),
                    (&instances::INFO, vec![instance("i-1", "web", "10.0.0.5"), instance("i-8", "alone", "10.0.0.8")]),
                    (
                        &subnets::INFO,
                        vec![
                            row(&subnets::INFO, "subnet-1", "", "available")
                                .with(&subnets::CIDR, Value::range(Some("10.0.0.0/29")))
                                .record(),
                        ],
                    ),
                ],
            )
        };
        assert_eq!(
            told(&all("10.0.0.5")),
            [
                "instances i-1 (web) by private address of eni-1",
                "instances i-2 (i-2) by private address of eni-2",
                "subnets subnet-1 (subnet-1) by lies in its range 10.0.0.0/29",
            ]
        );
        assert_eq!(told(&all("10.0.0.6"))[0], "load-balancers my-alb (my-alb) by private address of eni-3");
        // Once it is read it says how it is.
        let mut read = all("10.0.0.6");
        let balancer = row(&load_balancers::INFO, "arn:lb", "my-alb", "active").record();
        read.tables.push(Input {
            kind: Kind(&load_balancers::INFO),
            rows: vec![Arc::new(balancer)],
            whole: true,
            fault: None,
        });
        assert!(told(&read)[0].starts_with("load-balancers "), "{:?}", told(&read));
        assert_eq!(search(&read)[0].state.as_ref().map(|(_, s)| s.as_str()), Some("active"));
        assert_eq!(
            told(&all("10.0.0.7"))[0],
            "network-interfaces eni-4 (eni-4) by private address: Interface for NAT Gateway nat-1",
            "that is what somebody wrote"
        );
        assert_eq!(
            told(&all("10.0.0.4"))[0],
            "endpoints vpce-0123456789abcdef0 (vpce-0123456789abcdef0) by private address: \
             VPC Endpoint Interface vpce-0123456789abcdef0"
        );
        assert_eq!(
            told(&all("10.0.0.8")),
            ["instances i-8 (alone) by private address"],
            "and no range that ends before it"
        );
        assert_eq!(told(&all("10.9.9.9")).len(), 5, "a secondary address is one, too");
        assert!(told(&all("10.0.1.5")).is_empty());
        let vpcs: Vec<_> = search(&all("10.0.0.5"))
            .iter()
            .filter_map(|r| r.get(&super::super::VPC).as_str().map(str::to_string))
            .collect();
        assert_eq!(vpcs, ["vpc-1", "vpc-2"]);
    }

    #[test]
    fn an_elastic_address_is_itself_where_nothing_uses_it_and_beside_its_user_where_something_does() {
        let address = |state: &str, private: Option<&str>| {
            let row = row(&addresses::INFO, "eipalloc-1", "nat", state)
                .with(&addresses::PUBLIC_IP, Value::ip(Some("198.51.100.7")));
            row.with(&addresses::ALLOCATION_ID, Value::text("eipalloc-1"))
                .with(&addresses::PRIVATE_IP, Value::ip(private))
                .record()
        };
        let alone = inputs("198.51.100.7", vec![(&addresses::INFO, vec![address("unattached", None)])]);
        assert_eq!(told(&alone), ["addresses eipalloc-1 (nat) by Elastic IP address"]);
        let used = inputs(
            "10.0.0.5",
            vec![
                (&addresses::INFO, vec![address("associated", Some("10.0.0.5"))]),
                (&instances::INFO, vec![instance("i-1", "web", "10.0.0.5")]),
            ],
        );
        assert_eq!(
            told(&used),
            [
                "instances i-1 (web) by private address",
                "addresses eipalloc-1 (nat) by its Elastic IP address 198.51.100.7"
            ]
        );
    }

    #[test]
    fn a_name_comes_before_what_begins_with_it_and_that_before_what_has_it() {
        let volume =
            |id: &str, name: &str, tags: &[(&str, &str)]| row(&volumes::INFO, id, name, "in-use").tags(tags).record();
        let all = inputs(
            "WEB",
            vec![
                (
                    &volumes::INFO,
                    vec![volume("vol-1", "db", &[("role", "spider-web")]), volume("vol-2", "my-web", &[])],
                ),
                (&instances::INFO, vec![instance("i-2", "web-2", "10.0.0.1"), instance("i-1", "web", "10.0.0.2")]),
                (&security_groups::INFO, vec![row(&security_groups::INFO, "sg-1", "lb", "").record()]),
            ],
        );
        assert_eq!(
            told(&all),
            [
                "instances i-1 (web) by name",
                "instances i-2 (web-2) by name begins with it",
                "volumes vol-2 (my-web) by in its name",
                "volumes vol-1 (db) by tag:role spider-web",
            ]
        );
        assert!(told(&inputs("", vec![(&instances::INFO, vec![instance("i-1", "", "10.0.0.2")])])).is_empty());
    }

    #[test]
    fn what_was_terminated_is_not_the_first_while_another_is_called_so() {
        let old = row(&instances::INFO, "i-0", "web", "terminated").record();
        let all = inputs("web", vec![(&instances::INFO, vec![old, instance("i-1", "web", "10.0.0.2")])]);
        assert_eq!(told(&all)[0], "instances i-1 (web) by name");
    }

    #[test]
    fn every_kind_with_names_of_its_own_is_looked_in() {
        // Alike in every account, or found from the row that they belong to.
        let others = [
            "instance-types",
            "spot-prices",
            "regions",
            "availability-zones",
            "waste",
            "find",
            "doctor",
            "why",
            "trail",
            // Rows of a table or ACL, which are looked in.
            "routes",
            "network-acl-entries",
            "map",
        ];
        for kind in crate::kinds::registry::ALL.kinds.iter().map(|k| k.info) {
            let own = !kind.side && kind.parent.is_none() && !others.contains(&kind.name);
            assert_eq!(own, LOOKED_IN.contains(&kind.name), "{}", kind.name);
        }
    }
}
