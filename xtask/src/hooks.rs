//! The two hooks of trunk (Trunk.toml). Trunk builds the calculator; what it has no word for is done here:
//!
//! - before: one style sheet out of the files of `style/`;
//! - after, in the staged folder: in a release the calculator's program in two parts; the places' program, that of the tools, the
//!   JavaScript module, the embed's script, further style sheets, the tables, the files of `public/`, the names of all these in
//!   index.html, and the service worker's list.
//!
//! A name is fixed where others rely on it (module, tables); every other file carries a hash of its contents in its name, so
//! that an update never mixes versions.

use crate::files::{self, Hash};
use crate::{Outcome, process, style};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where index.html looks for the style sheet.
const STYLE: &str = "target/bundle/style.css";
/// Of the downloads, those that the places themselves read: kept for offline use.
const READ: [&str; 3] = ["data/hardware.csv", "data/models.csv", "data/presets.csv"];
/// How wasm-bindgen writes the JavaScript of a program.
const WEB: [&str; 2] = ["--target=web", "--no-typescript"];
/// Of public/: written into index.html and the service worker under other names or with other contents.
const WRITTEN: [&str; 2] = ["boot.js", "sw.js"];

pub(crate) fn pre_build() -> Outcome {
    let root = files::root();
    let text = style::bundle(&root.join("style/main.css"))?;
    let to = root.join(STYLE);
    // Written only when changed: a watching trunk would build again and again.
    if files::read_text(&to).is_ok_and(|old| old == text) {
        Ok(())
    } else {
        files::write(&to, text)
    }
}

pub(crate) fn post_build() -> Outcome {
    let staged = std::env::var_os("TRUNK_STAGING_DIR")
        .ok_or("TRUNK_STAGING_DIR is not set: trunk runs this, see Trunk.toml")?;
    let release = std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    let build = Build {
        staged: staged.into(),
        root: files::root(),
        target: files::target()?,
        release,
    };
    let mut names = build.page()?;
    build.compile()?;
    build.tables(&mut names)?;
    build.style("rest", &mut names)?;
    let jobs: [fn(&Build, &mut Names) -> Outcome; 5] = [
        Build::first_and_rest,
        Build::places,
        Build::quote,
        Build::module,
        Build::embed,
    ];
    for made in together(&jobs, &build, &names) {
        names.extend(made?);
    }
    build.public()?;
    build.index(&names)?;
    if release {
        build.service_worker()
    } else {
        Ok(())
    }
}

/// Attributes of the boot script's tag, name and value, in the order they were made.
type Names = Vec<(String, String)>;

/// Runs the jobs side by side (most of their time is wasm-opt's, one core each) and returns what each added to the names.
fn together(
    jobs: &[fn(&Build, &mut Names) -> Outcome],
    build: &Build,
    names: &Names,
) -> Vec<Outcome<Names>> {
    std::thread::scope(|scope| {
        let running: Vec<_> = jobs
            .iter()
            .map(|job| {
                scope.spawn(move || {
                    let mut all = names.clone();
                    job(build, &mut all)?;
                    Ok(all.split_off(names.len()))
                })
            })
            .collect();
        running
            .into_iter()
            .map(|job| {
                job.join()
                    .unwrap_or_else(|_| Err("a job of the hook broke off".into()))
            })
            .collect()
    })
}

/// Whether `TRAINING_COMPUTE_WITHOUT=module` leaves the JavaScript module out of dist/.
pub(crate) fn without_module() -> bool {
    std::env::var("TRAINING_COMPUTE_WITHOUT").is_ok_and(|what| what == "module")
}

struct Build {
    staged: PathBuf,
    root: PathBuf,
    target: PathBuf,
    release: bool,
}

impl Build {
    /// The names of the calculator's files, which trunk wrote into a tag of its own (Trunk.toml). In a release they are written anew
    /// by `first_and_rest`.
    fn page(&self) -> Outcome<Names> {
        let html = files::read_text(&self.staged.join("index.html"))?;
        let named = |key: &str| {
            let (_, rest) = html.split_once(&format!("data-{key}="))?;
            let value = rest
                .trim_start_matches(['"', '\''])
                .split(['"', '\'', ' ', '>']);
            value.map(|value| value.trim_start_matches("./")).next()
        };
        let (Some(js), Some(wasm)) = (named("page-js"), named("page-wasm")) else {
            return Err(
                "trunk's index.html names no program: see pattern_script in Trunk.toml".into(),
            );
        };
        if self.release {
            for file in [js, wasm] {
                let path = self.staged.join(file);
                std::fs::remove_file(&path)
                    .map_err(|error| format!("{}: {error}", path.display()))?;
            }
            return Ok(Vec::new());
        }
        Ok(vec![
            ("page-js".into(), js.into()),
            ("page-wasm".into(), wasm.into()),
        ])
    }

    /// The calculator, in two parts: what a first visit runs, and the rest.
    fn first_and_rest(&self, names: &mut Names) -> Outcome {
        if !self.release {
            return Ok(());
        }
        let bound = self.bind("page", "page.wasm", "page", &WEB)?;
        let parts = bound.join("parts");
        files::make_folder(&parts)?;
        let mut split = Command::new("wasm-split");
        split
            .arg(self.root.join("tools/later.txt"))
            .arg(self.wasm("page.wasm"));
        process::run(split.args([&bound, &parts]))?;
        let script = self.small(&parts.join("page.js"), true)?;
        names.push((
            "page-js".into(),
            self.hashed("page", ".js", script.as_bytes())?,
        ));
        for (key, part, stem, end) in [
            ("page-wasm", "first.wasm", "page", "_bg.wasm"),
            ("page-rest", "rest.wasm", "rest", ".wasm"),
        ] {
            let part = parts.join(part);
            smaller(&part)?;
            process::run(
                Command::new("wasm-split")
                    .arg("--order")
                    .args([&part, &part]),
            )?;
            names.push((key.into(), self.hashed(stem, end, &files::read(&part)?)?));
        }
        Ok(())
    }

    /// The text of a script, in a release without comments, long names and spaces.
    fn small(&self, path: &Path, module: bool) -> Outcome<String> {
        if !self.release {
            return files::read_text(path);
        }
        let mut terser = Command::new("terser");
        terser.args(["--compress", "--mangle", "--ecma", "2020"]);
        if module {
            terser.arg("--module");
        }
        let text = process::output(terser.arg("--").arg(path))?;
        String::from_utf8(text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Releases carry the JavaScript module, unless somebody at work on the page alone wants to wait less.
    fn has_module(&self) -> bool {
        self.release && !without_module()
    }

    fn compile(&self) -> Outcome {
        let mut cargo = process::cargo();
        cargo.args([
            "build",
            "--target=wasm32-unknown-unknown",
            "--package=training-compute-page",
            "--bin=embed",
            "--bin=places",
            "--bin=quote",
        ]);
        if self.has_module() {
            cargo.args(["--package=compute-js", "--lib"]);
        }
        if self.release {
            cargo.arg("--release");
            // As trunk built the calculator, so that what they share is compiled once.
            if std::env::var_os("TRAINING_COMPUTE_SMALL").is_some() {
                cargo.envs(process::SMALL);
            }
        }
        process::run(&mut cargo)
    }

    /// What cargo made of a crate.
    fn wasm(&self, name: &str) -> PathBuf {
        let profile = if self.release { "release" } else { "debug" };
        self.target
            .join("wasm32-unknown-unknown")
            .join(profile)
            .join(name)
    }

    /// Binds a wasm to JavaScript in a folder of its own.
    ///
    /// `kind` are the options of wasm-bindgen that choose the form of the JavaScript.
    fn bind(&self, folder: &str, wasm: &str, name: &str, kind: &[&str]) -> Outcome<PathBuf> {
        let to = self.target.join("bundle").join(folder);
        files::remove_folder(&to)?;
        let mut bind = Command::new("wasm-bindgen");
        bind.args(kind)
            .args(["--out-name", name, "--out-dir"])
            .arg(&to)
            .arg(self.wasm(wasm));
        process::run(&mut bind)?;
        if to.join("snippets").exists() {
            return Err(format!(
                "{name}: a dependency brings JavaScript files of its own (snippets), which the embed cannot carry"
            ));
        }
        Ok(to)
    }

    /// As `bind`, and makes the wasm small in a release.
    fn bind_small(&self, folder: &str, wasm: &str, name: &str, kind: &[&str]) -> Outcome<PathBuf> {
        let to = self.bind(folder, wasm, name, kind)?;
        if self.release {
            smaller(&to.join(format!("{name}_bg.wasm")))?;
        }
        Ok(to)
    }

    /// Puts a file beside the page under a name that carries its hash.
    fn hashed(&self, stem: &str, end: &str, contents: &[u8]) -> Outcome<String> {
        let name = format!("{stem}-{}{end}", Hash::new().add(contents).hex());
        files::write(&self.staged.join(&name), contents)?;
        Ok(name)
    }

    /// Everything behind `?page=`.
    fn places(&self, names: &mut Names) -> Outcome {
        self.program("places", names)
    }

    /// The tools of quoting, in the calculator's page.
    fn quote(&self, names: &mut Names) -> Outcome {
        self.program("quote", names)
    }

    /// A program besides the calculator: JavaScript, wasm and style sheet, each under a name with its hash.
    fn program(&self, name: &str, names: &mut Names) -> Outcome {
        let from = self.bind_small(name, &format!("{name}.wasm"), name, &WEB)?;
        let script = self.small(&from.join(format!("{name}.js")), true)?;
        names.push((
            format!("{name}-js"),
            self.hashed(name, ".js", script.as_bytes())?,
        ));
        let wasm = files::read(&from.join(format!("{name}_bg.wasm")))?;
        names.push((
            format!("{name}-wasm"),
            self.hashed(name, "_bg.wasm", &wasm)?,
        ));
        self.style(name, names)
    }

    /// A style sheet besides that of index.html.
    fn style(&self, name: &str, names: &mut Names) -> Outcome {
        let style = style::bundle(&self.root.join(format!("style/{name}.css")))?;
        // Indentation only: a line end may stand in a selector.
        let style: Vec<&str> = style
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        names.push((
            format!("{name}-css"),
            self.hashed(name, ".css", style.join("\n").as_bytes())?,
        ));
        Ok(())
    }

    /// The JavaScript module, at the top of dist/ under its published names.
    fn module(&self, _: &mut Names) -> Outcome {
        if !self.has_module() {
            return Ok(());
        }
        let name = "training-compute";
        let from = self.bind_small("module", "compute_js.wasm", name, &["--target=web"])?;
        for end in [".d.ts", "_bg.wasm"] {
            let file = format!("{name}{end}");
            files::write(&self.staged.join(&file), files::read(&from.join(&file))?)?;
        }
        // The module's documented way to start, `init(bytes)`, is what wasm-bindgen warns of; its callers shall see a silent console.
        let script = files::read_text(&from.join(format!("{name}.js")))?;
        let warning = "console.warn('using deprecated parameters for the initialization function; pass a single object instead')";
        if !script.contains(warning) {
            return Err(
                "wasm-bindgen's warning about init's parameter has changed: see hooks.rs".into(),
            );
        }
        files::write(
            &self.staged.join(format!("{name}.js")),
            script.replace(warning, "undefined"),
        )?;
        // Node.js 18 takes a .js file for CommonJS without this.
        files::write(&self.staged.join("package.json"), "{\"type\":\"module\"}\n")
    }

    /// One classic script with the program and the tables in it: in a sandboxed frame the origin is opaque, and there module
    /// scripts and fetch need CORS headers that a plain static host does not send.
    fn embed(&self, names: &mut Names) -> Outcome {
        if !self.release {
            return Ok(());
        }
        let from = self.bind_small(
            "embed",
            "embed.wasm",
            "embed",
            &["--target=no-modules", "--no-typescript"],
        )?;
        let glue = self.small(&from.join("embed.js"), false)?;
        let wasm = files::base64(&files::read(&from.join("embed_bg.wasm"))?);
        let tables = names
            .iter()
            .find(|(key, _)| key == "catalog")
            .map(|(_, name)| files::read_text(&self.staged.join(name)));
        let tables = literal(&tables.transpose()?.unwrap_or_default());
        let text = format!("{glue}\ntrainingCompute.start(wasm_bindgen, \"{wasm}\", {tables});\n");
        names.push((
            "embed-js".into(),
            self.hashed("embed", ".js", text.as_bytes())?,
        ));
        Ok(())
    }

    /// The tables: compact for the page, as they are for download.
    fn tables(&self, names: &mut Names) -> Outcome {
        names.push((
            "catalog".into(),
            self.hashed("catalog", ".txt", &self.compact()?)?,
        ));
        for path in files::below(&self.root.join("data"), &[])? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(".csv") || name == "LICENSE.md" {
                files::write(&self.staged.join("data").join(&*name), files::read(&path)?)?;
            }
        }
        Ok(())
    }

    /// The compact text that the build script of compute-tables makes of `data/`.
    fn compact(&self) -> Outcome<Vec<u8>> {
        let messages = process::output(process::cargo().args([
            "check",
            "--quiet",
            "--package=compute-tables",
            "--message-format=json",
        ]))?;
        let messages = String::from_utf8_lossy(&messages);
        let folder = messages
            .lines()
            .filter(|line| line.contains("\"build-script-executed\"") && line.contains("/tables#"))
            .find_map(|line| line.split_once("\"out_dir\":\"")?.1.split('"').next())
            .ok_or("cargo names no folder for what compute-tables made")?;
        files::read(&Path::new(folder).join("compact.txt"))
    }

    fn public(&self) -> Outcome {
        let from = self.root.join("public");
        for path in files::below(&from, &[])? {
            let name = path.strip_prefix(&from).unwrap_or(&path);
            if !WRITTEN.iter().any(|written| Path::new(written) == name) {
                files::write(&self.staged.join(name), files::read(&path)?)?;
            }
        }
        Ok(())
    }

    /// Writes the names into the boot script's tag, and holds the page to its own rules.
    fn index(&self, names: &Names) -> Outcome {
        let path = self.staged.join("index.html");
        let html = files::read_text(&path)?;
        let boot = self.hashed(
            "boot",
            ".js",
            self.small(&self.root.join("public/boot.js"), false)?
                .as_bytes(),
        )?;
        let mut tag = format!("<script src=\"{boot}\"");
        for (key, value) in names {
            tag.push_str(&format!(" data-{key}=\"{value}\""));
        }
        tag.push_str(if self.release {
            " data-offline></script>"
        } else {
            "></script>"
        });

        let mut out = String::new();
        let mut rest = html.as_str();
        let mut written = 0;
        while let Some((before, after)) = rest.split_once("<script") {
            let (own, after) = after
                .split_once("</script>")
                .ok_or("index.html: a script without an end")?;
            out.push_str(before);
            if own.contains("boot.js") {
                out.push_str(&tag);
                written += 1;
            } else if self.release && !own.contains("data-page-js") {
                return Err(format!(
                    "index.html may hold no other script than boot.js, because its policy and the sandboxed embed forbid it: <script{own}"
                ));
            } else if !own.contains("data-page-js") {
                // While trunk serves and watches, its own few lines that load the page again after a change.
                out.push_str(&format!("<script{own}</script>"));
            }
            rest = after;
        }
        out.push_str(rest);
        if !self.release {
            out = out.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'");
        }
        if written != 1 {
            return Err(
                "index.html must hold exactly one <script src=\"boot.js\"></script>".into(),
            );
        }
        for word in [
            " integrity=",
            "modulepreload",
            "rel=preload",
            "rel=\"preload\"",
            " style=",
        ] {
            if self.release && out.contains(word) {
                return Err(format!(
                    "index.html may not hold `{word}`: see the comment at its head"
                ));
            }
        }
        files::write(&path, out)
    }

    /// The list of files that the service worker keeps, and one version over their contents.
    fn service_worker(&self) -> Outcome {
        let mut version = Hash::new();
        let mut list = Vec::new();
        let mut boot = String::new();
        for path in files::below(&self.staged, &[])? {
            let name = path
                .strip_prefix(&self.staged)
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            // Not for the page: downloads and types are for somebody with a network.
            if (name.starts_with("data/") && !READ.contains(&name.as_str()))
                || name.ends_with(".d.ts")
                || name == "package.json"
            {
                continue;
            }
            version = version.add(name.as_bytes()).add(&files::read(&path)?);
            if name.starts_with("boot-") {
                boot.clone_from(&name);
            }
            list.push(if name == "index.html" {
                "./".into()
            } else {
                name
            });
        }
        let text = self.small(&self.root.join("public/sw.js"), false)?;
        let version = version.add(text.as_bytes()).hex();
        let text = text
            .replace("{{version}}", &version)
            .replace("{{boot}}", &boot)
            .replace("{{files}}", &list.join("\",\""));
        files::write(&self.staged.join("sw.js"), text)
    }
}

/// Makes a wasm small, in its place.
fn smaller(wasm: &Path) -> Outcome {
    process::run(
        Command::new("wasm-opt")
            .args(["-Oz", "--strip-producers", "--strip-target-features"])
            .arg(wasm)
            .arg("-o")
            .arg(wasm),
    )
}

/// A string literal of JavaScript.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '<' => out.push_str("\\x3c"),
            '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn literals_escape() {
        assert_eq!(
            literal("a\"b\\c\n</script>\u{2028}µ"),
            "\"a\\\"b\\\\c\\n\\x3c/script>\\u2028µ\""
        );
    }
}
