//! `skydeck sandbox --listen ADDR`: the embedded account behind a socket.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{Failure, Options, out, session};
use crate::base::Clock;
use crate::sandbox::listen::serve;

/// Serves until SIGINT or SIGTERM; then the world is saved if a file was named.
pub(super) fn serve_until_told(
    options: &Options,
    listen: SocketAddr,
    save: Option<PathBuf>,
) -> Result<ExitCode, Failure> {
    let (config, problems) = session::settings(options);
    if let Some(wrong) = problems.iter().find(|p| p.is_usage()) {
        return Err(Failure::Usage(wrong.to_string()));
    }
    if !listen.ip().is_loopback() {
        return Err(Failure::Usage(format!(
            "{} is not a loopback address: the sandbox asks for no credentials, so it listens on 127.0.0.1 or [::1] only.",
            listen.ip()
        )));
    }
    let sandbox = session::open_sandbox(&config, &Clock::system(), save.as_deref())?;
    let runtime = crate::base::thread::workers()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen)
            .await
            .map_err(|e| Failure::Failed(format!("{listen} cannot be listened on: {e}.")))?;
        let address = listener.local_addr()?;
        // Who does not read the address knows it.
        out::unread_is_well(out::print(&format!("http://{address}\n")))?;
        let text = format!(
            "any credentials do, e.g.: AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox \
             aws ec2 describe-instances --region {} --endpoint-url http://{address}",
            crate::sandbox::presets::HOME
        );
        let _ = writeln!(std::io::stderr(), "{text}");
        let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        let stop = async {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = term.recv() => {}
            }
        };
        serve(sandbox.clone(), listener, stop).await?;
        Ok::<(), Failure>(())
    })?;
    if let Some(path) = save {
        sandbox.save(&path).map_err(|e| Failure::Failed(e.to_string()))?;
    }
    Ok(ExitCode::SUCCESS)
}
