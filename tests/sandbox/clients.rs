//! The sandbox behaves as AWS does, as clients that nobody here wrote see it: boto3 and the AWS CLI, over a socket.
//! Each script of `tests/py/*_checks.py` has its own account, so that they run side by side.

use crate::support::python::Python;
use crate::support::{checks, left_out};
use skydeck::base::Clock;
use skydeck::sandbox::{Sandbox, WorldSpec, listen};
use tokio::runtime::Runtime;

/// What takes AWS a minute takes this account about a second.
const SPEED: f64 = 50.0;

/// An account behind a socket until it is dropped.
struct Served {
    url: String,
    _runtime: Runtime,
}

fn serve(world: WorldSpec, speed: f64) -> Served {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let sandbox = Sandbox::open(world, Clock::system(), speed).unwrap();
    runtime.spawn(listen::serve(sandbox, listener, std::future::pending::<()>()));
    Served { url, _runtime: runtime }
}

/// Runs a script against an account of its own. It must have at least as many checks as it had when this was written: a script
/// that ends early must not pass.
fn all_hold(script: &str, least: usize, speed: f64) {
    if left_out(script) {
        return;
    }
    let account = serve(WorldSpec::Demo, speed);
    let mut command = Python::moto().our(script);
    command.env("SKYDECK_TEST_ENDPOINT", &account.url);
    verdict(script, least, checks::run(&mut command));
}

fn verdict(script: &str, least: usize, (held, failed): (usize, Vec<String>)) {
    assert!(failed.is_empty(), "{script}: {held} checks hold, {} do not:\n  {}", failed.len(), failed.join("\n  "));
    assert!(held >= least, "{script}: only {held} checks ran");
}

#[test]
fn instances_behave_as_awss_do_for_boto3() {
    all_hold("ec2_checks.py", 60, SPEED);
}

#[test]
fn networks_volumes_and_templates_behave_as_awss_do_for_boto3() {
    all_hold("ec2_more_checks.py", 24, SPEED);
}

#[test]
fn targets_and_groups_behave_as_awss_do_for_boto3() {
    all_hold("elb_asg_checks.py", 38, SPEED);
}

#[test]
fn buckets_behave_as_awss_do_for_boto3() {
    all_hold("s3_checks.py", 17, 1.0);
}

#[test]
fn every_operation_of_s3s_model_is_right_or_refused() {
    all_hold("s3_model_checks.py", 7, 1.0);
}

#[test]
fn alarms_and_metrics_behave_as_awss_do_for_boto3() {
    all_hold("cloudwatch_checks.py", 8, 1.0);
}

#[test]
fn what_is_accepted_is_kept_and_acts() {
    all_hold("kept_checks.py", 10, SPEED);
}

#[test]
fn the_finer_points_are_awss_too() {
    all_hold("finer_checks.py", 29, SPEED);
}

/// What takes AWS an hour takes this account seconds: also then nothing is skipped that a client could see.
#[test]
fn what_aws_documents_holds_strictly_at_a_thousand_times_its_speed() {
    all_hold("strict_checks.py", 90, 1000.0);
}

#[test]
fn no_request_of_botocores_models_breaks_it() {
    all_hold("odd_checks.py", 6, SPEED);
}

#[test]
fn the_aws_cli_works_on_it() {
    if left_out("the AWS CLI against the sandbox") {
        return;
    }
    let account = serve(WorldSpec::Demo, SPEED);
    let cli = Python::aws_cli();
    let mut command = cli.our("cli_checks.py");
    command.env("SKYDECK_TEST_ENDPOINT", &account.url).env("SKYDECK_TEST_AWS", cli.script_path("aws"));
    verdict("cli_checks.py", 10, checks::run(&mut command));
}
