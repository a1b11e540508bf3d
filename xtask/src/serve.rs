//! `cargo xtask serve`: dist/ on a port of this machine.

use crate::tools::Tools;
use crate::{Outcome, dist, files, process};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// A request line or header longer than this is not ours.
const LINE: u64 = 32 * 1024;
const HEADERS: usize = 100;

pub(crate) fn run(words: &[&str]) -> Outcome {
    let mut port = 8080;
    let mut dev = false;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = match word.split_once('=') {
            Some(("--port", value)) => Some(value),
            None if *word == "--port" => words.next().copied(),
            None if *word == "--dev" => {
                dev = true;
                continue;
            }
            _ => return Err(format!("serve takes --port N and --dev, not {word}")),
        };
        port = value
            .and_then(|value| value.parse().ok())
            .ok_or("--port takes a number from 0 to 65535")?;
    }
    if dev {
        let path = Tools::new()?.for_build()?;
        println!(
            "Building for debugging and watching; the page will be on http://127.0.0.1:{port}/"
        );
        return process::run(dist::trunk(path)?.args([
            "serve",
            "--address=127.0.0.1",
            "--port",
            &port.to_string(),
        ]));
    }
    dist::build()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener =
        listener.map_err(|error| format!("port {port}: {error}; choose another with --port N"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("The page is on http://{address}/ (end with Ctrl-C)");
    let dist = files::root().join("dist");
    for stream in listener.incoming().flatten() {
        let dist = dist.clone();
        std::thread::spawn(move || answer_all(&stream, &dist));
    }
    Ok(())
}

/// Answers the requests of one connection. A broken one is dropped: the browser asks again.
fn answer_all(stream: &TcpStream, dist: &Path) -> Option<()> {
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .ok()?;
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let request = line(&mut reader)?;
        let mut close = false;
        for _ in 0..HEADERS {
            let header = line(&mut reader)?;
            if header.is_empty() {
                break;
            }
            close |= header.eq_ignore_ascii_case("connection: close");
        }
        let (status, kind, body) = answer(&request, dist);
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n\r\n",
            body.len()
        );
        let mut whole = head.into_bytes();
        if !request.starts_with("HEAD ") {
            whole.extend(body);
        }
        (&mut &*stream).write_all(&whole).ok()?;
        if close {
            return None;
        }
    }
}

fn line(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut text = String::new();
    let read = reader.by_ref().take(LINE).read_line(&mut text).ok()?;
    (read > 0 && text.ends_with('\n')).then(|| text.trim_end().to_owned())
}

fn answer(request: &str, dist: &Path) -> (&'static str, &'static str, Vec<u8>) {
    let plain = "text/plain; charset=utf-8";
    let mut words = request.split(' ');
    let (Some("GET" | "HEAD"), Some(target)) = (words.next(), words.next()) else {
        return (
            "405 Method Not Allowed",
            plain,
            b"Only GET and HEAD are answered.".into(),
        );
    };
    let found = file(target).and_then(|name| {
        let path = dist.join(&name);
        let path = if path.is_dir() {
            path.join("index.html")
        } else {
            path
        };
        Some((kind(&path), std::fs::read(&path).ok()?))
    });
    match found {
        Some((kind, body)) => ("200 OK", kind, body),
        None => (
            "404 Not Found",
            plain,
            b"There is no such file in dist/.".into(),
        ),
    }
}

/// The path below dist/ that an address asks for; none when it would lead out of it.
fn file(target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        bytes.push(if byte == b'%' {
            u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?
        } else {
            byte
        });
    }
    let path = PathBuf::from(String::from_utf8(bytes).ok()?);
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
        .then_some(path)
}

fn kind(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|end| end.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" | "ts" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_below_dist() {
        for (target, path) in [
            ("/", Some("")),
            ("/?params=1e9", Some("")),
            ("/data/a.csv", Some("data/a.csv")),
            ("/a%20b", Some("a b")),
        ] {
            assert_eq!(file(target), path.map(PathBuf::from), "{target}");
        }
        for target in [
            "",
            "x",
            "/../x",
            "/a/../../x",
            "/%2e%2e/x",
            "//etc/passwd",
            "/%2fetc/passwd",
            "/%zz",
            "/%",
        ] {
            assert_eq!(file(target), None, "{target}");
        }
    }
}
