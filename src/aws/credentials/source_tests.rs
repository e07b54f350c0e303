use std::sync::atomic::AtomicUsize;

use super::*;

fn credentials(n: usize, expires: Option<Time>) -> Credentials {
    let expires = expires.map(|t| UNIX_EPOCH + Duration::from_secs(u64::try_from(t.secs()).unwrap()));
    Credentials::new(format!("AKIA{n}"), "s", None, expires, "test")
}

type Outcome = Result<Credentials, CredentialsError>;

/// A source whose provider answers by how often it was built and asked.
fn source(clock: &Clock, answer: impl Fn(usize) -> Outcome + Send + Sync + 'static) -> (Source, Arc<AtomicUsize>) {
    struct Provider(Arc<AtomicUsize>, Arc<dyn Fn(usize) -> Outcome + Send + Sync>);
    impl fmt::Debug for Provider {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Provider")
        }
    }
    impl ProvideCredentials for Provider {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready((self.1)(self.0.fetch_add(1, Ordering::SeqCst) + 1))
        }
    }
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, answer) = (asked.clone(), Arc::new(answer));
    let build: Build = Arc::new(move || {
        let provider = SharedCredentialsProvider::new(Provider(count.clone(), answer.clone()));
        Box::pin(async move { Ok(provider) })
    });
    let explain: Explain = Arc::new(|trouble| {
        Fault::new(
            FaultKind::Expired,
            match trouble {
                Trouble::Failed(e) => e.to_string(),
                Trouble::Past(at) => at.rfc3339(),
                Trouble::Unsendable(what, odd) => format!("{what}: {odd}"),
            },
        )
    });
    (Source::new(clock.clone(), build, explain, false), asked)
}

#[tokio::test]
async fn credentials_are_loaded_once_and_again_before_they_expire() {
    let clock = Clock::manual(Time::from_secs(1000));
    let (source, asked) = source(&clock, |n| Ok(credentials(n, Some(Time::from_secs(1000 + 3600)))));
    assert_eq!(source.epoch(), 0);
    source.get().await.unwrap();
    source.get().await.unwrap();
    assert_eq!((asked.load(Ordering::SeqCst), source.epoch()), (1, 1));
    clock.advance(Duration::from_secs(3500));
    assert_eq!(source.get().await.unwrap().access_key_id(), "AKIA2");
    assert_eq!(source.epoch(), 2, "other keys, another epoch");
}

#[tokio::test]
async fn a_failure_is_remembered_for_seconds_and_then_a_sign_in_elsewhere_is_seen() {
    let clock = Clock::manual(Time::from_secs(1000));
    let (source, asked) = source(&clock, |n| match n {
        1 => Err(CredentialsError::provider_error("expired")),
        _ => Ok(credentials(n, None)),
    });
    for _ in 0..40 {
        assert_eq!(source.get().await.unwrap_err().kind, FaultKind::Expired);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    clock.advance(Duration::from_secs(6));
    assert_eq!(source.get().await.unwrap().access_key_id(), "AKIA2");
}

#[tokio::test]
async fn a_refresh_asks_at_once_even_for_keys_that_never_expire() {
    let clock = Clock::manual(Time::from_secs(1000));
    let (source, _) = source(&clock, |n| Ok(credentials(n, None)));
    assert_eq!(source.get().await.unwrap().access_key_id(), "AKIA1");
    source.refresh().await;
    assert_eq!(source.get().await.unwrap().access_key_id(), "AKIA2");
}

#[tokio::test]
async fn credentials_that_are_expired_when_they_arrive_are_said_to_be() {
    let clock = Clock::manual(Time::from_secs(1000));
    let (source, _) = source(&clock, |n| Ok(credentials(n, Some(Time::from_secs(999)))));
    let fault = source.get().await.unwrap_err();
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::Expired, "1970-01-01T00:16:39Z"));
}

#[tokio::test]
async fn what_no_request_can_carry_does_not_reach_the_sdk_wherever_it_came_from() {
    let clock = Clock::manual(Time::from_secs(1000));
    for (given, says) in [
        (Credentials::new("AKIA\r", "s", None, None, "test"), "access key id: a carriage return"),
        (Credentials::new("AKIA", "s\u{a0}", None, None, "test"), "secret access key: a no-break space"),
        (Credentials::new("AKIA", "s", Some("t\n".into()), None, "test"), "session token: a line break"),
    ] {
        let (source, _) = source(&clock, move |_| Ok(given.clone()));
        let fault = source.get().await.unwrap_err();
        assert!(fault.message.starts_with(says), "{fault}");
    }
}

#[tokio::test]
async fn credentials_in_their_last_minute_are_used_without_asking_at_every_request() {
    let clock = Clock::manual(Time::from_secs(1000));
    let (source, asked) = source(&clock, |n| Ok(credentials(n, Some(Time::from_secs(1060)))));
    for _ in 0..10 {
        source.get().await.unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_question_that_was_answered_with_no_is_not_put_again_by_itself() {
    let clock = Clock::manual(Time::from_secs(1000));
    let (source, asked) = source(&clock, |_| {
        Err(CredentialsError::provider_error(Fault::new(FaultKind::NoCredentials, "no code").code(DECLINED)))
    });
    let source = {
        let explain: Explain = Arc::new(|trouble| match trouble {
            Trouble::Failed(e) => crate::aws::fault::find::<Fault>(e).unwrap().clone(),
            _ => panic!("no answer was given"),
        });
        Source::new(clock.clone(), source.0.build.clone(), explain, true)
    };
    source.get().await.unwrap_err();
    clock.advance(Duration::from_secs(3600));
    source.get().await.unwrap_err();
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    source.refresh().await;
    source.get().await.unwrap_err();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}
