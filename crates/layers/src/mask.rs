//! Which pairs of query and key an attention layer may use.

use crate::Num;

/// The mask of an attention layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// Every query sees every key.
    Full,
    /// Query i sees keys 0 to i.
    Causal,
    /// Causal, and only the last `w` keys: query i sees min(i + 1, w).
    Window(u64),
    /// Causal inside consecutive chunks of `c` keys.
    Chunk(u64),
    /// Not causal: a query sees the keys at most `r` before or after it.
    Around(u64),
}

impl Mask {
    /// Pairs of query and key that the mask allows, exactly.
    ///
    /// The last query stands at the last key, as in generation with a cache; with `queries == keys`
    /// this is the usual square: s (s + 1) / 2 for a causal mask, w (w + 1) / 2 + (s - w) w for a window
    /// (NVIDIA/Megatron-LM#1725, NVIDIA-NeMo/Megatron-Bridge#3947: a window must not be halved).
    pub fn pairs(self, queries: u64, keys: u64) -> Num {
        let full = Num::from(queries) * keys;
        match self {
            Mask::Full => full,
            Mask::Causal => {
                // Queries before the first key (more queries than keys) see nothing.
                let q = queries.min(keys);
                triangle(keys) - triangle(keys - q)
            }
            Mask::Window(w) => {
                let q = queries.min(keys);
                upto(keys, w) - upto(keys - q, w)
            }
            Mask::Chunk(0) => Num::ZERO,
            Mask::Chunk(c) => {
                let q = queries.min(keys);
                let to = |n: u64| triangle(c) * (n / c) + triangle(n % c);
                to(keys) - to(keys - q)
            }
            Mask::Around(r) => {
                if queries != keys {
                    return full;
                }
                // A square less the two corner triangles beyond the reach.
                let beyond = keys.saturating_sub(r).saturating_sub(1);
                full - triangle(beyond) * 2u64
            }
        }
    }

    /// The mask's name, as the table prints it.
    pub fn name(self) -> String {
        match self {
            Mask::Full => "no mask".into(),
            Mask::Causal => "causal".into(),
            Mask::Window(w) => format!("causal, window {w}"),
            Mask::Chunk(c) => format!("causal in chunks of {c}"),
            Mask::Around(r) => format!("window of {r} on both sides"),
        }
    }
}

/// 1 + 2 + … + n.
fn triangle(n: u64) -> Num {
    Num::from(n) * (Num::from(n) + 1u64) / 2u64
}

/// The sum of min(i, w) for i from 1 to n.
fn upto(n: u64, w: u64) -> Num {
    if n <= w {
        triangle(n)
    } else {
        triangle(w) + Num::from(n - w) * w
    }
}

#[cfg(test)]
mod tests {
    use super::Mask;

    #[test]
    fn pairs_agree_with_enumeration() {
        for s in 0..20u64 {
            for w in 1..22u64 {
                let all = |see: &dyn Fn(u64, u64) -> bool| {
                    let mut n = 0u128;
                    for i in 0..s {
                        for j in 0..s {
                            n += u128::from(see(i, j));
                        }
                    }
                    Some(n)
                };
                assert_eq!(Mask::Full.pairs(s, s).get(), all(&|_, _| true));
                assert_eq!(Mask::Causal.pairs(s, s).get(), all(&|i, j| j <= i));
                assert_eq!(
                    Mask::Window(w).pairs(s, s).get(),
                    all(&|i, j| j <= i && i - j < w)
                );
                assert_eq!(
                    Mask::Chunk(w).pairs(s, s).get(),
                    all(&|i, j| j <= i && i / w == j / w)
                );
                assert_eq!(
                    Mask::Around(w).pairs(s, s).get(),
                    all(&|i, j| i.abs_diff(j) <= w)
                );
            }
        }
    }

    #[test]
    fn published_examples() {
        assert_eq!(
            Mask::Window(1024).pairs(32768, 32768).get(),
            Some(33_030_656)
        );
        assert_eq!(Mask::Causal.pairs(32768, 32768).get(), Some(536_887_296));
        assert_eq!(Mask::Window(3).pairs(8, 8).get(), Some(21));
        assert_eq!(Mask::Chunk(4).pairs(8, 8).get(), Some(20));
        // Four packed documents of two tokens each.
        assert_eq!(Mask::Chunk(2).pairs(8, 8).get(), Some(12));
    }
}
