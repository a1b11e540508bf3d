//! Symbolic dimensions: `batch`, `past_length + 1`, `2*sequence`.

use std::collections::BTreeMap;

/// Values given to symbols.
pub(crate) type Symbols = BTreeMap<String, u64>;

/// The value of a dimension's text, when every symbol in it is known. Sums,
/// differences, products, quotients (downwards) and parentheses are read.
pub(crate) fn value(text: &str, symbols: &Symbols) -> Option<u64> {
    if let Some(&value) = symbols.get(text) {
        return Some(value);
    }
    // A plain name, whatever its letters, is no expression.
    if text.len() > 256 || !text.contains(['+', '-', '*', '/', '(']) {
        return None;
    }
    let mut read = Read {
        rest: text.trim_start(),
        symbols,
        depth: 0,
    };
    let value = read.sum()?;
    if !read.rest.is_empty() {
        return None;
    }
    u64::try_from(value).ok()
}

/// The one symbol of a dimension's text that has no value, when there is just one.
pub(crate) fn open_symbols<'a>(text: &'a str, symbols: &Symbols) -> Vec<&'a str> {
    if !text.contains(['+', '*', '/', '(', ' ']) {
        return vec![text];
    }
    let mut out: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .filter(|word| {
            word.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && !symbols.contains_key(*word)
        })
        .filter(|word| !matches!(*word, "floor" | "ceil" | "ceiling" | "Max" | "Min"))
        .collect();
    out.sort_unstable();
    out.dedup();
    if out.is_empty() { vec![text] } else { out }
}

struct Read<'a> {
    rest: &'a str,
    symbols: &'a Symbols,
    depth: usize,
}

impl Read<'_> {
    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn sum(&mut self) -> Option<i128> {
        let mut value = self.term()?;
        loop {
            if self.eat("+") {
                value = value.checked_add(self.term()?)?;
            } else if self.eat("-") {
                value = value.checked_sub(self.term()?)?;
            } else {
                return Some(value);
            }
        }
    }

    fn term(&mut self) -> Option<i128> {
        let mut value = self.factor()?;
        loop {
            if self.eat("//") || self.eat("/") {
                let by = self.factor()?;
                value = (by != 0).then(|| value.div_euclid(by))?;
            } else if self.eat("*") {
                value = value.checked_mul(self.factor()?)?;
            } else {
                return Some(value);
            }
        }
    }

    fn factor(&mut self) -> Option<i128> {
        self.depth += 1;
        if self.depth > 64 {
            return None;
        }
        let value = self.factor_inside();
        self.depth -= 1;
        value
    }

    fn factor_inside(&mut self) -> Option<i128> {
        if self.eat("-") {
            return self.factor()?.checked_neg();
        }
        if self.eat("floor(") || self.eat("(") {
            let value = self.sum()?;
            return self.eat(")").then_some(value);
        }
        let end = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end)?;
        if word.is_empty() {
            return None;
        }
        self.rest = rest.trim_start();
        match word.parse::<i64>() {
            Ok(n) => Some(i128::from(n)),
            Err(_) => self.symbols.get(word).map(|&n| i128::from(n)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_follow_their_symbols() {
        let symbols: Symbols = [("past".to_owned(), 10), ("n".to_owned(), 3)].into();
        for (text, expected) in [
            ("past", Some(10)),
            ("past + 1", Some(11)),
            ("2*n", Some(6)),
            ("floor(past/n)", Some(3)),
            ("(past - 4)//2 + n", Some(6)),
            ("n - past", None),
            ("other + 1", None),
            ("past/0", None),
            ("((((n", None),
        ] {
            assert_eq!(value(text, &symbols), expected, "{text}");
        }
        assert_eq!(value(&"(".repeat(200), &symbols), None);
        assert_eq!(open_symbols("past + more*n", &symbols), ["more"]);
        assert_eq!(open_symbols("batch-size", &symbols), ["batch-size"]);
    }
}
