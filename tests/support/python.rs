//! A Python environment that `cargo test` makes itself, once, under the target directory, with the versions that
//! `tests/py/*.txt` pin. Test binaries that run at the same time wait for one another; changed pins make a new one.

use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What a pinned set of packages is installed into.
pub struct Python {
    program: PathBuf,
    /// Where the packages are, if not in an environment of their own.
    site: Option<PathBuf>,
    /// Their scripts.
    bin: PathBuf,
}

impl Python {
    /// moto and boto3.
    pub fn moto() -> Python {
        made("moto", include_str!("../py/requirements.txt"))
    }
    /// The AWS CLI.
    pub fn aws_cli() -> Python {
        made("aws-cli", include_str!("../py/requirements-cli.txt"))
    }
    /// PyYAML and a Markdown parser.
    pub fn readers() -> Python {
        made("readers", include_str!("../py/requirements-readers.txt"))
    }
    /// `python3` with the packages, and with nothing of the user's own AWS settings.
    pub fn command(&self) -> Command {
        self.with_packages(&self.program)
    }
    /// Where one of the packages' scripts is, such as `aws`: an executable.
    pub fn script_path(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
    /// A script of `tests/py`.
    pub fn our(&self, file: &str) -> Command {
        let mut command = self.command();
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/py").join(file));
        command
    }
    fn with_packages(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        clean(&mut command);
        if let Some(site) = &self.site {
            command.env("PYTHONPATH", site);
        }
        command
    }
}

/// Takes the user's AWS settings out of a command's environment: a test must neither use nor depend on them.
pub fn clean(command: &mut Command) {
    let aws = |n: &OsString| n.to_str().is_some_and(|n| n.starts_with("AWS_") || n.starts_with("SKYDECK_"));
    for name in std::env::vars_os().map(|(n, _)| n).filter(aws) {
        command.env_remove(name);
    }
    let nothing = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-such-file");
    command.env("AWS_CONFIG_FILE", &nothing).env("AWS_SHARED_CREDENTIALS_FILE", &nothing);
    command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test");
    command.env("AWS_PAGER", "").env("NO_PROXY", "127.0.0.1,localhost").env("no_proxy", "127.0.0.1,localhost");
    command.env("PYTHONUNBUFFERED", "1").env("PYTHONIOENCODING", "utf-8").env("PYTHONDONTWRITEBYTECODE", "1");
}

/// The sentence that a failed set-up ends with.
const OR_LEAVE_OUT: &str = "(SKYDECK_TEST_OFFLINE=1 leaves out the tests that need it)";

fn made(name: &str, pins: &str) -> Python {
    match make(name, pins) {
        Ok(python) => python,
        Err(sentence) => panic!("{sentence} {OR_LEAVE_OUT}"),
    }
}

fn make(name: &str, pins: &str) -> Result<Python, String> {
    let version = python3(&["-c", "import sys; assert sys.version_info >= (3, 10), sys.version; print(sys.version)"])
        .map_err(|why| format!("Python 3.10 or newer is missing: install python3 ({why})"))?;
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let trouble = |e: std::io::Error| format!("cannot prepare {}: {e}", root.display());
    fs::create_dir_all(&root).map_err(trouble)?;
    // Held until it is made. The file stays: deleting a lock file lets two hold it.
    let lock = fs::File::create(root.join(format!("{name}.lock"))).map_err(trouble)?;
    lock.lock().map_err(trouble)?;
    let mut hasher = DefaultHasher::new();
    (pins, &version, env!("CARGO_TARGET_TMPDIR")).hash(&mut hasher);
    let dir = root.join(format!("{name}-{:016x}", hasher.finish()));
    let ready = dir.join("ready");
    if !ready.exists() {
        remove_others(&root, name);
        eprintln!("installing {} under {} (once)", pinned(pins).join(" "), root.display());
        fs::create_dir_all(&dir).map_err(trouble)?;
        let pins_file = dir.join("requirements.txt");
        fs::write(&pins_file, pins).map_err(trouble)?;
        install(&dir, &pins_file).map_err(|why| format!("cannot install {}: {why}", pinned(pins).join(" ")))?;
        fs::write(&ready, "").map_err(trouble)?;
    }
    Ok(at(&dir))
}

fn at(dir: &Path) -> Python {
    let (venv, site) = (dir.join("venv"), dir.join("site"));
    if site.exists() {
        return Python { program: "python3".into(), bin: dir.join("bin"), site: Some(site) };
    }
    Python { program: venv.join("bin/python"), bin: venv.join("bin"), site: None }
}

/// Into a virtual environment; where Python came without one (Debian's python3 without python3-venv), into a plain folder.
fn install(dir: &Path, pins: &Path) -> Result<(), String> {
    let (venv, site, pins) = (dir.join("venv"), dir.join("site"), pins.display().to_string());
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "-r", &pins];
    if python3(&["-m", "venv", &venv.display().to_string()]).is_ok() {
        return run(Command::new(venv.join("bin/python")).args(pip)).map(drop);
    }
    let _ = fs::remove_dir_all(&venv);
    python3(&["-m", "pip", "--version"])
        .map_err(|_| "this Python has neither ensurepip nor pip: install python3-venv or python3-pip".to_string())?;
    let target = site.display().to_string();
    let done = python3(&[&pip[..], &["--target", &target]].concat()).map(drop);
    if done.is_err() {
        let _ = fs::remove_dir_all(&site);
    }
    done.and_then(|()| wrap(dir, &site).map_err(|e| e.to_string()))
}

/// A folder's scripts do not find their packages by themselves.
fn wrap(dir: &Path, site: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::create_dir_all(dir.join("bin"))?;
    for script in fs::read_dir(site.join("bin"))?.flatten() {
        let wrapper = dir.join("bin").join(script.file_name());
        let (site, script) = (site.display(), script.path());
        fs::write(&wrapper, format!("#!/bin/sh\nPYTHONPATH='{site}' exec python3 '{}' \"$@\"\n", script.display()))?;
        fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn python3(args: &[&str]) -> Result<String, String> {
    run(Command::new("python3").args(args))
}

/// Output, or the last line of what it complained about.
fn run(command: &mut Command) -> Result<String, String> {
    let out: Output = command.stdin(Stdio::null()).output().map_err(|e| e.to_string())?;
    if out.status.success() {
        return Ok(String::from_utf8_lossy(&out.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&out.stderr);
    let line = |l: &&str| !l.trim().is_empty();
    Err(said
        .lines()
        .rev()
        .find(|l| l.contains("ERROR"))
        .or(said.lines().rev().find(line))
        .unwrap_or("it failed")
        .into())
}

/// What an older set of pins left behind, and what a broken run did.
fn remove_others(root: &Path, name: &str) {
    let old = fs::read_dir(root).into_iter().flatten().flatten();
    for entry in old.filter(|e| e.file_name().to_str().is_some_and(|n| n.starts_with(&format!("{name}-")))) {
        let _ = fs::remove_dir_all(entry.path());
    }
}

fn pinned(pins: &str) -> Vec<&str> {
    pins.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect()
}
