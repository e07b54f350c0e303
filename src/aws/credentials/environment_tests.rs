use super::*;

const NOW: Time = Time::from_secs(1_795_252_800);

fn env(set: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<String> {
    move |name| set.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string())
}

#[test]
fn the_environment_names_a_profile_as_the_aws_cli_has_it_and_an_empty_variable_names_none() {
    let of = |set| profile(&env(set)).map(|(variable, name)| format!("{variable} {name}"));
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[("AWS_PROFILE", "")]), None);
    assert_eq!(of(&[("AWS_PROFILE", "a")]).as_deref(), Some("AWS_PROFILE a"));
    assert_eq!(of(&[("AWS_PROFILE", "a"), ("AWS_DEFAULT_PROFILE", "")]).as_deref(), Some("AWS_PROFILE a"));
    assert_eq!(of(&[("AWS_PROFILE", ""), ("AWS_DEFAULT_PROFILE", "b")]).as_deref(), Some("AWS_DEFAULT_PROFILE b"));
    assert_eq!(of(&[("AWS_PROFILE", "a"), ("AWS_DEFAULT_PROFILE", "b")]).as_deref(), Some("AWS_DEFAULT_PROFILE b"));
}

#[test]
fn two_variables_that_name_two_profiles_are_spoken_of() {
    let said = disagreement(&env(&[("AWS_PROFILE", "a"), ("AWS_DEFAULT_PROFILE", "b")])).unwrap();
    assert!(said.contains("AWS_DEFAULT_PROFILE is b") && said.contains("b is used"), "{said}");
    for agreed in [&[("AWS_PROFILE", "a"), ("AWS_DEFAULT_PROFILE", "a")][..], &[("AWS_PROFILE", "a")], &[]] {
        assert_eq!(disagreement(&|n| agreed.iter().find(|(name, _)| *name == n).map(|(_, v)| v.to_string())), None);
    }
}

#[test]
fn half_of_the_keys_is_a_fault_and_none_of_them_is_none() {
    let of = |set| keys(&env(set), NOW);
    assert!(of(&[]).unwrap().is_none());
    assert!(of(&[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "s")]).unwrap().is_none());
    for half in [&[("AWS_ACCESS_KEY_ID", "AKIA")][..], &[("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "")]]
    {
        let fault = keys(&|n| half.iter().find(|(name, _)| *name == n).map(|(_, v)| v.to_string()), NOW).unwrap_err();
        assert!(fault.message.contains("AWS_SECRET_ACCESS_KEY is not"), "{fault}");
    }
    let whole = of(&[("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_SESSION_TOKEN", "t")]);
    assert_eq!(whole.unwrap().unwrap().session_token(), Some("t"));
}

#[test]
fn keys_that_no_header_carries_are_named_by_their_variable() {
    for (set, variable) in [
        (&[("AWS_ACCESS_KEY_ID", "AKIA\r"), ("AWS_SECRET_ACCESS_KEY", "s")][..], "AWS_ACCESS_KEY_ID"),
        (&[("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hush\u{a0}")], "AWS_SECRET_ACCESS_KEY"),
        (
            &[("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hush"), ("AWS_SESSION_TOKEN", "t\n")],
            "AWS_SESSION_TOKEN",
        ),
    ] {
        let fault = keys(&|n| set.iter().find(|(name, _)| *name == n).map(|(_, v)| v.to_string()), NOW).unwrap_err();
        assert!(
            fault.message.starts_with(&format!("{variable} contains ")) && !fault.message.contains("hush"),
            "{fault}"
        );
    }
}

#[test]
fn keys_end_when_the_environment_says_so() {
    let at = |until: &'static str| {
        let of = move |name: &str| match name {
            "AWS_CREDENTIAL_EXPIRATION" => Some(until.to_string()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("x".to_string()),
            _ => None,
        };
        keys(&of, NOW).map(|k| k.and_then(|k| k.expiry()).is_some())
    };
    assert_eq!(at("2027-01-01T00:00:00+09:00"), Ok(true));
    assert_eq!(at(""), Ok(false));
    assert_eq!(at("2020-01-01T00:00:00Z").unwrap_err().kind, FaultKind::Expired);
    assert!(at("soon").unwrap_err().message.contains("AWS_CREDENTIAL_EXPIRATION"));
}

#[test]
fn the_environments_region_comes_in_the_order_of_the_aws_cli() {
    let of = |set| region(&env(set)).map(|(_, region)| region);
    assert_eq!(of(&[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "b")]).as_deref(), Some("b"));
    assert_eq!(of(&[("AWS_REGION", "a"), ("AWS_DEFAULT_REGION", "b")]).as_deref(), Some("a"));
    assert_eq!(of(&[("AWS_DEFAULT_REGION", "")]), None);
}
