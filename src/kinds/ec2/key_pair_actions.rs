//! What can be done to key pairs, as data: create, import, delete.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::key_pairs::INFO;
use super::senders::{CREATE_KEY_PAIR, DELETE_KEY_PAIR, IMPORT_KEY_PAIR};
use crate::base::text::visible;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::file_fields::{content, in_full, new_file, read_file};
use crate::kinds::plan_builder::{
    Known, called, draft, field, label, line, live, made, need, note, pick, sorted, subject, text_of, title,
    wait_state, whole,
};
use crate::model::connect::safe_name;
use crate::model::{Arg, Choice, Cost, FormField, FormSpec, Keep, Kind, Plan, Step, StepUndo, TableKey, Values};

const NAME: &str = "name";
const TYPE: &str = "type";
const FILE: &str = "file";
const PUBLIC_KEY: &str = "public_key";
const PUBLIC_KEY_FILE: &str = "public_key_file";
/// Bytes: an RSA key of 16,384 bits takes some 2,800.
const MOST_OF_A_KEY: usize = 8_192;

/// `create-key-pair`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-key-pair", "Create a key pair", create)
    .doc(
        "Creates a key pair and writes the private key to a file that only its owner can read. AWS does not keep it \
         and never shows it again; if the file cannot be written, no key pair is created.",
    )
    .calls(&[&CREATE_KEY_PAIR, &DELETE_KEY_PAIR])
    .form(create_form);

/// A name that no key pair of the region has.
fn name_field(cx: &ActionContext<'_>, values: &Values, needs: &mut Vec<TableKey>) -> FormField {
    let mut f = line(values, NAME, "Name", "", "The name that a launch uses.");
    f.error = why_not_name(cx, &text_of(&f), needs);
    f
}

/// What AWS would refuse of a new key pair's name.
pub(super) fn why_not_name(cx: &ActionContext<'_>, name: &str, needs: &mut Vec<TableKey>) -> Option<String> {
    let taken = match whole(cx.store, cx.scope, &INFO) {
        Known::Complete(table) => live(table).any(|r| r.name == name),
        Known::NotAsked(key) => {
            need(needs, key);
            false
        }
        Known::Failed(_) => false,
    };
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateKeyPair.html
    if name.is_empty() {
        Some("Type a name.".into())
    } else if !name.is_ascii() || name.len() > 255 {
        Some("At most 255 ASCII characters.".into())
    } else if taken {
        Some(format!("A key pair {} exists already (InvalidKeyPair.Duplicate).", visible(name)))
    } else {
        None
    }
}

/// `my key/1` -> `my key_1.pem`: a name of AWS's cannot lead out of the folder.
pub(super) fn file_for(folder: &str, name: &str) -> String {
    let safe = Some(safe_name(name)).filter(|safe| !safe.is_empty()).unwrap_or_else(|| "key".into());
    Path::new(folder).join(format!("{safe}.pem")).to_string_lossy().into_owned()
}

fn create_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let name = name_field(cx, values, &mut needs);
    let choice =
        |value: &'static str, label: &'static str| Choice { value: value.into(), label: label.into(), disabled: None };
    let types =
        vec![choice("ed25519", "ed25519  short and fast"), choice("rsa", "rsa  2048 bits, also for Windows passwords")];
    let ty =
        pick(values, (TYPE, "Type"), types, "ed25519", "Windows instances need rsa, which encrypts their password.");
    let file = new_file(
        cx.files,
        values,
        (FILE, "File"),
        &file_for(cx.downloads, &text_of(&name)),
        "The file for the private key: mode 0400, never over an existing file.",
    );
    FormSpec { title: "Create a key pair".into(), fields: vec![name, ty, file], needs }
}

/// The step that makes a key pair of this name and type and keeps its private key in a file.
pub(super) fn create_step(cx: &ActionContext<'_>, (name, ty): (&str, &str), file: &str) -> Step {
    let call = CREATE_KEY_PAIR
        .call(cx.scope.clone())
        .arg("KeyName", Arg::str(name))
        .arg("KeyType", Arg::str(ty))
        .arg("KeyFormat", Arg::str("pem"));
    let step = Step::new(format!("create {} and keep its private key", visible(name)), call);
    let mut step = step.undone_by(delete_made(cx, name));
    step.keep = vec![Keep::File { output: "KeyMaterial", path: PathBuf::from(file) }];
    step
}

fn create(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (name, ty) = (form.text(NAME), form.text(TYPE));
    let file = in_full(cx.files, &form.text(FILE));
    let mut plan = draft("create-key-pair", format!("Create the key pair {}", visible(&name)), &[], Vec::new());
    plan.phrase = name.to_string();
    plan.steps = vec![create_step(cx, (&name, &ty), &file)];
    plan.wait = made("KeyPairId", TableKey::all(cx.scope.clone(), Kind(&INFO)));
    plan.consequences = sorted(vec![
        note(format!(
            "The private key is written to {} only: without that file the key pair is useless",
            visible(&file)
        )),
        note("An existing file is never overwritten"),
    ]);
    plan.cost = Some(Cost::same("Key pairs cost nothing"));
    Ok(plan)
}

/// By its name, which is the region's own: some servers other than AWS know no deletion by id.
fn delete_made(cx: &ActionContext<'_>, name: &str) -> StepUndo {
    StepUndo::new("delete the key pair", DELETE_KEY_PAIR.call(cx.scope.clone()).arg("KeyName", Arg::str(name)))
        .destroys()
}

/// `import-key-pair`.
pub static IMPORT: Action = Action::on_scope(&INFO, "import-key-pair", "Import a key pair", import)
    .doc(
        "Imports your own public key, as ssh-keygen writes it (id_ed25519.pub), as a key pair. The private key stays \
         where it is.",
    )
    .calls(&[&IMPORT_KEY_PAIR, &DELETE_KEY_PAIR])
    .form(import_form);

fn import_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let name = name_field(cx, values, &mut needs);
    let mut file = read_file(
        cx.files,
        values,
        (PUBLIC_KEY_FILE, "Public key file"),
        MOST_OF_A_KEY,
        "As ssh-keygen writes it, e.g. ~/.ssh/id_ed25519.pub.",
    );
    let mut key =
        line(values, PUBLIC_KEY, "or its line", "", "One line: ssh-ed25519 or ssh-rsa, the key, a comment. Paste it.");
    let (path, pasted) = (text_of(&file), text_of(&key));
    match (path.is_empty(), pasted.is_empty()) {
        (true, true) => file.error = Some("Name a public key file, or paste its line below.".into()),
        (false, false) => key.error = Some("A file is named already: leave one of the two empty.".into()),
        (true, false) => key.error = why_no_public_key(&pasted),
        (false, true) => {
            let found = content(cx.files, &path, MOST_OF_A_KEY);
            if let (None, Some((_, found))) = (&file.error, found) {
                file.error = match std::str::from_utf8(found.expose()) {
                    Ok(text) => why_no_public_key(text.trim()),
                    Err(_) => Some("The file holds no public key: it is not text.".into()),
                };
            }
        }
    }
    FormSpec { title: "Import a key pair".into(), fields: vec![name, file, key], needs }
}

/// EC2 takes ED25519, and RSA of 1024, 2048 and 4096 bits, in OpenSSH's one-line form (and two others that are not offered here).
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-key-pairs.html>
fn why_no_public_key(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("Paste a public key: the line in ~/.ssh/id_ed25519.pub.".into());
    }
    if text.contains("PRIVATE KEY") {
        return Some("This is a private key and must not be sent: paste the line of the .pub file.".into());
    }
    let mut words = text.split_whitespace();
    let kind = words.next().unwrap_or_default();
    if !matches!(kind, "ssh-ed25519" | "ssh-rsa") {
        return Some("AWS accepts ssh-ed25519 and ssh-rsa keys: the line begins with one of these words.".into());
    }
    let blob = words.next().and_then(|w| STANDARD.decode(w).ok());
    // RFC 4253, section 6.6: the blob begins with its own type's name and length.
    let named = blob.is_some_and(|b| {
        b.get(..4) == Some(&[0, 0, 0, kind.len() as u8]) && b.get(4..4 + kind.len()) == Some(kind.as_bytes())
    });
    (!named).then(|| "This is not a complete key: is the line whole?".to_string())
}

fn import(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (name, path, pasted) = (form.text(NAME), form.text(PUBLIC_KEY_FILE), form.text(PUBLIC_KEY));
    let key = match content(cx.files, &path, MOST_OF_A_KEY) {
        Some((_, found)) => String::from_utf8_lossy(found.expose()).trim().to_string(),
        None if pasted.is_empty() => {
            return Err(Fault::new(FaultKind::Invalid, format!("{} has not been read yet.", visible(&path))));
        }
        None => pasted.to_string(),
    };
    let mut plan = draft("import-key-pair", format!("Import the key pair {}", visible(&name)), &[], Vec::new());
    plan.phrase = name.to_string();
    let call = IMPORT_KEY_PAIR
        .call(cx.scope.clone())
        .arg("KeyName", Arg::Str(name.clone()))
        .arg("PublicKeyMaterial", Arg::Blob(key.as_bytes().to_vec().into()));
    plan.steps = vec![Step::new(format!("import {}", visible(&name)), call).undone_by(delete_made(cx, &name))];
    plan.wait = made("KeyPairId", TableKey::all(cx.scope.clone(), Kind(&INFO)));
    plan.cost = Some(Cost::same("Key pairs cost nothing"));
    Ok(plan)
}

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc(
        "Deletes key pairs in AWS. Instances launched with them keep the public key, so logins still work; private \
         keys on this machine are not touched.",
    )
    .several()
    .calls(&[&DELETE_KEY_PAIR]);

fn delete(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let subjects = cx.targets.iter().map(|t| subject(t, "→ deleted")).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let step = |t: &Target| {
        let call = DELETE_KEY_PAIR.call(t.table.scope.clone()).arg("KeyName", Arg::Str(t.record.name.clone()));
        Step::new(format!("delete {}", label(&t.record)), call.on([t.record.id.clone()]))
    };
    plan.steps = cx.targets.iter().map(step).collect();
    plan.destructive = true;
    let mut all = vec![note("The private key still works on instances that have it: remove it there too")];
    let used: Vec<String> = match whole(cx.store, cx.scope, &super::instances::INFO) {
        Known::Complete(table) => {
            let with = |key: &str| {
                live(table)
                    .filter(|r| field(r, &super::instances::fields::KEY_NAME) == Some(key))
                    .map(|r| label(r))
                    .collect::<Vec<_>>()
            };
            cx.targets.iter().flat_map(|t| with(&t.record.name)).collect()
        }
        Known::NotAsked(key) => {
            need(&mut plan.needs, key);
            Vec::new()
        }
        Known::Failed(_) => Vec::new(),
    };
    if !used.is_empty() {
        all.push(note(format!("{} launched with it: logins there still work", called("Instance", &used))));
    }
    plan.consequences = sorted(all);
    plan.wait = wait_state(cx.targets, &[], &[], true, 2);
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Secret;
    use crate::kinds::testing::Rows;
    use crate::model::FormValue;
    use crate::model::files::{FileKind, FileLook, FileView, Files};

    #[test]
    fn a_public_key_is_told_from_what_is_none() {
        let ed = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7sVLbQpAbjIJE5xpJKg4Pp2ZOV6VNgz5PmQGsDNVnH me@host";
        assert_eq!(why_no_public_key(ed), None);
        for (text, word) in [
            ("", "Paste a public key"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----", "private"),
            ("ecdsa-sha2-nistp256 AAAA", "AWS accepts"),
            ("ssh-ed25519", "is the line whole"),
            ("ssh-ed25519 AAAA me", "is the line whole"),
            ("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJ7sVLbQpAbjIJE5xpJKg4Pp2ZOV6VNgz5PmQGsDNVnH", "is the line whole"),
        ] {
            assert!(why_no_public_key(text).is_some_and(|w| w.contains(word)), "{text}");
        }
    }

    #[test]
    fn a_public_key_comes_from_a_file_or_from_its_line() {
        let ed = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7sVLbQpAbjIJE5xpJKg4Pp2ZOV6VNgz5PmQGsDNVnH me@host";
        let rows = Rows::default();
        let text = |s: &str| FormValue::Text(s.into());
        let mut files = Files::none();
        for (path, content) in [("id.pub", format!("{ed}\n")), ("id", "-----BEGIN OPENSSH PRIVATE KEY-----".into())] {
            let look = FileLook { path: path.into(), read: MOST_OF_A_KEY + 1 };
            let what = FileKind::File { size: content.len() as u64, content: Some(Secret::new(content.into())) };
            files.set(look, FileView { full: path.into(), what });
        }
        let cx = ActionContext { files: &files, ..rows.context(&[]) };
        let named = || Values::default().with(NAME, text("k"));
        let from = |path: &str| named().with(PUBLIC_KEY_FILE, text(path));
        let key = |v: &Values| IMPORT.planned(&cx, v).map(|p| p.steps[0].call.get("PublicKeyMaterial").cloned());
        let want = Some(Arg::Blob(ed.as_bytes().to_vec().into()));
        assert_eq!(key(&from("id.pub")), Ok(want.clone()));
        assert_eq!(key(&named().with(PUBLIC_KEY, text(ed))), Ok(want), "as before");
        for (values, why) in [
            (from("id"), "private key"),
            (from("other.pub"), "not been read"),
            (named(), "Name a public key file"),
            (from("id.pub").with(PUBLIC_KEY, text(ed)), "leave one of the two empty"),
        ] {
            assert!(key(&values).is_err_and(|f| f.message.contains(why)), "{why}");
        }
    }

    #[test]
    fn a_name_does_not_lead_the_file_out_of_its_folder() {
        assert_eq!(file_for("/home/me", "my-key"), "/home/me/my-key.pem");
        assert_eq!(file_for("/home/me", "../../.ssh/id"), "/home/me/key.._.._.ssh_id.pem");
        assert_eq!(file_for("/home/me", ""), "/home/me/key.pem");
    }
}
