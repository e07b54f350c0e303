//! Elastic Load Balancing v2: load balancers, target groups, targets and their health.

pub mod actions;
pub mod balancer_actions;
pub mod load_balancer_listeners;
pub mod load_balancers;
pub mod senders;
pub mod tags;
pub mod target_group_health;
pub mod target_group_impact;
pub mod target_groups;
pub mod targets;

/// A load balancer's or target group's name out of its ARN (`…:loadbalancer/app/NAME/ID`, `…:targetgroup/NAME/ID`);
/// the whole text if it is no such ARN.
pub fn name_of_arn(arn: &str) -> &str {
    let mut parts = arn.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(_), Some(name)) if arn.starts_with("arn:") => name,
        _ => arn,
    }
}

#[cfg(test)]
mod tests {
    use super::name_of_arn;

    #[test]
    fn names_are_read_out_of_arns() {
        let lb = "arn:aws:elasticloadbalancing:ap-northeast-2:000000000000:loadbalancer/app/my-alb/50dc6c495c0c9188";
        assert_eq!(name_of_arn(lb), "my-alb");
        assert_eq!(name_of_arn("arn:aws:elasticloadbalancing:x:0:targetgroup/my-tg/73e2d6bc24d8a067"), "my-tg");
        assert_eq!(name_of_arn("not/an/arn"), "not/an/arn");
    }
}
