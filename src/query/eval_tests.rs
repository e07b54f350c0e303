use super::*;
use crate::model::{Field, FieldInfo, FieldType, Fields, Kind, KindInfo, Tone};

static FIELDS: Fields<()> = Fields(&[
    Field { info: FieldInfo::new("state", "STATE", FieldType::State, ""), get: |()| Value::Unknown },
    Field { info: FieldInfo::new("launched", "AGE", FieldType::Age, "").aka(&["age"]), get: |()| Value::Unknown },
    Field { info: FieldInfo::new("private_ip", "IP", FieldType::Ip, "").aka(&["ip"]), get: |()| Value::Unknown },
    Field { info: FieldInfo::new("size", "SIZE", FieldType::Bytes, ""), get: |()| Value::Unknown },
    Field { info: FieldInfo::new("groups", "GROUPS", FieldType::List, "").aka(&["sg"]), get: |()| Value::Unknown },
    Field { info: FieldInfo::new("cpu", "CPU", FieldType::Float, ""), get: |()| Value::Unknown },
    Field { info: FieldInfo::new("arn", "ARN", FieldType::Id, ""), get: |()| Value::Unknown },
    Field { info: FieldInfo::new("usage", "USAGE", FieldType::Text, "").named_only(), get: |()| Value::Unknown },
    Field { info: FieldInfo::new("note", "NOTE", FieldType::Text, "").detail_only(), get: |()| Value::Unknown },
    Field { info: FieldInfo::new("healthy", "HEALTHY", FieldType::Ratio, ""), get: |()| Value::Unknown },
    Field { info: FieldInfo::new("ipv6", "IPV6", FieldType::List, ""), get: |()| Value::Unknown },
    Field { info: FieldInfo::new("ends", "ENDS", FieldType::Date, ""), get: |()| Value::Unknown },
    Field { info: FieldInfo::range("cidr", "CIDR", ""), get: |()| Value::Unknown },
    Field { info: FieldInfo::ranges("ranges", "RANGES", ""), get: |()| Value::Unknown },
]);
static KIND: KindInfo = KindInfo { sort: ("state", true), ..KindInfo::new("things", "thing", "Things", &FIELDS) };
const NOW: Time = Time::from_secs(100 * 86_400);

fn row() -> Record {
    Record {
        kind: Kind(&KIND),
        id: "i-0a1".into(),
        name: "결제-워커-07".into(),
        state: None,
        values: [
            Value::State(Tone::Bad, "unhealthy".into()),
            Value::Time(Time::from_secs(60 * 86_400)),
            Value::ip(Some("10.1.4.77")),
            Value::Bytes(20 << 30),
            Value::list(["my-app-ec2-sg".into(), "default".into()]),
            Value::Unknown,
            Value::text("arn:aws:elasticloadbalancing:x:0:loadbalancer/app/my-alb/50dc6c"),
            Value::text("RunInstances"),
            Value::text("seen by nobody"),
            Value::ratio(1, 3),
            Value::list(["2600:1f14:abc::5".into(), "fd00::7".into()]),
            Value::Time(Time::from_secs(253_402_300_799)),
            Value::range(Some("10.0.9.0/24")),
            Value::ranges(["172.31.0.0/16", "2600:1f14:aa::/56"]),
        ]
        .into(),
        tags: [("Env".into(), "Prod".into())].into(),
    }
}

fn holds(q: &str) -> bool {
    Query::parse(q, &KIND).map(|q| q.matches(&row(), NOW)).expect(q)
}

#[test]
fn terms_are_anded_and_words_match_any_column() {
    for q in [
        "",
        "워커",
        "i-0A1",
        "10.1.4",
        "app-ec2 unhealthy",
        "prod",
        "!staging",
        "tag:Env",
        "tag:Env=prod",
        "tag:Env=p*",
    ] {
        assert!(holds(q), "{q}");
    }
    for q in ["staging", "워커 staging", "!워커", "tag:Team", "tag:Env=pro"] {
        assert!(!holds(q), "{q}");
    }
}

#[test]
fn one_alternative_is_enough_and_terms_bind_closer() {
    for q in
        ["staging or prod", "prod or staging", "staging or state:unhealthy prod", "a OR b or 워커", "\"or\" or prod"]
    {
        assert!(holds(q), "{q}");
    }
    for q in ["staging or nothing", "prod staging or 워커 staging", "\"or\""] {
        assert!(!holds(q), "{q}");
    }
    for q in ["or", "or prod", "prod or", "prod or or staging"] {
        let error = Query::parse(q, &KIND).expect_err(q).message;
        assert!(error.starts_with("or stands between two conditions"), "{q}: {error}");
    }
    let query = Query::parse("prod healthy<2 or state:unhealthy", &KIND).expect("a query");
    let rest = query.only(|t| matches!(t.test, Test::Word(_)));
    assert!(rest.is_empty(), "an alternative without conditions lets everything through");
    assert_eq!(query.only(|t| !matches!(t.test, Test::Word(_))).terms.len(), 2);
}

#[test]
fn what_is_bad_is_so_by_its_state_or_by_a_ratio_that_is_not_whole() {
    assert!(holds("is:bad") && !holds("!is:bad") && !holds("is:good") && holds("is:BAD prod"));
    let with = |state: Option<Tone>, healthy: Value, q: &str| {
        let mut row = row();
        row.state = state.map(|tone| (tone, "x".into()));
        let value = |i: usize| match FIELDS.0[i].info.ty {
            FieldType::State => state.map_or(Value::Unknown, |tone| Value::State(tone, "x".into())),
            FieldType::Ratio => healthy.clone(),
            _ => Value::Unknown,
        };
        row.values = (0..FIELDS.0.len()).map(value).collect();
        Query::parse(q, &KIND).expect(q).matches(&row, NOW)
    };
    assert!(with(Some(Tone::Good), Value::ratio(1, 2), "is:bad"), "running, and a check has failed");
    assert!(with(Some(Tone::Good), Value::ratio(2, 2), "is:good"));
    assert!(with(Some(Tone::Idle), Value::Empty, "is:idle") && with(Some(Tone::Busy), Value::Unknown, "is:busy"));
    let error = Query::parse("is:broken", &KIND).expect_err("no such word").message;
    assert_eq!(error, "After is: comes bad, busy, good, idle or unknown; !is:bad is what is not bad.");
}

#[test]
fn a_condition_is_added_to_every_alternative_and_taken_out_of_each() {
    for (text, with) in [
        ("", "is:bad"),
        ("web", "web is:bad"),
        ("web or db x", "web is:bad or db x is:bad"),
        ("\"a or b\"", "\"a or b\" is:bad"),
    ] {
        assert_eq!(Query::toggled(text, "is:bad"), with, "{text}");
        assert_eq!(Query::toggled(with, "is:bad"), text, "{with}");
    }
    assert_eq!(Query::toggled("is:bad or web", "is:bad"), "web");
    assert_eq!(Query::toggled("web or is:bad", "is:bad"), "web");
}

#[test]
fn a_row_that_is_called_so_is_told_from_one_that_only_says_so() {
    let by_name = |q: &str| Query::parse(q, &KIND).expect(q).matcher(NOW).hit(&row()).map(|hit| hit.by_name);
    assert_eq!(by_name("워커"), Some(true));
    assert_eq!(by_name("i-0A1 워커"), Some(true));
    assert_eq!(by_name("prod"), Some(false), "a tag");
    assert_eq!(by_name("워커 prod"), Some(false));
    assert_eq!(by_name("prod or 워커"), Some(true), "the alternative that names it");
    assert_eq!(by_name("state:unhealthy !staging"), Some(true), "there is no word");
    assert_eq!(by_name("staging"), None);
}

#[test]
fn what_is_seen_is_told_from_what_only_a_hidden_field_has() {
    let via = |q: &str, cells: &[(usize, &str)]| {
        let query = Query::parse(q, &KIND).expect(q);
        let highlight = query.highlight()?;
        let mut seen = super::super::Found::default();
        for (field, text) in cells {
            seen |= highlight.parts(Some(*field), text, |_| {});
        }
        highlight.via(&row(), seen)
    };
    let field = |name: &str| Some(super::super::Via::Field(KIND.index_of(name).expect(name)));
    assert_eq!(via("my-app", &[(0, "unhealthy")]), field("groups"));
    assert_eq!(via("my-app", &[(4, "my-app-ec2-sg")]), None, "a cell shows it");
    assert_eq!(via("unhealthy prod", &[(0, "unhealthy")]), Some(super::super::Via::Tag("Env".into())));
    assert_eq!(via("unhealthy or prod", &[(0, "unhealthy")]), None, "one alternative is seen");
    assert_eq!(via("10.0.9.0/24", &[]), field("cidr"));
    assert_eq!(via("state:unhealthy", &[]), None, "a field that was named needs no explanation");
}

#[test]
fn a_word_finds_what_a_table_can_show_and_not_what_is_the_same_everywhere() {
    for q in ["my-alb", "50dc6c", "arn:aws:elasticloadbalancing", "usage:run", "note:nobody"] {
        assert!(holds(q), "{q}");
    }
    for q in ["run", "nobody", "loadbalancer", "aws"] {
        assert!(!holds(q), "{q}");
    }
}

#[test]
fn healthy_does_not_find_unhealthy() {
    assert!(!holds("state:healthy"));
    assert!(holds("state:unhealthy"));
    assert!(holds("state:healthy,unhealthy"));
    assert!(holds("state!=healthy"));
    assert!(holds("state:*healthy"));
}

#[test]
fn a_state_half_typed_finds_what_begins_with_it_and_an_equals_sign_only_the_whole() {
    assert!(holds("state:unh") && holds("state:UNHEALTHY") && holds("state:unhealthy"));
    assert!(!holds("state=unh") && holds("state=unhealthy") && !holds("!state:unh"));
}

#[test]
fn ages_sizes_and_addresses_compare_by_value() {
    for q in [
        "age>30d",
        "age<=40d",
        "launched<2000-01-01 size>1g",
        "size=20g",
        "ip:10.1.0.0/16",
        "ip=10.1.4.77",
        "sg:my-app*",
    ] {
        assert!(holds(q), "{q}");
    }
    assert!(!holds("launched>2000-01-01"));
    assert!(!holds("age>41d"));
    assert!(!holds("ip:10.2.0.0/16"));
}

#[test]
fn what_is_unknown_matches_no_comparison() {
    for q in ["cpu>1", "cpu<1", "cpu=1", "cpu!=1", "!cpu>1"] {
        assert!(!holds(q), "{q}");
    }
}

#[test]
fn mistakes_are_named_with_the_nearest_field() {
    let e = |q: &str| Query::parse(q, &KIND).expect_err(q).message;
    assert_eq!(e("stat:running"), "Things have no field stat. Did you mean state?");
    assert!(e("qqqqq:1").contains("There are state, launched, private_ip, size, groups, cpu"));
    assert_eq!(
        e("age>soon"),
        "age cannot be compared with soon: write an age such as 90s, 30m, 12h, 90d, 2w or 1y, or a day such as 2026-11-21."
    );
    assert!(e("state>running").contains("no order"));
    assert!(e("\"open").contains("closing"));
    assert!(e("tag:").contains("tag:KEY"));
    assert_eq!(e("Env=prod"), "Things have no field Env. A tag is written tag:Env=prod.");
    assert_eq!(e("Team!=a"), "Things have no field Team. A tag is written !tag:Team=a.");
}

#[test]
fn a_bare_number_is_a_ratios_count_and_a_percent_sign_or_a_slash_its_share() {
    let with = |ok, of, q: &str| {
        let mut row = row();
        row.values = (0..FIELDS.0.len())
            .map(|i| if FIELDS.0[i].info.ty == FieldType::Ratio { Value::ratio(ok, of) } else { Value::Unknown })
            .collect();
        Query::parse(q, &KIND).expect(q).matches(&row, NOW)
    };
    for (ok, of) in [(1, 3), (2, 2), (0, 5), (0, 0)] {
        assert!(with(ok, of, "healthy<3") && !with(ok, of, "healthy>=3"), "{ok}/{of}");
    }
    assert!(!with(3, 3, "healthy<3") && with(3, 3, "healthy:3") && with(3, 9, "healthy=3") && !with(2, 3, "healthy=3"));
    assert!(with(1, 3, "healthy<60%") && !with(2, 2, "healthy<60%") && with(6, 10, "healthy=60%"));
    assert!(with(2, 3, "healthy=2/3") && with(4, 6, "healthy:2/3") && with(3, 3, "healthy>2/3"));
    assert!(with(3, 3, "healthy!=2/3") && with(1, 3, "healthy:1,2") && with(2, 2, "healthy=100%"));
    assert!(!with(0, 0, "healthy<60%"), "nothing has no share");
    let error = Query::parse("healthy<few", &KIND).expect_err("no number").message;
    assert_eq!(error, "healthy cannot be compared with few: write a count such as 3, or a share such as 60% or 2/3.");
}

#[test]
fn an_ipv6_address_is_a_word_however_it_is_written() {
    for q in ["2600:1f14:abc::5", "2600:1F14:ABC:0:0::5", "2600:1f14", "2600:1f14:abc:", "fd00::7", "!2600::5"] {
        assert!(holds(q), "{q}");
    }
    assert!(!holds("2600:1f15::5") && !holds("!2600:1f14:abc::5"));
    let typo = Query::parse("stat:1", &KIND);
    assert!(typo.is_err(), "a field's name is no address");
}

#[test]
fn ranges_of_both_families_work_wherever_addresses_are() {
    for q in [
        "ipv6:2600:1f14::/32",
        "ipv6=2600:1f14::/32",
        "ipv6=fd00::/8",
        "ipv6:2600:1F14:0ABC::5",
        "ipv6!=2600:1f15::/32",
        "ip:10.0.0.0/8,2600::/16",
        "ip<10.1.5.0 ip>=10.1.4.77",
    ] {
        assert!(holds(q), "{q}");
    }
    for q in ["ipv6:2600:1f15::/32", "ipv6!=fd00::/8", "ip:2600::/16", "ip<2600::", "ip>::", "ipv6:10.0.0.0/8"] {
        assert!(!holds(q), "{q}");
    }
    let error = Query::parse("ip:010.1.0.0/16", &KIND).expect_err("no range").message;
    assert!(error.contains("010.1.0.0/16") && error.contains("leading zero"), "{error}");
}

#[test]
fn a_range_is_found_by_what_lies_in_it_and_by_what_it_lies_in() {
    for q in [
        "cidr:10.0.0.0/16",
        "cidr:10.0.9.0/24",
        "cidr:10.0.9.128/25",
        "cidr:10.0.9.7",
        "cidr:10.0.9",
        "cidr=10.0.9.0/24",
        "cidr!=10.0.0.0/16",
        "cidr:10.0.0.0/16 cidr>=10.0.0.0/16",
        "cidr:10.0.9.128/25 cidr<=10.0.9.128/25",
        "cidr>10.0.8.0/24 cidr<10.0.10.0/24",
        "cidr>=10.0.9.0 cidr<10.0.10.0",
        "ranges:2600:1f14::/32",
        "ranges=2600:1F14:00AA:0::/56",
        "ranges:172.16.0.0/12,10.0.0.0/8",
        "ranges:2600:1f14:aa::9",
        "10.0.9.0/24",
        "2600:1f14:aa:0::/56",
        "!10.0.9.0/25",
    ] {
        assert!(holds(q), "{q}");
    }
    for q in [
        "cidr:10.1.0.0/16",
        "cidr:10.0.10.1",
        "cidr=10.0.9.0",
        "cidr=10.0.0.0/16",
        "cidr!=10.0.9.0/24",
        "cidr:::/0",
        "cidr>10.0.9.0/24",
        "cidr:10.0.9.128/25 cidr>=10.0.9.128/25",
        "ranges:2600:1f15::/32",
        "ranges:fd00::/8",
    ] {
        assert!(!holds(q), "{q}");
    }
    let say = |q: &str| Query::parse(q, &KIND).expect_err(q).message;
    assert_eq!(
        say("cidr:10.0.0.0/33"),
        "cidr cannot be compared with 10.0.0.0/33: /33 is not the length of an IPv4 prefix, which is 0 to 32."
    );
    assert!(say("cidr>soon").ends_with("write an address, or a range such as 10.1.0.0/16 or 2600:1f14::/32."));
}

#[test]
fn an_address_column_holds_both_families() {
    let mut row = row();
    row.values = [Value::Unknown, Value::Unknown, Value::ip(Some("2600:1f14:abc::5"))].into();
    let holds = |q: &str| Query::parse(q, &KIND).expect(q).matches(&row, NOW);
    assert!(holds("ip:2600:1f14::/32") && holds("ip=2600:1f14:abc:0::5") && holds("ip:2600:1f") && holds("abc::5"));
    assert!(holds("ip>2600::") && !holds("ip:2600:1f15::/32") && !holds("ip<10.0.0.0") && !holds("ip:10.0.0.0/8"));
}

#[test]
fn for_ever_compares_like_any_other_day() {
    assert!(holds("ends:9999-12-31") && holds("ends>9999-12-30") && !holds("ends<9999-12-31"));
}

#[test]
fn an_arn_is_a_word() {
    assert!(Query::parse("arn:aws:ec2:x", &KIND).is_ok());
    assert!(Query::parse("::/0", &KIND).is_ok());
}
