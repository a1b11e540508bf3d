//! From a count to the calculator, by its link.

/// The query with these keys in place of others, for the calculator's own address: `page` goes, whatever else stands is kept.
///
/// `without` are keys that would contradict the new ones. Values are form-encoded here.
pub fn with_keys(query: &str, without: &[&str], keys: &[(&str, &str)]) -> String {
    let mut parts: Vec<String> = query
        .split('&')
        .filter(|part| {
            let key = part.split('=').next().unwrap_or("");
            !key.is_empty() && key != "page" && !without.contains(&key) && !keys.iter().any(|(own, _)| *own == key)
        })
        .map(str::to_string)
        .collect();
    parts.extend(keys.iter().map(|(key, value)| format!("{key}={}", encoded(value))));
    parts.join("&")
}

/// Keys of the first phase that say how much work a pass is, of which a link should have one.
pub const BASES: [&str; 6] = ["params", "active", "connections", "forward", "flop", "ratio"];

/// Form encoding.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'*' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                for half in [byte >> 4, byte & 15] {
                    out.push(char::from(b"0123456789ABCDEF"[usize::from(half)]));
                }
            }
        }
    }
    out
}

/// A name short enough for the link's `name`.
pub fn short(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    let stem = [".onnx", ".gguf", ".safetensors", ".json"].into_iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    stem.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_contradicts_goes_and_the_rest_stays() {
        assert_eq!(
            with_keys("page=count&params=175B&data=300B+tokens&hw=a100&params.2=7B", &BASES, &[("forward", "120"), ("name", "my model")]),
            "data=300B+tokens&hw=a100&params.2=7B&forward=120&name=my+model"
        );
        assert_eq!(with_keys("", &BASES, &[("params", "5")]), "params=5");
        assert_eq!(with_keys("page=count&name=old", &[], &[("name", "new")]), "name=new");
    }

    #[test]
    fn names_are_encoded_and_short() {
        assert_eq!(with_keys("", &[], &[("name", "a&b=ç#?")]), "name=a%26b%3D%C3%A7%23%3F");
        assert_eq!(short("org/some model.onnx"), "some model");
        assert_eq!(short(&"x".repeat(300)).len(), 80);
    }
}
