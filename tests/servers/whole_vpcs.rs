//! VPCs with whatever a generator puts into them: which of their subnets are public, judged by the route tables that boto3 reads; and their deletion
//! by the script of one plan, after which boto3 finds nothing of them.

use serde_json::Value as Json;

use super::scripts::Account;
use crate::support::left_out;
use crate::support::python::Python;
use crate::support::terminal::Home;

/// So fast that the AWS CLI's waiters, which look every 15 seconds, see at their first look what they wait for.
const AT_ONCE: f64 = 600.0;

fn python(account: &Account, args: &[&str]) -> Json {
    let mut command = Python::moto().our("whole_vpcs.py");
    let out = command.args([account.url(), "ap-northeast-2"]).args(args).output().unwrap();
    assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

fn strings(v: &Json) -> Vec<&str> {
    v.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

#[test]
fn subnets_are_public_as_their_tables_say_and_a_vpc_goes_with_all_that_is_in_it() {
    if left_out("the AWS CLI on the sandbox") {
        return;
    }
    for seed in ["1", "2"] {
        let account = Account::sandbox(AT_ONCE);
        let built = python(&account, &["build", seed]);
        let vpcs = strings(&built["vpcs"]);
        for (vpc, public) in vpcs.iter().zip(built["public"].as_array().unwrap()) {
            let asked = ["get", "subnets", &format!("vpc:{vpc}"), "-o", "json", "--endpoint-url", account.url()];
            let all = [&asked[..], &["--region", "ap-northeast-2"]].concat();
            let env = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];
            let ended = Home::new().run_with(&all, &env);
            assert_eq!(ended.status, Some(0), "{ended:?}");
            let rows: Vec<Json> = serde_json::from_str(&ended.out).unwrap();
            let of_ours: serde_json::Map<String, Json> =
                rows.iter().map(|r| (r["id"].as_str().unwrap().into(), r["facts"]["exposure"].clone())).collect();
            assert_eq!(&Json::Object(of_ours), public, "seed {seed}");
        }
        for vpc in &vpcs {
            account.run(&["delete", "with_contents=yes", "release=yes", "--on", &format!("vpcs id={vpc}")]);
        }
        let left = python(&account, &[&["left"][..], &vpcs].concat());
        assert_eq!(left["left"], serde_json::json!([0, 0]), "seed {seed}");
        assert_eq!(left["addresses"], built["addresses"], "seed {seed}: the addresses of their NAT gateways");
    }
}
