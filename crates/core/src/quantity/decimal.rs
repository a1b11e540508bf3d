//! Decimal text to `f64` and back to digits, each correctly rounded, without the
//! standard library's tables (15 kB of the page).

/// Longest text that [`parse_f64`] looks at, in bytes.
const LONGEST: usize = 400;

/// Plain decimal text (`12`, `-0.5`, `3.14e23`) as the nearest `f64`, ties to even.
/// `None` for anything else, for more than 400 bytes, and for values beyond the range of `f64`.
pub fn parse_f64(text: &str) -> Option<f64> {
    let text = text.as_bytes();
    if text.len() > LONGEST {
        return None;
    }
    let unsigned = match text {
        [b'-' | b'+', rest @ ..] => rest,
        _ => text,
    };
    let mut exponent = 0;
    let mut digits = 0;
    let mut fraction = None;
    let mut end = unsigned.len();
    for (at, byte) in unsigned.iter().enumerate() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' if fraction.is_none() => fraction = Some(digits),
            b'e' | b'E' => {
                exponent = parse_exponent(unsigned.get(at + 1..)?)?;
                end = at;
                break;
            }
            _ => return None,
        }
    }
    if digits == 0 {
        return None;
    }
    let behind = digits - fraction.unwrap_or(digits);
    let value = from_digits(unsigned.get(..end)?, exponent - behind);
    let value = if text.first() == Some(&b'-') {
        -value
    } else {
        value
    };
    value.is_finite().then_some(value)
}

/// A signed exponent; held within a million, where every value is 0 or too large anyway.
pub(crate) fn parse_exponent(text: &[u8]) -> Option<i32> {
    let (digits, negative) = match text {
        [b'-', rest @ ..] => (rest, true),
        [b'+', rest @ ..] => (rest, false),
        _ => (text, false),
    };
    let mut value = 0i32;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = (value * 10 + i32::from(byte - b'0')).min(1_000_000);
    }
    let value = if negative { -value } else { value };
    (!digits.is_empty()).then_some(value)
}

/// The ASCII digits among bytes as one integer, times 10 to the exponent: the nearest `f64`.
/// Other characters (points, group separators) are skipped; infinite beyond the range.
pub(crate) fn from_digits(text: &[u8], exponent: i32) -> f64 {
    let mut mantissa = 0u64;
    let mut big: Vec<u32> = Vec::new();
    for byte in text.iter().filter(|byte| byte.is_ascii_digit()) {
        let digit = u32::from(byte - b'0');
        if big.is_empty() && mantissa < 1_000_000_000_000_000_000 {
            mantissa = mantissa * 10 + u64::from(digit);
        } else {
            // From the twentieth digit on.
            if big.is_empty() {
                big = limbs(mantissa);
            }
            multiply(&mut big, 10, digit);
        }
    }
    if big.is_empty() {
        return from_mantissa(mantissa, exponent);
    }
    scaled(big, exponent)
}

fn limbs(mantissa: u64) -> Vec<u32> {
    vec![mantissa as u32, (mantissa >> 32) as u32]
}

/// An integer times 10 to the exponent, nearest.
pub(crate) fn from_mantissa(mantissa: u64, exponent: i32) -> f64 {
    // Both factors are exact here, so the one operation rounds correctly (Clinger 1990).
    if mantissa <= 1 << 53 && exponent.abs() <= 22 {
        let mut power = 1.0;
        for _ in 0..exponent.abs() {
            power *= 10.0;
        }
        let mantissa = mantissa as f64;
        return if exponent < 0 {
            mantissa / power
        } else {
            mantissa * power
        };
    }
    scaled(limbs(mantissa), exponent)
}

/// `big * 10^exponent`, nearest.
fn scaled(mut big: Vec<u32>, exponent: i32) -> f64 {
    trim(&mut big);
    // A limb has less than ten digits.
    let size = exponent.saturating_add(10 * big.len() as i32);
    if big.is_empty() || size < -330 {
        return 0.0;
    }
    if exponent > 310 {
        return f64::INFINITY;
    }
    let mut left = exponent.unsigned_abs();
    // Room for a quotient of at least 64 bits: 3.33 bits for each power of ten.
    let shift = if exponent < 0 {
        (left * 10 / 3 + 64) / 32 + 1
    } else {
        0
    };
    big.splice(..0, (0..shift).map(|_| 0));
    let mut sticky = false;
    while left > 0 {
        let step = left.min(9);
        let power = 10u32.pow(step);
        if exponent < 0 {
            sticky |= divide(&mut big, power) != 0;
        } else {
            multiply(&mut big, power, 0);
        }
        left -= step;
    }
    round(&big, -32 * shift as i32, sticky)
}

/// Drops zero limbs at the top.
fn trim(big: &mut Vec<u32>) {
    while big.last() == Some(&0) {
        big.pop();
    }
}

/// `big = big * factor + add`, lowest limb first.
fn multiply(big: &mut Vec<u32>, factor: u32, add: u32) {
    let mut carry = u64::from(add);
    for limb in big.iter_mut() {
        carry += u64::from(*limb) * u64::from(factor);
        *limb = carry as u32;
        carry >>= 32;
    }
    if carry > 0 {
        big.push(carry as u32);
    }
}

/// `big = big / divisor`; the remainder.
fn divide(big: &mut Vec<u32>, divisor: u32) -> u64 {
    let divisor = u64::from(divisor);
    let mut rest = 0u64;
    for limb in big.iter_mut().rev() {
        rest = rest << 32 | u64::from(*limb);
        *limb = (rest / divisor) as u32;
        rest %= divisor;
    }
    trim(big);
    rest
}

/// The nearest `f64` to `big * 2^exponent`, ties to even; `sticky`: a little more than that.
fn round(big: &[u32], exponent: i32, mut sticky: bool) -> f64 {
    let mut limbs = big.iter().rev();
    let mut next = || u64::from(limbs.next().copied().unwrap_or(0));
    let (first, second, third) = (next(), next(), next());
    let zeros = first.leading_zeros() - 32;
    // The upper 64 of 96 bits are the figure, the rest only says "more".
    let rest = third << zeros;
    let mut top = (first << 32 | second) << zeros | rest >> 32;
    sticky |= rest as u32 != 0 || limbs.any(|&limb| limb != 0);
    let leading = exponent + 32 * big.len() as i32 - zeros as i32 - 1;
    if leading > 1023 {
        return f64::INFINITY;
    }
    // Subnormal numbers keep fewer bits.
    let lost = (-1022 - leading).max(0) as u32;
    if lost > 53 {
        return 0.0;
    }
    if lost > 0 {
        sticky |= top << (64 - lost) != 0;
        top >>= lost;
    }
    let half = top & 1 << 10 != 0;
    let rest = top & ((1 << 10) - 1) != 0 || sticky;
    let mantissa = top >> 11;
    let up = half && (rest || mantissa & 1 == 1);
    // A carry out of the mantissa runs into the exponent, which is what it should do.
    let biased = (leading + 1022).max(0) as u64;
    f64::from_bits((biased << 52) + mantissa + u64::from(up))
}

/// The shortest decimal digits that read back to a number.
#[derive(Clone, Copy)]
pub(crate) struct Digits {
    /// The digits as one integer, without zeros at the end.
    mantissa: u64,
    /// How many there are.
    pub len: i32,
    /// Power of ten of the first digit.
    pub exponent: i32,
}

impl Digits {
    /// The digits of the magnitude of a finite number; those of 0 are `0`.
    pub fn of(value: f64) -> Digits {
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(value.abs()).as_bytes();
        // Like 1234.5, 0.00012 or 1.2345e-7: the exponent of the last digit is counted down behind the point.
        let mut digits = Digits {
            mantissa: 0,
            len: 0,
            exponent: 0,
        };
        let mut last = 0;
        let mut behind = false;
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b'.' => behind = true,
                b'e' => {
                    let rest = text.get(at + 1..).unwrap_or(&[]);
                    last += parse_exponent(rest).unwrap_or(0);
                    break;
                }
                _ => {
                    digits.mantissa = digits.mantissa * 10 + u64::from(byte - b'0');
                    digits.len += i32::from(digits.mantissa > 0);
                    last -= i32::from(behind);
                }
            }
        }
        digits.exponent = last + digits.len - 1;
        if digits.mantissa == 0 {
            digits.len = 1;
            digits.exponent = 0;
        }
        digits.trim();
        digits
    }

    /// A digit by its place from the first; 0 beyond the last.
    pub fn digit(&self, place: i32) -> u8 {
        let behind = self.len - 1 - place;
        if place < 0 || behind < 0 {
            return 0;
        }
        (self.mantissa / 10u64.pow(behind as u32) % 10) as u8
    }

    /// Rounded half up to so many significant digits (at least one).
    pub fn rounded(mut self, digits: i32) -> Digits {
        let dropped = self.len - digits.max(1);
        if dropped > 0 {
            let unit = 10u64.pow(dropped as u32);
            let kept = (self.mantissa + unit / 2) / unit;
            self.len -= dropped;
            // 9.96 has become 10.0.
            let carried = kept == 10u64.pow(self.len as u32);
            self.mantissa = if carried { kept / 10 } else { kept };
            self.exponent += i32::from(carried);
            self.trim();
        }
        self
    }

    /// The number these digits are.
    pub fn value(&self) -> f64 {
        from_mantissa(self.mantissa, self.exponent + 1 - self.len)
    }

    fn trim(&mut self) {
        while self.len > 1 && self.mantissa.is_multiple_of(10) {
            self.mantissa /= 10;
            self.len -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steele and Vigna's SplitMix64: enough for tests, the same on every run.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }
        fn below(&mut self, n: u64) -> u64 {
            self.next() % n
        }
    }

    #[track_caller]
    fn same(text: &str) {
        let want = text.parse::<f64>().ok().filter(|v| v.is_finite());
        let got = parse_f64(text);
        assert_eq!(
            got.map(f64::to_bits),
            want.map(f64::to_bits),
            "{text}: {got:?}, want {want:?}"
        );
    }

    #[test]
    fn known_hard_decimals_round_as_ieee_says() {
        for text in [
            "0",
            "-0",
            "0.0",
            "1",
            "-1",
            "+1",
            "1.",
            ".5",
            "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "4.9406564584124654e-324",
            "2.2250738585072014e-308",
            "2.2250738585072011e-308",
            "2.225073858507201e-308",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "1.797693134862315807e308",
            "1e309",
            "1e400",
            "1e-400",
            "9007199254740993",
            "9007199254740992.5",
            "9007199254740993.00000000000000000000000000000000000001",
            "1e23",
            "8.5e22",
            "3.14e23",
            "0.1",
            "123456789012345678901234567890",
            "6929495644600919.5",
            "3.7455744005952583e15",
            "7.2057594037927933e16",
            "0.500000000000000166533453693773481063544750213623046875",
            "1e1000000",
            "1e-1000000",
            "1e99999999999999999999",
            "00000000000000000000000000001e5",
            "0.00000000000000000000000000000000000000000000000000000000000000000000000000000001",
        ] {
            same(text);
        }
        for text in [
            "", "-", ".", "e5", "1e", "1e+", "1.2.3", "1 2", "abc", "inf", "nan", "1_0", "0x1",
            "１", "1e5e5", "--1",
        ] {
            assert_eq!(parse_f64(text), None, "{text}");
        }
    }

    #[test]
    fn random_decimals_round_like_the_standard_library() {
        let mut random = Random(1);
        let mut text = String::new();
        for _ in 0..120_000 {
            text.clear();
            for _ in 0..=random.below(25) {
                text.push(char::from(b'0' + random.below(10) as u8));
            }
            if random.below(2) == 0 {
                text.push('.');
                for _ in 0..random.below(20) {
                    text.push(char::from(b'0' + random.below(10) as u8));
                }
            }
            if random.below(4) > 0 {
                let span = [30, 330, 360][random.below(3) as usize];
                text += &format!("e{}", random.below(2 * span) as i64 - span as i64);
            }
            same(&text);
        }
    }

    /// The midpoint between two neighbours written out in full, and one digit below and above it.
    #[test]
    fn halfway_cases_go_to_even() {
        let mut random = Random(2);
        let mut done = 0;
        while done < 20_000 {
            let bits = random.next() >> 1;
            let low = f64::from_bits(bits);
            if !low.is_finite() || !(1e-70..1e70).contains(&low) {
                continue;
            }
            done += 1;
            let high = f64::from_bits(bits + 1);
            let (a, b) = (format!("{low:.300}"), format!("{high:.300}"));
            let mut middle = half_sum(&a, &b);
            same(&middle);
            middle.push('1');
            same(&middle);
            middle.pop();
            let at = middle.rfind(|c: char| c != '0' && c != '.').unwrap();
            let lower = middle.as_bytes()[at] - 1;
            middle.replace_range(at..=at, &char::from(lower).to_string());
            same(&middle);
        }
        for bits in 0..2_000u64 {
            // Subnormals and the first normal numbers, shortest text and 17 digits.
            let value = f64::from_bits(bits * 0x0000_8000_0000_1235);
            same(&format!("{value:e}"));
            same(&format!("{value:.16e}"));
            same(&format!("{value:.40e}"));
        }
    }

    fn half_sum(a: &str, b: &str) -> String {
        let width = a.len().max(b.len());
        let (a, b) = (format!("{a:0>width$}0"), format!("{b:0>width$}0"));
        let mut sum = Vec::new();
        let mut carry = 0;
        for (x, y) in a.bytes().rev().zip(b.bytes().rev()) {
            if x == b'.' {
                sum.push(x);
                continue;
            }
            let s = x - b'0' + y - b'0' + carry;
            sum.push(b'0' + s % 10);
            carry = s / 10;
        }
        sum.push(b'0' + carry);
        sum.reverse();
        let mut rest = 0;
        for digit in sum.iter_mut().filter(|d| **d != b'.') {
            let now = rest * 10 + (*digit - b'0');
            *digit = b'0' + now / 2;
            rest = now % 2;
        }
        String::from_utf8(sum).unwrap()
    }

    #[test]
    fn digits_are_the_shortest_and_round_half_up() {
        let digits = |value: f64, n: i32| {
            let d = Digits::of(value).rounded(n);
            let figures: Vec<u8> = (0..d.len).map(|place| d.digit(place)).collect();
            (figures, d.exponent)
        };
        assert_eq!(digits(9.96, 2), (vec![1], 1));
        assert_eq!(digits(0.000_123_45, 4), (vec![1, 2, 3, 5], -4));
        assert_eq!(digits(3.1428e23, 17), (vec![3, 1, 4, 2, 8], 23));
        assert_eq!(digits(1.7e11, 3), (vec![1, 7], 11));
        assert_eq!(digits(0.0, 3), (vec![0], 0));
        assert_eq!(digits(2.5, 1), (vec![3], 0));
        assert_eq!(digits(999_999.5, 6), (vec![1], 6));
        let mut random = Random(3);
        for _ in 0..50_000 {
            let value = f64::from_bits(random.next() >> 1);
            if !value.is_finite() {
                continue;
            }
            let d = Digits::of(value);
            let text: String = (0..d.len)
                .map(|place| char::from(b'0' + d.digit(place)))
                .collect();
            let exponent = d.exponent - d.len + 1;
            assert_eq!(
                from_digits(text.as_bytes(), exponent).to_bits(),
                value.to_bits(),
                "{value:e}"
            );
            assert_eq!(d.value().to_bits(), value.to_bits(), "{value:e}");
        }
    }
}
