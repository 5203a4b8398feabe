//! The listener of the reference page, whose "try it" calls this emulator (feature `docs`).
//!
//! The page is a folder that `cargo xtask site` builds. It is too large for a package on a registry, and a build script
//! must not download it, so a release archive has it beside the program.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::http::header;
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

use crate::cors::Origins;
use crate::emulator::StartError;
use crate::listen;
use crate::well_known::TOKEN;

/// The page below the folder.
const PAGE: &str = "reference/index.html";
/// What the page reads to find the emulator. The published site has a file of this name that says `null`.
const SETTINGS: &str = "/emulator.json";

/// The folder of the site and the address that serves it.
#[derive(Clone, Debug)]
pub(crate) struct Docs {
    pub(crate) folder: PathBuf,
    pub(crate) address: SocketAddr,
}

impl Docs {
    /// Checks the folder, binds the address, and allows the origin of the page. Returns the bound address in `Docs`.
    pub(crate) async fn bind(
        &self,
        any_address: bool,
        origins: &mut Origins,
    ) -> Result<(TcpListener, Self), StartError> {
        let failed = |problem| StartError::Docs { problem };
        let page = self.folder.join(PAGE);
        if !page.is_file() {
            let page = page.display();
            return Err(failed(format!(
                "{page} does not exist; build the site with `cargo xtask site` in a clone, or take it from a release archive"
            )));
        }
        let address = self.address;
        if !any_address && !address.ip().is_loopback() {
            return Err(failed(format!(
                "other machines can reach {address}; to allow it, start the emulator exposed to the network"
            )));
        }
        let bound = listen::bind(address).await;
        let (listener, address) =
            bound.map_err(|error| failed(format!("cannot listen on {address}: {error}")))?;
        for origin in page_origins(address) {
            let allowed = origins.allow(&origin);
            allowed.map_err(|problem| StartError::Origin { origin, problem })?;
        }
        let folder = self.folder.clone();
        Ok((listener, Self { folder, address }))
    }

    /// The routes: the files of the folder, and the settings with the endpoints of both services.
    pub(crate) fn router(&self, dcs: SocketAddr, kafka: SocketAddr) -> Router {
        let settings = json!({
            "servers": { "dcs": format!("http://{dcs}"), "kafka": format!("http://{kafka}") },
            "token": TOKEN,
        });
        let settings = settings.to_string();
        let settings = get(move || async move {
            (
                [
                    (header::CONTENT_TYPE, "application/json"),
                    (header::CACHE_CONTROL, "no-store"),
                ],
                settings,
            )
        });
        Router::new()
            .route(SETTINGS, settings)
            .fallback_service(ServeDir::new(&self.folder))
    }
}

/// The origins under which a browser on this machine opens the page at `address`.
fn page_origins(address: SocketAddr) -> Vec<String> {
    let mut origins = vec![format!("http://{address}")];
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        origins.push(format!("http://localhost:{}", address.port()));
    }
    origins
}

/// The folder of the site in an unpacked release archive: `../share/hwtasks/site` from the program.
///
/// # Errors
///
/// If the path of the program is unknown.
pub(crate) fn installed_folder() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?.canonicalize()?;
    let folder = program.parent().and_then(Path::parent).unwrap_or(&program);
    Ok(folder.join("share/hwtasks/site"))
}
