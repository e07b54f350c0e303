//! What is shared by all clients of one profile: its credentials, its region, the SDK's settings from files and environment.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arcstr::ArcStr;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::{AppName, BehaviorVersion, SdkConfig};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use aws_smithy_types::checksum_config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_types::retry::RetryConfig;
use aws_types::region::Region;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::connector::Chain;
use super::credentials::chain::ProviderContext;
use super::credentials::profiles::Profiles;
use super::credentials::source::Source;
use super::credentials::{environment, handed, sendable};
use super::gateway::{ProfileSel, Settings, sandbox_credentials};
use super::retry_policy;
use crate::base::{Clock, Fault, FaultKind, Time};
use crate::model::operation::Service;

/// How long the instance's metadata may take to say its region. Off EC2 nobody answers at that address.
const INSTANCE_REGION: Duration = Duration::from_secs(2);

pub(super) struct Session {
    pub(super) source: Source,
    pub(super) region: Option<ArcStr>,
    /// Never leaves this module's parent.
    pub(super) sdk: SdkConfig,
    /// The profile is not there at all, or the files cannot be read: every client of it fails with this.
    pub(super) broken: Option<Fault>,
}

impl Session {
    /// Reads the files and the environment; asks for no credentials yet.
    #[expect(clippy::disallowed_methods, reason = "the one place that loads the SDK's configuration")]
    pub(super) async fn open(profile: &ProfileSel, settings: &Settings, wire: Chain) -> Session {
        if settings.sandbox {
            return Session::sandbox(settings);
        }
        let name = profile.scope_name();
        let (files, mut broken) = match Profiles::read().await {
            Ok(files) => (files, None),
            Err(fault) => (Profiles::default(), Some(fault)),
        };
        if broken.is_none() && profile.named_by().is_some() && !files.has(&name) {
            broken = Some(files.unknown(&name, profile.variable()));
        }
        let mut context = ProviderContext {
            profile: profile.clone(),
            clock: settings.clock.clone(),
            wire: wire.clone(),
            region: None,
            prompts: settings.prompts.clone(),
        };
        let region = match &settings.region {
            Some(named) => Ok(Some(named.clone())),
            None => region(profile, &files, &context).await,
        };
        if let Some(odd) = environment::real("AWS_EXECUTION_ENV").filter(|v| v.contains(char::is_control)) {
            // It goes into the User-Agent header as it stands.
            let text = format!("AWS_EXECUTION_ENV must be one line of text: {odd}");
            broken.get_or_insert(Fault::new(FaultKind::Invalid, text));
        }
        // What is no region would stand in host names and signatures.
        let region = region.unwrap_or_else(|fault| {
            broken.get_or_insert(fault);
            None
        });
        context.region = region.clone().map(Region::new);
        let source = context.source(&files);

        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(wire)
            .credentials_provider(source.clone())
            .region(region.clone().map(Region::new))
            .profile_files(files.handed(&name))
            .profile_name(handed::NAME)
            // Set for each operation by `retry_policy`. Said here because the loader panics at what it does not know in AWS_RETRY_MODE,
            // AWS_MAX_ATTEMPTS and the profile: `legacy`, which is the AWS CLI's own default, is such a thing.
            .retry_config(RetryConfig::standard())
            .sleep_impl(settings.sleep.clone())
            .time_source(OurClock(settings.clock.clone()));
        if let Some(url) = &settings.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let loaded = loader.load().await;
        let mut builder = loaded.to_builder();
        // An endpoint that is set to nothing is not set, as with the CLI; the SDK panics at it.
        builder.set_endpoint_url(loaded.endpoint_url().filter(|url| !url.is_empty()).map(String::from));
        builder.set_service_config(Some(SaysSomething(loaded)));
        let sdk = ours(builder);
        Session { source, region: region.map(Into::into), sdk, broken }
    }

    /// Where a service is, if not at AWS: what the option, the environment or the profile with its `services` section says, in this
    /// order, which is the SDK's own (`From<&SdkConfig>` of each service's `config::Builder`). An empty value says nothing, as in the
    /// AWS CLI.
    pub(super) fn endpoint(&self, service: Service) -> Option<String> {
        let of_all = || self.sdk.endpoint_url().map(str::to_string);
        if self.sdk.get_origin("endpoint_url").is_client_config() {
            return of_all();
        }
        let key =
            ServiceConfigKey::builder().service_id(service.sdk_id()).env("AWS_ENDPOINT_URL").profile("endpoint_url");
        let own = self.sdk.service_config().zip(key.build().ok()).and_then(|(files, key)| files.load_config(key));
        own.filter(|url| !url.is_empty()).or_else(of_all)
    }

    /// By hand: no files, environment or instance metadata.
    fn sandbox(settings: &Settings) -> Session {
        let source = Source::fixed(settings.clock.clone(), sandbox_credentials());
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(source.clone()))
            .region(Region::from_static("ap-northeast-2"))
            .time_source(SharedTimeSource::new(OurClock(settings.clock.clone())))
            .sleep_impl(settings.sleep.clone());
        let region = Some(arcstr::literal!("ap-northeast-2"));
        Session { source, region, sdk: ours(sdk), broken: None }
    }
}

/// What is the same for every profile, whatever files and environment say.
fn ours(builder: aws_types::sdk_config::Builder) -> SdkConfig {
    let mut builder = builder
        // The cache of credentials is ours: see `credentials::source`.
        .identity_cache(aws_config::identity::IdentityCache::no_cache())
        .stalled_stream_protection(retry_policy::stall_protection())
        // Checksums that AWS requires, not on every upload: other S3 servers do not know the trailers.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenSupported)
        // A compressed PutMetricData would be one more thing that other servers do not know.
        .disable_request_compression(true);
    if let Ok(name) = AppName::new("skydeck") {
        builder.set_app_name(Some(name));
    }
    builder.build()
}

/// The region where a profile starts: the environment's, the profile's own, and without `--profile` the instance's.
///
/// # Errors
/// [`FaultKind::Invalid`] if what is said to be one cannot be.
async fn region(profile: &ProfileSel, files: &Profiles, context: &ProviderContext) -> Result<Option<String>, Fault> {
    if let Some((variable, region)) = environment::region(&environment::real) {
        if !sendable::is_region(&region) {
            return Err(Fault::new(FaultKind::Invalid, format!("{variable} is not a valid region: {region}")));
        }
        return Ok(Some(region));
    }
    if let Some(region) = files.region(&profile.scope_name())? {
        return Ok(Some(region));
    }
    if profile.flag().is_some() {
        return Ok(None);
    }
    let imds = ImdsRegionProvider::builder().configure(&context.provider_config()).build();
    let asked = tokio::time::timeout(INSTANCE_REGION, imds.region()).await;
    Ok(asked.ok().flatten().map(|r| r.to_string()).filter(|r| sendable::is_region(r)))
}

/// The SDK's settings of single services, without those that are set to nothing.
#[derive(Debug)]
struct SaysSomething(SdkConfig);

impl LoadServiceConfig for SaysSomething {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        self.0.service_config()?.load_config(key).filter(|value| !value.is_empty())
    }
}

/// The SDK's view of our clock.
#[derive(Debug)]
struct OurClock(Clock);

impl TimeSource for OurClock {
    fn now(&self) -> SystemTime {
        system_time(self.0.now())
    }
}

pub(super) fn system_time(t: Time) -> SystemTime {
    let ms = Duration::from_millis(t.millis().unsigned_abs());
    if t.millis() < 0 { UNIX_EPOCH - ms } else { UNIX_EPOCH + ms }
}
