//! `~/.aws/config` and `~/.aws/credentials` (or the files that `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name) as the AWS CLI
//! reads them. Nothing is cached: a profile added elsewhere is seen at the next question.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use super::ini::{self, Ini, Section};
use super::places::{self, Places};
use super::sendable;
use crate::base::{Fault, FaultKind, text};

/// The profiles as the files have them now.
#[derive(Clone, Default)]
pub struct Profiles {
    pub(super) config: BTreeMap<String, Section>,
    pub(super) credentials: BTreeMap<String, Section>,
    pub(super) sso_sessions: BTreeMap<String, Section>,
    pub(super) services: BTreeMap<String, Section>,
    pub(super) places: Places,
    troubles: Vec<String>,
}

/// What a header of the configuration file names.
enum Named {
    Profile(String),
    SsoSession(String),
    Services(String),
}

/// As botocore's `build_profile_map`: the first word begins so, the second one is the name, quoted where it has blanks.
fn named(header: &str) -> Option<Named> {
    if header == "default" {
        return Some(Named::Profile(header.to_string()));
    }
    let kind: fn(String) -> Named = match header {
        profile if profile.starts_with("profile") => Named::Profile,
        session if session.starts_with("sso-session") => Named::SsoSession,
        services if services.starts_with("services") => Named::Services,
        _ => return None,
    };
    match <[String; 2]>::try_from(ini::words(header)?) {
        Ok([_, name]) if !name.is_empty() => Some(kind(name)),
        _ => None,
    }
}

/// How many things that were passed over a sentence about something missing continues with.
const TOLD: usize = 3;

impl Profiles {
    /// Reads the files. A missing file is an empty one, and what is wrong with a section is told when somebody wants it.
    ///
    /// # Errors
    /// [`FaultKind::Invalid`] with a sentence, if a file is in an encoding that nothing can be read of.
    pub async fn read() -> Result<Profiles, Fault> {
        Profiles::read_at(Places::real()).await
    }

    pub(crate) async fn read_at(places: Places) -> Result<Profiles, Fault> {
        let config = places::read("AWS configuration", &places.config).await?;
        let credentials = places::read("AWS credentials", &places.credentials).await?;
        let mut profiles = Profiles { places, ..Profiles::default() };
        profiles.troubles.extend([config.unreadable, credentials.unreadable].into_iter().flatten());
        profiles.take_config(&config.text);
        profiles.take_credentials(&credentials.text);
        Ok(profiles)
    }

    fn take_config(&mut self, text: &str) {
        let path = self.places.config.clone();
        let ini = ini::parse(text);
        self.misplaced(&path, &ini);
        for section in ini.sections {
            // Of two sections that mean the same name the later one counts alone, as with the CLI.
            match named(&section.header) {
                Some(Named::Profile(name)) => self.config.insert(name, section),
                Some(Named::SsoSession(name)) => self.sso_sessions.insert(name, section),
                Some(Named::Services(name)) => self.services.insert(name, section),
                None => {
                    self.passed_over(&path, &section);
                    None
                }
            };
        }
    }

    fn take_credentials(&mut self, text: &str) {
        let path = self.places.credentials.clone();
        let ini = ini::parse(text);
        self.misplaced(&path, &ini);
        // The whole header is the name there, blanks and all.
        self.credentials.extend(ini.sections.into_iter().map(|s| (s.header.clone(), s)));
    }

    fn misplaced(&mut self, path: &Path, ini: &Ini) {
        let path = path.display();
        if let Some(line) = ini.strays.first() {
            let text = format!("Line {line} of {path} belongs to no profile: there is no [header] above it.");
            self.troubles.push(text);
        }
        if let Some(line) = ini.indented.first() {
            let text = format!(
                "The header in line {line} of {path} is indented, so it counts as part of the setting above it."
            );
            self.troubles.push(text);
        }
    }

    fn passed_over(&mut self, path: &Path, section: &Section) {
        let (header, line) = (&section.header, section.line);
        let begins = ["profile", "sso-session", "services"].iter().find(|word| header.starts_with(**word));
        // Other headers are other programs' (`[preview]`, `[plugins]`).
        let Some(word) = begins else { return };
        let name = header[word.len()..].trim();
        self.troubles.push(format!(
            "[{header}] in line {line} of {} is not a valid header: quote a name that has blanks or quotes, [{word} \
             {}].",
            path.display(),
            text::shell_quote(name)
        ));
    }

    /// What was passed over in the files, a sentence each.
    pub fn troubles(&self) -> &[String] {
        &self.troubles
    }

    /// Every profile's name, in order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.config.keys().chain(self.credentials.keys()).cloned().collect();
        names.sort();
        names.dedup();
        names
    }

    /// Whether the profile exists.
    pub fn has(&self, name: &str) -> bool {
        self.config.contains_key(name) || self.credentials.contains_key(name)
    }

    /// A setting of a profile; the credentials file's comes first, as with the CLI.
    pub fn get(&self, profile: &str, key: &str) -> Option<&str> {
        self.found(profile, key).map(|(value, _)| value)
    }

    /// The same with the file that it stands in.
    pub(super) fn found(&self, profile: &str, key: &str) -> Option<(&str, &Path)> {
        let files = [(&self.credentials, &self.places.credentials), (&self.config, &self.places.config)];
        files.into_iter().find_map(|(sections, path)| {
            let value = sections.get(profile)?.values.get(key)?.trim();
            (!value.is_empty()).then_some((value, path.as_path()))
        })
    }

    /// A setting that goes to AWS or to a program: in one line.
    pub(super) fn line(&self, profile: &str, key: &str) -> Result<Option<String>, Fault> {
        let Some((value, path)) = self.found(profile, key) else { return Ok(None) };
        if value.contains(char::is_control) {
            let what = format!("{key} of profile {profile} in {}", path.display());
            return Err(Fault::new(FaultKind::Invalid, format!("{what} is not a single line of text: write it again")));
        }
        Ok(Some(value.to_string()))
    }

    /// Refuses a profile with a line in it that nobody understands: what it meant to say is not known.
    pub(super) fn sound(&self, profile: &str) -> Result<(), Fault> {
        for (sections, path) in [(&self.credentials, &self.places.credentials), (&self.config, &self.places.config)] {
            if let Some(line) = sections.get(profile).and_then(|s| s.wrong) {
                let text = format!(
                    "profile {profile} cannot be read: line {line} of {} is not of the form name = value",
                    path.display()
                );
                return Err(Fault::new(FaultKind::Invalid, text));
            }
        }
        Ok(())
    }

    /// The profile's own region.
    ///
    /// # Errors
    /// [`FaultKind::Invalid`] if it can be none.
    pub(crate) fn region(&self, profile: &str) -> Result<Option<String>, Fault> {
        let Some((region, path)) = self.found(profile, "region") else { return Ok(None) };
        if !sendable::is_region(region) {
            let path = path.display();
            // What continues on indented lines may be other settings, keys among them.
            let text = match region.split_once('\n') {
                Some((first, _)) => format!(
                    "the region of profile {profile} in {path} is {first} and the indented lines below it: move those to the left"
                ),
                None => format!("the region of profile {profile} in {path} is not valid: {region}"),
            };
            return Err(Fault::new(FaultKind::Invalid, text));
        }
        Ok(Some(region.to_string()))
    }

    /// That there is no such profile, with the nearest name there is. `by` is the variable that names it, if one does.
    pub fn unknown(&self, name: &str, by: Option<&str>) -> Fault {
        let names = self.names();
        let by = by.map(|variable| format!(", named by {variable}")).unwrap_or_default();
        let fault = Fault::new(FaultKind::NoCredentials, format!("there is no AWS profile named {name}{by}"));
        let fault = match text::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => fault.hint(format!("Did you mean --profile {}?", text::shell_quote(near))),
            None if names.is_empty() => fault.hint("Create one with `aws configure`, or try `skydeck --sandbox`."),
            None => fault.hint(format!("Existing profiles: {}.", names.join(", "))),
        };
        self.with_troubles(fault)
    }

    /// Says what was passed over in the files: it may be what is missing.
    pub(super) fn with_troubles(&self, fault: Fault) -> Fault {
        self.troubles.iter().take(TOLD).fold(fault, Fault::hint)
    }
}

/// Names only: there are secrets in the rest.
impl fmt::Debug for Profiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profiles({:?})", self.names())
    }
}

#[cfg(test)]
#[path = "profiles_tests.rs"]
pub(in crate::aws::credentials) mod tests;
