//! One profile's credentials behind a swap.
//!
//! The SDK's identity cache gives a provider five seconds, and its profile provider remembers its first success for good. So
//! the cache is here: credentials are loaded by whoever needs them first, without the SDK's time-out (a person may be typing an
//! MFA code), reloaded before they expire, and after any failure or `refresh` by a rebuilt provider, which
//! reads the files again and sees a sign-in made elsewhere.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use futures::future::BoxFuture;
use tokio::sync::Mutex;

use super::sendable;
use crate::base::{Clock, Fault, FaultKind, Time};

/// Builds a provider from the files as they are now.
pub(crate) type Build = Arc<dyn Fn() -> BoxFuture<'static, Result<SharedCredentialsProvider, Fault>> + Send + Sync>;
/// Puts what went wrong into a sentence.
pub(crate) type Explain = Arc<dyn Fn(Trouble<'_>) -> Fault + Send + Sync>;

/// What can be wrong with a provider's answer.
pub(crate) enum Trouble<'a> {
    /// There is none.
    Failed(&'a CredentialsError),
    /// They expired at that moment.
    Past(Time),
    /// That value cannot be sent, for that character in it.
    Unsendable(&'static str, String),
}

/// Credentials are replaced this long before they expire: longer than the longest attempt of a request.
const EARLY: Duration = Duration::from_secs(120);
/// A failure is the answer for this long, so that forty tables do not start forty credential processes.
const REMEMBER_FAILURE: Duration = Duration::from_secs(5);
/// For anything but a question to the user. A credential process may open a browser; a minute is what it gets.
const LIMIT: Duration = Duration::from_secs(60);
/// The code of a fault that stays until the user asks again: a question that was answered with "no" is not put again by itself.
pub(crate) const DECLINED: &str = "SignInDeclined";

/// Cheap to clone; the clones are one source.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    clock: Clock,
    build: Build,
    explain: Explain,
    asks_user: bool,
    /// Changes whenever the access key does, so at every reload of temporary credentials.
    epoch: AtomicU64,
    ready: RwLock<Option<(Credentials, Time)>>,
    loading: Mutex<Loading>,
}

#[derive(Default)]
struct Loading {
    provider: Option<SharedCredentialsProvider>,
    access_key: Option<String>,
    failed: Option<(Time, Fault)>,
}

impl Source {
    /// `asks_user`: loading may wait for a person, and has no time limit.
    pub(crate) fn new(clock: Clock, build: Build, explain: Explain, asks_user: bool) -> Self {
        Source(Arc::new(Inner {
            clock,
            build,
            explain,
            asks_user,
            epoch: AtomicU64::new(0),
            ready: RwLock::default(),
            loading: Mutex::default(),
        }))
    }

    /// Fixed credentials that need no file and no network.
    pub(crate) fn fixed(clock: Clock, credentials: Credentials) -> Self {
        let build: Build = Arc::new(move || {
            let provider = SharedCredentialsProvider::new(credentials.clone());
            Box::pin(async move { Ok(provider) })
        });
        Source::new(clock, build, Arc::new(|_| Fault::bug("fixed credentials failed")), false)
    }

    /// Which credentials are in use: another number, other credentials. 0 before any were loaded.
    pub fn epoch(&self) -> u64 {
        self.0.epoch.load(Ordering::SeqCst)
    }

    /// As if other credentials had been loaded.
    #[cfg(test)]
    pub(crate) fn become_others(&self) {
        self.0.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// Credentials that will last for the next two minutes at least.
    ///
    /// # Errors
    /// [`FaultKind::NoCredentials`], [`FaultKind::Expired`], [`FaultKind::Offline`] and [`FaultKind::Denied`], each with what to do.
    pub(crate) async fn get(&self) -> Result<Credentials, Fault> {
        if let Some(c) = self.current() {
            return Ok(c);
        }
        let mut loading = self.0.loading.lock().await;
        if let Some(c) = self.current() {
            return Ok(c);
        }
        if let Some((at, fault)) = &loading.failed
            && (fault.code == DECLINED || self.0.clock.now().since(*at) < REMEMBER_FAILURE)
        {
            return Err(fault.clone());
        }
        match self.load(&mut loading).await {
            Ok(c) => {
                loading.failed = None;
                if loading.access_key.as_deref() != Some(c.access_key_id()) {
                    loading.access_key = Some(c.access_key_id().to_string());
                    self.0.epoch.fetch_add(1, Ordering::SeqCst);
                }
                *self.0.ready.write().unwrap_or_else(PoisonError::into_inner) = Some((c.clone(), self.0.clock.now()));
                Ok(c)
            }
            Err(fault) => {
                loading.provider = None;
                loading.failed = Some((self.0.clock.now(), fault.clone()));
                Err(fault)
            }
        }
    }

    /// Forgets the credentials and the provider. The next call reads files and asks again.
    pub(crate) async fn refresh(&self) {
        let mut loading = self.0.loading.lock().await;
        loading.provider = None;
        loading.failed = None;
        *self.0.ready.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// When the credentials in use expire: `None` if they do not, or if none are loaded.
    pub(crate) fn expiry(&self) -> Option<Time> {
        self.0.ready.read().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|(c, _)| expiry(c))
    }

    fn current(&self) -> Option<Credentials> {
        let ready = self.0.ready.read().unwrap_or_else(PoisonError::into_inner);
        let now = self.0.clock.now();
        let (credentials, loaded) = ready.as_ref()?;
        let usable = expiry(credentials).is_none_or(|e| {
            // A source that hands out credentials with a minute left (IMDS does) is not asked again at every request.
            e > now.plus(EARLY) || (e > now && now.since(*loaded) < REMEMBER_FAILURE)
        });
        usable.then(|| credentials.clone())
    }

    async fn load(&self, loading: &mut Loading) -> Result<Credentials, Fault> {
        let provider = match &loading.provider {
            Some(p) => p.clone(),
            None => loading.provider.insert((self.0.build)().await?).clone(),
        };
        let asked = provider.provide_credentials();
        let answer = if self.0.asks_user {
            asked.await
        } else {
            match tokio::time::timeout(LIMIT, asked).await {
                Ok(answer) => answer,
                Err(_) => return Err(Fault::new(FaultKind::Offline, "no credentials arrived within a minute")),
            }
        };
        let credentials = answer.map_err(|e| (self.0.explain)(Trouble::Failed(&e)))?;
        // Before the SDK signs with them: it would panic.
        if let Some((what, odd)) = unsendable(&credentials) {
            return Err((self.0.explain)(Trouble::Unsendable(what, odd)));
        }
        match expiry(&credentials) {
            Some(e) if e <= self.0.clock.now() => Err((self.0.explain)(Trouble::Past(e))),
            _ => Ok(credentials),
        }
    }
}

/// The value that no request can carry, and the character in it.
fn unsendable(c: &Credentials) -> Option<(&'static str, String)> {
    let values = [
        ("access key id", c.access_key_id()),
        ("secret access key", c.secret_access_key()),
        ("session token", c.session_token().unwrap_or_default()),
    ];
    values.into_iter().find_map(|(what, value)| sendable::odd(value).map(|odd| (what, odd)))
}

fn expiry(c: &Credentials) -> Option<Time> {
    let since = c.expiry()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Time::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

impl ProvideCredentials for Source {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async { self.get().await.map_err(CredentialsError::provider_error) })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source(epoch {})", self.epoch())
    }
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
