//! From options and settings to a running console: gateway, sandbox, scopes, journal, log.

use std::collections::HashSet;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::args::SETTINGS_FILE;
use super::{Failure, Options};
use crate::act::{CliContext, Journal, script};
use crate::app::aliases::{check_name, expand};
use crate::app::check_line::{Does, check_line};
use crate::app::{self, ProfileSetup, Setup};
use crate::aws::{Gateway, GatewayConfig, ProfileSel, Prompt};
use crate::base::regions::check as check_region;
use crate::base::text::{suggest, visible};
use crate::base::{Clock, Time};
use crate::config::settings::Aliases;
use crate::config::{self, Config, Known, Overrides, Problem, TermEnv};
use crate::fetch::Share;
use crate::kinds::{KindDef, Registry, registry};
use crate::model::behind::{PROFILE, REGION};
use crate::model::connect::{ConnectSettings, why_no_user};
use crate::model::my_address::MyAddress;
use crate::model::{Column, Level, Message, SavedViews};
use crate::runtime::{Engine, EngineConfig, MemoryFile, PictureSetting, ViewsFile, WELCOMED, console};
use crate::sandbox::{Sandbox, WorldSpec};
use crate::term::{self, Term, TermEvent};
use jiff::tz::TimeZone;

/// What every command that talks to an account stands on.
pub(super) struct Session {
    pub(super) config: Config,
    pub(super) problems: Vec<Problem>,
    pub(super) gateway: Gateway,
    pub(super) prompts: mpsc::Receiver<Prompt>,
    pub(super) profiles: Vec<ProfileSetup>,
    /// Those that can be shown later.
    pub(super) others: Vec<ProfileSetup>,
    pub(super) sandbox: Option<Sandbox>,
    pub(super) notes: Vec<String>,
    pub(super) clock: Clock,
    pub(super) runtime: Runtime,
    pub(super) registry: Registry,
    pub(super) endpoint_url: Option<String>,
    _log: Option<tracing_appender::non_blocking::WorkerGuard>,
}

/// The settings as the options and the environment leave them, and what is wrong with them.
pub(super) fn settings(options: &Options) -> (Config, Vec<Problem>) {
    let registry = registry::ALL;
    let commands = app::command::for_keymap();
    let columns: Vec<(&str, Vec<&str>)> = registry
        .kinds
        .iter()
        .map(|k| {
            let own = k.info.iter().filter(|f| f.column != Column::DetailOnly).map(|f| f.name);
            let places = [REGION.name, PROFILE.name].into_iter().filter(|name| k.info.resolve(name).is_none());
            (k.info.name, own.chain(places).collect())
        })
        .collect();
    let kinds: Vec<(&str, &[&str])> = columns.iter().map(|(k, c)| (*k, c.as_slice())).collect();
    let known = Known { commands: &commands, kinds: &kinds, validate: Some(validate) };
    let named = options.settings_file(std::env::var_os(SETTINGS_FILE));
    let mut term = TermEnv::read(|name| std::env::var(name).ok());
    term.no_color |= options.no_color;
    let overrides = Overrides {
        theme: options.theme.clone(),
        keymap: options.keymap.clone(),
        regions: options.region.clone(),
        refresh: options.refresh,
        api_share: options.api_share,
        read_only: options.read_only || config::read_only_env(std::env::var("SKYDECK_READ_ONLY").ok().as_deref()),
        log: options.log.clone(),
        world: options.sandbox.clone().filter(|w| !w.is_empty()),
        speed: options.sandbox_speed,
        term,
    };
    config::load(config::paths(named.as_ref().map(|(path, by)| (path.as_path(), *by))), &overrides, &known)
}

/// What is wrong with a text in the settings file, where more has to be known than its type.
fn validate(setting: &str, text: &str, aliases: &Aliases) -> Result<(), String> {
    match setting {
        "view" => check_view(&registry::ALL, aliases, text),
        "aliases.ALIAS" | "keys.KEYS" => check_line(&registry::ALL, aliases, text).map(drop),
        config::ALIAS => check_name(&registry::ALL, text),
        "connect.users.PATTERN" => why_no_user(text).map_or(Ok(()), |why| Err(format!("{why}."))),
        "regions" => check_region(text),
        "time_zone" => zone(text).map(drop),
        "pictures" if PictureSetting::read(text).is_none() => {
            Err(format!("{} is no way to show pictures; there are {}.", visible(text), PictureSetting::WORDS))
        }
        "sandbox.world" => WorldSpec::from_str(text).map(drop),
        _ => Ok(()),
    }
}

impl Session {
    /// The zone of all times. One that does not exist was told when the settings were read.
    pub(super) fn zone(&self) -> TimeZone {
        zone(&self.config.settings.time_zone).unwrap_or_else(|_| TimeZone::system())
    }
    /// Builds everything; reads the AWS configuration files, sends nothing.
    pub(super) fn open(options: &Options) -> Result<Session, Failure> {
        let clock = Clock::system();
        let (config, mut problems) = settings(options);
        // What its user wanted is told by `config --check`.
        problems.retain(|p| !p.note);
        if let Some(wrong) = problems.iter().find(|p| p.is_usage()) {
            return Err(Failure::Usage(wrong.to_string()));
        }
        let log = open_log(&config)?;
        let runtime = crate::base::thread::workers()?;
        let registry = registry::ALL;
        let mut notes = Vec::new();
        let (prompts_tx, prompts) = mpsc::channel(8);
        let sandbox = options.sandbox.is_some().then(|| open_sandbox(&config, &clock, None)).transpose()?;
        let mut gateway = match &sandbox {
            Some(s) => GatewayConfig {
                programs: Some(crate::sandbox::shell::remote::stand_in(s)),
                ..GatewayConfig::sandbox(clock.clone(), registry.operations(), s.http_client())
            },
            None => GatewayConfig::new(clock.clone(), registry.operations()),
        };
        gateway.profiles = ProfileSel::all(&options.profile);
        if sandbox.is_none() {
            // What is wrong with the files is said below, of the profile that is meant.
            gateway.others = runtime.block_on(Gateway::known_profiles()).unwrap_or_default();
        }
        gateway.region = config.settings.regions.first().cloned();
        gateway.endpoint_url.clone_from(&options.endpoint_url);
        gateway.read_only = config.settings.read_only;
        gateway.read_only_profiles = config
            .settings
            .profiles
            .iter()
            .filter(|(_, p)| p.read_only)
            .map(|(n, _)| n.clone())
            .collect::<HashSet<_>>();
        let connects = config.settings.profiles.iter().filter(|(_, p)| p.connect);
        gateway.connects = connects.map(|(name, _)| name.clone()).collect();
        gateway.prompts = Some(prompts_tx);
        // The embedded account reads no environment, and its commands name none.
        let theirs = || std::env::var("AWS_ENDPOINT_URL").ok().filter(|url| !url.is_empty() && sandbox.is_none());
        let endpoint_url = options.endpoint_url.clone().or_else(theirs);
        let gateway = {
            let _in = runtime.enter();
            Gateway::new(gateway)
        };
        if sandbox.is_none() {
            check_profiles(&runtime, &gateway)?;
            notes.extend(gateway.profile_disagreement());
        }
        let sso = runtime.block_on(gateway.sso_profiles());
        let others = gateway
            .other_profiles()
            .into_iter()
            .map(|name| profile(&gateway, &config, &sso, name, Vec::new()))
            .collect();
        let profiles = scopes(&runtime, &gateway, (&config, &sso), sandbox.is_some(), &mut notes)?;
        Ok(Session {
            config,
            problems,
            gateway,
            prompts,
            profiles,
            others,
            sandbox,
            notes,
            clock,
            runtime,
            registry,
            endpoint_url,
            _log: log,
        })
    }
}

impl Session {
    /// The kind and the query of `KIND QUERY`, where an alias may stand for their beginning.
    pub(super) fn kind_and_query(&self, line: &str) -> Result<(&'static KindDef, String), Failure> {
        let whole = expand(&self.config.settings.aliases, line);
        let (word, query) = whole.split_once(char::is_whitespace).unwrap_or((&whole, ""));
        let def = self.registry.kind(word).filter(|d| !d.info.side);
        let def = def.ok_or_else(|| Failure::Usage(self.registry.unknown_kind(word)))?;
        Ok((def, query.trim().to_string()))
    }
}

/// The embedded account: the one saved in `file` if there is one, else the world that the settings name.
pub(super) fn open_sandbox(config: &Config, clock: &Clock, file: Option<&Path>) -> Result<Sandbox, Failure> {
    if let Some(path) = file.filter(|p| p.exists()) {
        return Sandbox::load(path, clock.clone(), config.settings.sandbox.speed)
            .map_err(|e| Failure::Failed(e.to_string()));
    }
    let spec = WorldSpec::from_str(&config.settings.sandbox.world).map_err(|e| Failure::Usage(e.to_string()))?;
    Sandbox::open(spec, clock.clone(), config.settings.sandbox.speed).map_err(|e| Failure::Usage(e.to_string()))
}

/// A profile that does not exist is wrong usage, whoever names it, before anything is drawn; files that cannot be read are a failure.
fn check_profiles(runtime: &Runtime, gateway: &Gateway) -> Result<(), Failure> {
    let known = runtime.block_on(gateway.profiles())?;
    for name in gateway.profiles_in_use() {
        let Some(by) = gateway.profile_named_by(&name).filter(|_| !known.iter().any(|k| *k == *name)) else { continue };
        let by = if by.starts_with('-') { String::new() } else { format!(", which {by} names") };
        let near = suggest(&name, known.iter().map(String::as_str));
        let sentence = format!("There is no profile {name} in the AWS configuration files{by}.{near}");
        let passed_over = runtime.block_on(gateway.profile_troubles())?;
        let troubles: String = passed_over.iter().take(3).map(|t| format!("\n  {t}")).collect();
        return Err(Failure::Usage(sentence + &troubles));
    }
    Ok(())
}

/// A profile as the settings have it.
fn profile(gateway: &Gateway, config: &Config, sso: &[String], name: ArcStr, regions: Vec<ArcStr>) -> ProfileSetup {
    let read_only = gateway.is_read_only(&name);
    let settings = &config.settings;
    let (color, ask_digits) = (settings.band(&name), settings.asks_account_digits(&name));
    let label = settings.label(&name).into();
    let signs_in = sso.iter().any(|p| *p == *name);
    ProfileSetup { name, label, regions, read_only, color, ask_digits, signs_in }
}

fn scopes(
    runtime: &Runtime,
    gateway: &Gateway,
    (config, sso): (&Config, &[String]),
    sandbox: bool,
    notes: &mut Vec<String>,
) -> Result<Vec<ProfileSetup>, Failure> {
    for region in &config.settings.regions {
        check_region(region).map_err(Failure::Usage)?;
    }
    let mut out = Vec::new();
    let mut faults = Vec::new();
    for name in gateway.profiles_in_use() {
        let regions = if !config.settings.regions.is_empty() {
            config.settings.regions.iter().map(|r| r.as_str().into()).collect()
        } else if sandbox {
            vec![crate::sandbox::presets::HOME.into()]
        } else {
            match runtime.block_on(gateway.default_region(&name)) {
                Ok(Some(region)) => vec![region],
                Ok(None) => {
                    notes.push(format!(
                        "No region is set for {name}: us-east-1 is shown. Set AWS_REGION, `region` in the profile, or --region."
                    ));
                    vec!["us-east-1".into()]
                }
                Err(fault) => {
                    faults.push(fault);
                    vec!["us-east-1".into()]
                }
            }
        };
        out.push(profile(gateway, config, sso, name, regions));
    }
    // One profile that cannot be used does not keep the others from being shown.
    if faults.len() == out.len()
        && let Some(first) = faults.pop()
    {
        return Err(first.into());
    }
    notes.extend(faults.iter().map(ToString::to_string));
    Ok(out)
}

/// A log names accounts, profiles and resources: a new one is its owner's alone. The mode of one that is there is the user's.
fn log_file(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

fn open_log(config: &Config) -> Result<Option<tracing_appender::non_blocking::WorkerGuard>, Failure> {
    let Some(path) = &config.settings.log else { return Ok(None) };
    let file = log_file(path)
        .map_err(|e| Failure::Usage(format!("The log file {} cannot be opened: {e}.", path.display())))?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    // The SDK's own events at debug level contain requests; only this program's are let through.
    let filter = tracing_subscriber::EnvFilter::new("skydeck=info");
    let _ = tracing_subscriber::fmt().with_writer(writer).with_ansi(false).with_env_filter(filter).try_init();
    Ok(Some(guard))
}

/// The zone of this name.
pub(super) fn zone(name: &str) -> Result<TimeZone, String> {
    if name.eq_ignore_ascii_case("local") {
        return Ok(TimeZone::system());
    }
    TimeZone::get(name).map_err(|_| {
        format!(
            "{} is no time zone that this machine knows: write local, UTC or a name such as Europe/Berlin.",
            visible(name)
        )
    })
}

/// VIEW is checked before the terminal is taken: a kind or command that does not exist is wrong usage on the command line.
fn check_view(registry: &Registry, aliases: &Aliases, line: &str) -> Result<(), String> {
    match check_line(registry, aliases, line)? {
        Does::Go | Does::Do => Ok(()),
        Does::Act => Err(format!("{} is an action: the console begins with what it acts on.", visible(line))),
    }
}

/// A view that is named has to be one that is kept.
fn check_saved(saved: &SavedViews, aliases: &Aliases, line: &str) -> Result<(), String> {
    let whole = expand(aliases, line.trim());
    let Some(name) = whole.strip_prefix("view ").map(str::trim).filter(|name| !saved.contains_key(*name)) else {
        return Ok(());
    };
    let near = suggest(name, saved.keys().map(String::as_str));
    Err(format!("There is no saved view {}.{near}", visible(name)))
}

fn message(at: Time, text: String) -> Message {
    Message { at, level: Level::Warning, text }
}

/// How long AWS has to answer the last calls after the console was left: a slow link's attempt takes its time.
const LAST_CALLS: Duration = Duration::from_secs(30);

/// Calls in flight are let finish: their outcome belongs into the journal. The terminal was given back; whether anybody reads
/// what is written there now does not matter.
fn last_calls(engine: &mut Engine, give_up: impl FnMut() -> bool) {
    let waiting = engine.carrying();
    if waiting.is_empty() {
        return;
    }
    let mut out = std::io::stderr();
    let titles = visible(&waiting.join(", ")).into_owned();
    let _ = writeln!(out, "skydeck: waiting for the answer to: {titles} (at most 30 s; Ctrl-C leaves now)");
    let left = engine.finish(LAST_CALLS, give_up);
    if !left.is_empty() {
        let titles = visible(&left.join(", ")).into_owned();
        let _ = writeln!(out, "skydeck: no answer yet to: {titles}. The next start shows what became of it.");
    }
}

/// The console.
pub(super) fn console(options: &Options, view: &[String]) -> Result<ExitCode, Failure> {
    let session = Session::open(options)?;
    let now = session.clock.now();
    let mut messages: Vec<Message> = session.problems.iter().map(|p| message(now, p.to_string())).collect();
    messages.extend(session.notes.iter().map(|n| message(now, n.clone())));
    // That of the settings was checked when they were read.
    let line = if view.is_empty() { session.config.settings.view.clone() } else { Some(view.join(" ")) };
    if let Some(line) = line.as_ref().filter(|_| !view.is_empty()) {
        check_view(&session.registry, &session.config.settings.aliases, line).map_err(Failure::Usage)?;
    }
    let state_dir = session.config.paths.state.clone();
    let views_name = if session.sandbox.is_some() { "sandbox-views.json" } else { "views.json" };
    let views = ViewsFile::at(state_dir.join(views_name));
    let saved = views.read().unwrap_or_else(|why| {
        messages.push(message(now, why));
        Default::default()
    });
    let first = line.as_deref().unwrap_or_default();
    check_saved(&saved, &session.config.settings.aliases, first).map_err(Failure::Usage)?;
    let term = Term::enter(session.config.settings.mouse)?;
    let size = term.size()?;
    let settings = &session.config.settings;
    let endpoint = session.endpoint_url.clone();
    let gateway = session.gateway.clone();
    // What is done to the sandbox is gone with it: its journal is its own.
    let journal_name = if session.sandbox.is_some() { "sandbox-journal.jsonl" } else { "journal.jsonl" };
    let journal = Journal::at(state_dir.join(journal_name), now);
    let memory_name = if session.sandbox.is_some() { "sandbox-memory.json" } else { "memory.json" };
    let memory = settings.remember.then(|| MemoryFile::at(state_dir.join(memory_name)));
    let setup = Setup {
        views: saved,
        me: ssh_client().unwrap_or_default(),
        connect: connect_settings(&session),
        memory: memory.as_ref().map(MemoryFile::read).unwrap_or_default(),
        registry: session.registry,
        keymap: Arc::new(session.config.keymap.clone()),
        profiles: session.profiles.clone(),
        others: session.others.clone(),
        read_only: settings.read_only,
        sandbox: session.sandbox.is_some(),
        welcome: session.sandbox.is_some() && !state_dir.join(WELCOMED).exists(),
        speed: settings.sandbox.speed,
        columns: settings.columns.clone(),
        aliases: settings.aliases.clone(),
        downloads: settings.downloads.as_ref().map_or_else(|| ".".into(), |p| p.to_string_lossy().into_owned()),
        view: line,
        size,
        zone: session.zone(),
        now,
        messages,
        cli: Arc::new(move |plan| {
            script(plan, &|call| {
                let profile = call.scope.profile().and_then(|p| gateway.profile_flag(p)).map(str::to_string);
                CliContext { profile, endpoint_url: endpoint.clone() }
            })
        }),
        process: journal.process().into(),
    };
    let engine_config = EngineConfig {
        gateway: session.gateway.clone(),
        prompts: Some(session.prompts),
        registry: session.registry,
        clock: session.clock.clone(),
        every: Duration::from_secs(u64::from(settings.refresh)),
        share: Share::percent(u32::from(settings.api_share)),
        journal,
        memory,
        views,
        setup,
    };
    let mut engine = Engine::start(engine_config, session.runtime.handle());
    let pictures = PictureSetting::read(&session.config.settings.pictures).unwrap_or_default();
    let end = console::run(&mut engine, &term, (&session.config.theme, pictures), session.sandbox.as_ref());
    let signals = term.events().clone();
    drop(term);
    last_calls(&mut engine, || signals.try_iter().any(|e| matches!(e, TermEvent::Terminate(_))));
    drop(engine);
    // What is still being written to disk.
    session.runtime.shutdown_timeout(Duration::from_secs(2));
    match end? {
        console::End::Quit => Ok(ExitCode::SUCCESS),
        console::End::Sandbox => {
            let options = Options {
                sandbox: Some(String::new()),
                profile: Vec::new(),
                region: Vec::new(),
                endpoint_url: None,
                ..options.clone()
            };
            self::console(&options, view)
        }
        console::End::Signal(signal) => term::die_of(signal),
        console::End::Lost => Ok(ExitCode::FAILURE),
    }
}

/// What the settings and the options say of connecting.
pub(super) fn connect_settings(session: &Session) -> ConnectSettings {
    let settings = &session.config.settings;
    let words = |profile: &ProfileSetup| {
        let named = session.gateway.profile_flag(&profile.name).map(|name| ["--profile".to_string(), name.to_string()]);
        let url = session.endpoint_url.as_ref().map(|url| ["--endpoint-url".to_string(), url.clone()]);
        (profile.name.clone(), named.into_iter().chain(url).flatten().collect())
    };
    let downloads = settings.downloads.as_ref().map_or_else(|| ".".into(), |path| path.to_string_lossy().into_owned());
    ConnectSettings {
        folders: settings.connect.keys.iter().cloned().chain([downloads.clone()]).collect(),
        downloads,
        users: settings.connect.users.clone(),
        in_read_only: settings.profiles.iter().filter(|(_, p)| p.connect).map(|(name, _)| name.into()).collect(),
        flags: session.profiles.iter().chain(&session.others).map(words).collect(),
    }
}

/// By which address this machine's user is seen, where they came over SSH.
pub(super) fn ssh_client() -> Option<MyAddress> {
    std::env::var("SSH_CONNECTION").ok().and_then(|variable| MyAddress::of_ssh(&variable))
}
