//! What is made and edited: security groups and their rules.

use crate::support::desk::{Desk, Start};

/// Sizes and themes in which a form has to look right.
const LOOKS: [((u16, u16), &str, &str); 3] =
    [((80, 24), "light", "80x24-light"), ((120, 40), "dark", "120x40-dark"), ((80, 24), "mono", "80x24-mono")];

#[test]
fn rules_are_edited_in_a_table_and_reviewed_as_a_difference() {
    for (size, theme, at) in LOOKS {
        let mut desk =
            Desk::start(Start { size, theme, view: "security-groups name=my-bastion-host-sg", ..Start::default() });
        desk.go("rules").screen(&format!("rules-{at}")).sees("inbound").sees("my-ip");
        // A preset from the menu, found by typing.
        desk.keys("p").text_in("https").keys("enter").settle();
        desk.screen(&format!("rules-edited-{at}")).sees("authorize 1");
        desk.keys("A").settle();
        desk.screen(&format!("rules-plan-{at}")).sees("authorize-security-group-ingress");
        desk.keys("enter").settle();
        assert_eq!(desk.log.count("AuthorizeSecurityGroupIngress"), 1, "{}", desk.text());
    }
}

#[test]
fn rules_are_written_in_the_palette_and_what_is_wrong_is_said_at_its_cell() {
    let mut desk = Desk::start(Start { view: "security-groups name=my-bastion-host-sg", ..Start::default() });
    desk.go("rules +ports=5432,source=anywhere").sees("PostgreSQL is opened to the whole world").sees("Type");
    desk.keys("esc");
    desk.go("rules +ports=70000,source=my-ip").sees("70000 is no port");
    desk.keys("ctrl-c");
    desk.go("create-security-group name=shop ssh http")
        .screen("create-security-group-plan")
        .sees("203.0.113.7/32")
        .keys("enter")
        .settle();
    assert_eq!(desk.log.count("CreateSecurityGroup"), 1, "{}", desk.text());
    desk.go("security-groups name=shop").sees("shop");
}

#[test]
fn nothing_of_it_is_sent_where_nothing_may_be_changed() {
    let mut desk =
        Desk::start(Start { read_only: true, view: "security-groups name=my-bastion-host-sg", ..Start::default() });
    desk.go("rules +ports=443,source=anywhere").sees("Read-only").keys("enter");
    assert_eq!(desk.log.writes(), []);
}
