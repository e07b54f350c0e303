use super::*;

/// Profiles of a configuration file and a credentials file with these texts.
pub(in crate::aws::credentials) async fn files(config: &str, credentials: &str) -> Profiles {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let places = Places { config: at("config", config), credentials: at("credentials", credentials) };
    Profiles::read_at(places).await.unwrap()
}

#[tokio::test]
async fn names_with_blanks_and_beyond_ascii_are_what_aws_configure_writes() {
    let config = "[default]\nregion = a\n[profile 'my prof']\nregion = b\n[profile 결제]\nregion = c\n[profiles loose]\n\
                  [sso-session 'FOO BAR']\n[services 'my svc']\n[preview]\n[profile  \"tab\tbed\"]\n";
    let p = files(config, "[my prof]\naws_access_key_id = AKIA\n[결제]\n[only here]\n").await;
    assert_eq!(p.names(), ["default", "loose", "my prof", "only here", "tab\tbed", "결제"]);
    assert_eq!((p.get("my prof", "region"), p.get("my prof", "aws_access_key_id")), (Some("b"), Some("AKIA")));
    assert_eq!(p.get("결제", "region"), Some("c"));
    assert!(p.sso_sessions.contains_key("FOO BAR") && p.services.contains_key("my svc"));
    assert!(p.troubles().is_empty(), "{:?}", p.troubles());
}

#[tokio::test]
async fn a_name_that_nobody_reads_is_told_with_the_way_to_write_it() {
    let p = files("x = y\n[profile my prof]\nregion = b\n[profile it's]\n", "").await;
    assert_eq!(p.names(), Vec::<String>::new());
    let fault = p.unknown("my prof", Some("AWS_PROFILE"));
    assert!(fault.message.ends_with("my prof, named by AWS_PROFILE"), "{fault}");
    assert!(fault.hints.iter().any(|h| h.contains("line 2") && h.contains("[profile 'my prof']")), "{fault:?}");
    assert!(fault.hints.iter().any(|h| h.starts_with("Line 1 of ")), "{fault:?}");
}

#[tokio::test]
async fn the_credentials_file_comes_first_and_of_two_headers_for_one_name_the_later() {
    let p =
        files("[default]\nregion = a\noutput = x\n[profile default]\nregion = b\n", "[default]\nregion = c\n").await;
    assert_eq!((p.get("default", "region"), p.get("default", "output")), (Some("c"), None));
    let p = files("[default]\nregion = a\n", "[default]\nregion =\n").await;
    assert_eq!(p.get("default", "region"), Some("a"));
}

#[tokio::test]
async fn one_bad_section_costs_that_section() {
    let p = files("[profile bad]\nregion = a\nrole_arn\n[profile good]\nregion = b\n", "").await;
    assert!(p.sound("good").is_ok() && p.has("bad"));
    let fault = p.sound("bad").unwrap_err();
    assert!(fault.message.contains("profile bad") && fault.message.contains("line 3 of "), "{fault}");
}

#[tokio::test]
async fn a_region_that_can_be_none_is_named_with_its_file() {
    let config = "[default]\nregion = eu-west-1\n  aws_secret_access_key = hush\n[profile ok]\nregion = eu-west-1 # home\n\
                  [profile odd]\nregion = eu_west_1\n";
    let p = files(config, "").await;
    let fault = p.region("default").unwrap_err();
    assert!(fault.message.contains("profile default") && fault.message.contains("/config"), "{fault}");
    assert!(fault.message.contains("indented lines") && !fault.message.contains("hush"), "{fault}");
    assert!(p.region("odd").unwrap_err().message.ends_with("is not valid: eu_west_1"));
    assert_eq!(p.region("ok").unwrap().as_deref(), Some("eu-west-1"));
}

#[tokio::test]
async fn an_unknown_profile_is_named_with_the_nearest_one() {
    let fault = files("[profile work]\n", "").await.unknown("wrok", None);
    assert!(fault.message.contains("wrok") && fault.hints[0].contains("--profile work"), "{fault:?}");
}

#[tokio::test]
async fn nothing_of_a_file_is_in_debug_output() {
    let p = files("", "[a]\naws_secret_access_key = hush\n").await;
    assert_eq!(format!("{p:?}"), r#"Profiles(["a"])"#);
}
