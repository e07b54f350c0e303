use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn settings(session: Option<&str>) -> SsoSettings {
    SsoSettings {
        session: session.map(Into::into),
        start_url: "https://corp.awsapps.com/start".into(),
        region: "eu-central-1".into(),
        scopes: vec!["sso:account:access".into()],
    }
}

#[test]
fn the_token_is_where_the_aws_cli_looks_for_it() {
    // sha1("corp"), and of the start URL in the older form.
    let name = |s| token_path(&settings(s)).unwrap().file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(name(Some("corp")), "ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
    assert_ne!(name(None), name(Some("corp")));
    assert!(token_path(&settings(None)).unwrap().parent().unwrap().ends_with(".aws/sso/cache"));
}

#[test]
fn the_token_file_has_the_fields_that_the_sdk_reads_and_is_the_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sso/cache/t.json");
    let registered = RegisterClientOutput::builder()
        .client_id("c")
        .client_secret("s")
        .client_secret_expires_at(1_800_000_000)
        .build();
    let token = CreateTokenOutput::builder().access_token("a").refresh_token("r").expires_in(3600).build();
    let text = token_file(&settings(Some("corp")), &registered, &token, Time::from_secs(1_795_252_800));
    for _ in 0..2 {
        write_private(&path, text.expose()).unwrap();
    }
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!((&file["accessToken"], &file["refreshToken"]), (&"a".into(), &"r".into()));
    assert_eq!(file["expiresAt"], Time::from_secs(1_795_252_800 + 3600).rfc3339());
    assert_eq!(file["registrationExpiresAt"], "2027-01-15T08:00:00Z");
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
}
