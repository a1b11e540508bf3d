//! What the commands need beside Rust, Node.js and a C compiler: installed when missing, at the versions pinned here, in
//! `tools/Cargo.lock` and in `package-lock.json`, into a cache folder outside the checkout that all checkouts share.

use crate::files::{self, Hash};
use crate::{Outcome, process};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Later versions of trunk need a later Rust.
const TRUNK: &str = "0.21.14";
/// Must equal the version of the crate in Cargo.lock, and that of tools/Cargo.toml.
const WASM_BINDGEN: &str = "0.2.130";
const WASM_OPT: &str = include_str!("../../tools/wasm-opt.mjs");

/// Installs everything that is missing.
pub(crate) fn all() -> Outcome {
    let tools = Tools::new()?;
    tools.rust("clippy")?;
    tools.rust("rustfmt")?;
    tools.for_build()?;
    tools.chromium()?;
    println!("Everything is installed in {}", tools.cache.display());
    Ok(())
}

/// The cache folder; its methods return places in it, after they have filled them.
pub(crate) struct Tools {
    cache: PathBuf,
    // Held to the end, so that two commands do not install the same thing at once.
    _lock: std::fs::File,
}

/// A browser, and the folder of the libraries that it needs when it is not the system's.
pub(crate) struct Browser {
    pub(crate) program: PathBuf,
    pub(crate) libraries: Option<PathBuf>,
}

impl Tools {
    pub(crate) fn new() -> Outcome<Self> {
        let from = |name: &str| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let cache = from("TRAINING_COMPUTE_CACHE")
            .or_else(|| from("XDG_CACHE_HOME").map(|folder| folder.join("training-compute")))
            .or_else(|| from("HOME").map(|folder| folder.join(".cache/training-compute")))
            .ok_or(
                "no place for tools: set TRAINING_COMPUTE_CACHE to a folder that can be written",
            )?;
        let cache =
            std::path::absolute(&cache).map_err(|error| format!("{}: {error}", cache.display()))?;
        files::make_folder(&cache)?;
        let path = cache.join("lock");
        let lock =
            std::fs::File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        if lock.try_lock().is_err() {
            println!(
                "Waiting for another xtask that is installing tools in {}",
                cache.display()
            );
            lock.lock()
                .map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(Self { cache, _lock: lock })
    }

    /// Everything that `trunk build` needs; returns the PATH on which it finds it.
    pub(crate) fn for_build(&self) -> Outcome<std::ffi::OsString> {
        self.rust_target()?;
        let mut first = vec![self.wasm_bindgen()?, self.npm()?.join("bin"), self.trunk()?];
        if self.rust_src()? {
            first.insert(0, self.small_cargo()?);
        }
        let rest = std::env::var_os("PATH").unwrap_or_default();
        std::env::join_paths(first.into_iter().chain(std::env::split_paths(&rest)))
            .map_err(|error| error.to_string())
    }

    /// The standard library for wasm.
    pub(crate) fn rust_target(&self) -> Outcome {
        let rustc = Command::new("rustc")
            .current_dir(files::root())
            .args(["--print", "sysroot"])
            .output();
        let sysroot = rustc.map_err(|error| format!("rustc: {error}"))?.stdout;
        let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot).trim());
        if sysroot
            .join("lib/rustlib/wasm32-unknown-unknown/lib")
            .is_dir()
        {
            return Ok(());
        }
        println!("Installing the standard library for wasm32-unknown-unknown (seconds)");
        let mut rustup = Command::new("rustup");
        process::run(rustup.current_dir(files::root()).args([
            "target",
            "add",
            "wasm32-unknown-unknown",
        ]))
    }

    /// The sources of the standard library, to build it for size; without them (no network) its ready-made build serves, and the
    /// programs are a tenth larger.
    pub(crate) fn rust_src(&self) -> Outcome<bool> {
        let present = || -> Outcome<bool> {
            let rustc = Command::new("rustc")
                .current_dir(files::root())
                .args(["--print", "sysroot"])
                .output();
            let sysroot = rustc.map_err(|error| format!("rustc: {error}"))?.stdout;
            let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot).trim());
            Ok(sysroot
                .join("lib/rustlib/src/rust/library/std/Cargo.toml")
                .is_file())
        };
        if present()? {
            return Ok(true);
        }
        println!("Installing the sources of the standard library (seconds)");
        let mut rustup = Command::new("rustup");
        let _ =
            process::run(
                rustup
                    .current_dir(files::root())
                    .args(["component", "add", "rust-src"]),
            );
        let present = present()?;
        if !present {
            println!("Going on without: the programs will be larger than they need be");
        }
        Ok(present)
    }

    /// The folder with a `cargo` that builds the page's programs for size. Trunk calls cargo by the PATH and hands nothing on.
    pub(crate) fn small_cargo(&self) -> Outcome<PathBuf> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let mut text = String::from(
            "#!/bin/sh\n# Written by xtask/src/tools.rs.\ncase \"$*\" in\n*--target=wasm32-unknown-unknown*--release*)\n",
        );
        for (name, value) in process::SMALL {
            text.push_str(&format!("  export {name}='{value}'\n"));
        }
        text.push_str(&format!(";;\nesac\nexec '{cargo}' \"$@\"\n"));
        // Checkouts of several versions share the cache.
        let name = format!("small-cargo-{}", Hash::new().add(text.as_bytes()).hex());
        let at = self.cache.join(name);
        let script = at.join("cargo");
        files::write(&script, text)?;
        executable(&script)?;
        Ok(at)
    }

    /// A component of the toolchain: `clippy` or `rustfmt`.
    pub(crate) fn rust(&self, component: &str) -> Outcome {
        let name = component.trim_end_matches("fmt");
        let command = if name == "rust" { "fmt" } else { name };
        let present = process::cargo().args([command, "--version"]).output();
        if present.is_ok_and(|done| done.status.success()) {
            return Ok(());
        }
        println!("Installing {component} (seconds)");
        process::run(Command::new("rustup").current_dir(files::root()).args([
            "component",
            "add",
            component,
        ]))
    }

    /// The folder with the programs of `tools/`: `wasm-bindgen`, its test runner and `wasm-split`.
    pub(crate) fn wasm_bindgen(&self) -> Outcome<PathBuf> {
        let mut sources = Hash::new();
        for path in files::below(&files::root().join("tools"), &["target"])? {
            if path
                .extension()
                .is_some_and(|end| end != "mjs" && end != "txt")
            {
                sources = sources.add(&files::read(&path)?);
            }
        }
        let at = self
            .cache
            .join(format!("wasm-bindgen-{WASM_BINDGEN}-{}", sources.hex()));
        self.once(&at, "wasm-bindgen and wasm-split", "2 to 5 minutes", |to| {
            let target = to.join("target");
            process::run(
                build(&target)
                    .current_dir(files::root().join("tools"))
                    .args(["build", "--release", "--locked"]),
            )?;
            for name in ["wasm-bindgen", "wasm-bindgen-test-runner", "wasm-split"] {
                let (from, to) = (target.join("release").join(name), to.join("bin").join(name));
                files::write(&to, files::read(&from)?)?;
                executable(&to)?;
            }
            files::remove_folder(&target)
        })?;
        Ok(at.join("bin"))
    }

    /// The folder with `trunk`.
    fn trunk(&self) -> Outcome<PathBuf> {
        let at = self.cache.join(format!("trunk-{TRUNK}"));
        self.once(&at, "trunk", "3 to 7 minutes", |to| {
            let target = to.join("target");
            let mut cargo = build(&target);
            // Its own profile (fat LTO, one unit) takes several times as long, and its work here is copying files.
            cargo
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
            cargo
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
                .env("CARGO_PROFILE_RELEASE_STRIP", "true");
            // From outside the checkout: this is no build of the workspace.
            cargo
                .current_dir(to)
                .args(["install", "--locked", "--no-default-features", "--root"])
                .arg(to);
            process::run(cargo.arg(format!("trunk@{TRUNK}")))?;
            files::remove_folder(&target)
        })?;
        Ok(at.join("bin"))
    }

    /// The folder with `node_modules/` of package-lock.json, and `bin/wasm-opt`, `bin/terser`.
    pub(crate) fn npm(&self) -> Outcome<PathBuf> {
        node()?;
        let (package, lock) = (
            files::root().join("package.json"),
            files::root().join("package-lock.json"),
        );
        let (package, lock) = (files::read(&package)?, files::read(&lock)?);
        let version = files::Hash::new()
            .add(&package)
            .add(&lock)
            .add(WASM_OPT.as_bytes())
            .hex();
        let at = self.cache.join(format!("npm-{version}"));
        self.once(&at, "packages from npm", "10 to 60 seconds, 200 MB", |to| {
            files::write(&to.join("package.json"), &package)?;
            files::write(&to.join("package-lock.json"), &lock)?;
            let mut npm = Command::new("npm");
            process::run(npm.current_dir(to).args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ]))?;
            files::write(&to.join("bin/wasm-opt.mjs"), WASM_OPT)?;
            // Found by its own place, because the folder is moved when it is complete.
            files::write(
                &to.join("bin/wasm-opt"),
                "#!/bin/sh\nexec node \"$(dirname \"$0\")/wasm-opt.mjs\" \"$@\"\n",
            )?;
            executable(&to.join("bin/wasm-opt"))?;
            files::write(
                &to.join("bin/terser"),
                "#!/bin/sh\nexec node \"$(dirname \"$0\")/../node_modules/terser/bin/terser\" \"$@\"\n",
            )?;
            executable(&to.join("bin/terser"))
        })?;
        Ok(at)
    }

    /// $CHROME, else a Chromium or Chrome of the system, else the one packaged for npm, which needs no installer
    /// (`CHROME=packaged` asks for it).
    pub(crate) fn chromium(&self) -> Outcome<Browser> {
        let wanted = std::env::var_os("CHROME").filter(|value| !value.is_empty());
        let packaged = wanted.as_ref().is_some_and(|value| value == "packaged");
        if let Some(program) = wanted.filter(|_| !packaged).map(PathBuf::from) {
            return match process::version(&program) {
                Some(_) => Ok(Browser {
                    program,
                    libraries: None,
                }),
                None => Err(format!(
                    "CHROME={} does not answer to --version: set it to a Chromium or Chrome",
                    program.display()
                )),
            };
        }
        let names = [
            "/usr/bin/chromium",
            "chromium",
            "google-chrome-stable",
            "google-chrome",
            "chromium-browser",
        ];
        let mac = [
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
        ];
        for name in names.iter().chain(&mac).filter(|_| !packaged) {
            let program = PathBuf::from(name);
            if process::version(&program).is_some_and(|text| text.contains("Chrom")) {
                return Ok(Browser {
                    program,
                    libraries: None,
                });
            }
        }
        let npm = self.npm()?;
        let version = npm
            .file_name()
            .map(|name| name.to_string_lossy().replace("npm-", ""))
            .unwrap_or_default();
        let at = self.cache.join(format!("chromium-{version}"));
        self.once(&at, "Chromium", "5 seconds, 300 MB", |to| {
            process::run(
                Command::new("node")
                    .arg(files::root().join("tools/chromium.mjs"))
                    .arg(&npm)
                    .arg(to),
            )
        })?;
        Ok(Browser {
            program: at.join("chromium"),
            libraries: Some(at.join("lib")),
        })
    }

    /// Fills a folder of the cache if it is not there: under another name first, so that it is whole or absent.
    fn once(
        &self,
        at: &Path,
        what: &str,
        time: &str,
        fill: impl FnOnce(&Path) -> Outcome,
    ) -> Outcome {
        if at.is_dir() {
            return Ok(());
        }
        let name = at.file_name().unwrap_or_default().to_string_lossy();
        println!("Installing {what} into {} ({time}, once)", at.display());
        let from = Instant::now();
        let partial = at.with_file_name(format!("partial-{name}"));
        files::remove_folder(&partial)?;
        files::make_folder(&partial)?;
        fill(&partial)?;
        std::fs::rename(&partial, at).map_err(|error| format!("{}: {error}", at.display()))?;
        println!("Installed {what} in {:.0} s", from.elapsed().as_secs_f64());
        Ok(())
    }
}

/// Node.js itself is asked for, not installed.
fn node() -> Outcome {
    let text = process::version(Path::new("node"))
        .ok_or("Node.js is missing: install version 18 or later, with npm")?;
    let major = text
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major >= 18) {
        Ok(())
    } else {
        Err(format!(
            "Node.js {text} is too old: install version 18 or later"
        ))
    }
}

/// Cargo for a tool: own target folder, and none of the settings meant for the page.
fn build(target: &Path) -> Command {
    let mut cargo = process::cargo();
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_BUILD_RUSTFLAGS",
    ] {
        cargo.env_remove(name);
    }
    cargo.env("CARGO_TARGET_DIR", target);
    cargo
}

#[cfg(unix)]
fn executable(path: &Path) -> Outcome {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
        .map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> Outcome {
    Err("the commands of this project need a Unix: Linux, macOS, or WSL on Windows".into())
}
