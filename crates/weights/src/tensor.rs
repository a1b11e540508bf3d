//! A named tensor as a file's header describes it, and its element type.

/// Element type: `block` elements take `bytes` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dtype {
    /// Name in the format's own spelling.
    pub name: &'static str,
    /// Elements in a block; 1 for plain numbers.
    pub block: u64,
    /// Bytes of a block; 0 where the size is not known here.
    pub bytes: u64,
}

impl Dtype {
    const fn new(name: &'static str, block: u64, bytes: u64) -> Self {
        Self { name, block, bytes }
    }

    /// Bytes of `elements` elements; `None` for a type of unknown size, a broken
    /// block, or an overflow.
    #[must_use]
    pub fn size_of(self, elements: u64) -> Option<u64> {
        if self.bytes == 0 || !elements.is_multiple_of(self.block) {
            return None;
        }
        (elements / self.block).checked_mul(self.bytes)
    }

    /// Whether it stores real numbers, in whatever width.
    #[must_use]
    pub fn is_float(self) -> bool {
        !matches!(
            self.name,
            "BOOL" | "U8" | "I8" | "U16" | "I16" | "U32" | "I32" | "U64" | "I64"
        )
    }
}

/// Types of safetensors, by name. Sub-byte types are counted in whole blocks.
pub const SAFETENSORS_DTYPES: &[Dtype] = &[
    Dtype::new("BOOL", 1, 1),
    Dtype::new("F4", 2, 1),
    Dtype::new("F6_E2M3", 4, 3),
    Dtype::new("F6_E3M2", 4, 3),
    Dtype::new("U8", 1, 1),
    Dtype::new("I8", 1, 1),
    Dtype::new("F8_E5M2", 1, 1),
    Dtype::new("F8_E4M3", 1, 1),
    Dtype::new("F8_E8M0", 1, 1),
    Dtype::new("F8_E5M2FNUZ", 1, 1),
    Dtype::new("F8_E4M3FNUZ", 1, 1),
    Dtype::new("U16", 1, 2),
    Dtype::new("I16", 1, 2),
    Dtype::new("F16", 1, 2),
    Dtype::new("BF16", 1, 2),
    Dtype::new("U32", 1, 4),
    Dtype::new("I32", 1, 4),
    Dtype::new("F32", 1, 4),
    Dtype::new("U64", 1, 8),
    Dtype::new("I64", 1, 8),
    Dtype::new("F64", 1, 8),
    Dtype::new("C64", 1, 8),
];

/// Types of ggml, by number: name, elements and bytes of a block.
pub const GGML_TYPES: &[(u32, Dtype)] = &[
    (0, Dtype::new("F32", 1, 4)),
    (1, Dtype::new("F16", 1, 2)),
    (2, Dtype::new("Q4_0", 32, 18)),
    (3, Dtype::new("Q4_1", 32, 20)),
    (6, Dtype::new("Q5_0", 32, 22)),
    (7, Dtype::new("Q5_1", 32, 24)),
    (8, Dtype::new("Q8_0", 32, 34)),
    (9, Dtype::new("Q8_1", 32, 36)),
    (10, Dtype::new("Q2_K", 256, 84)),
    (11, Dtype::new("Q3_K", 256, 110)),
    (12, Dtype::new("Q4_K", 256, 144)),
    (13, Dtype::new("Q5_K", 256, 176)),
    (14, Dtype::new("Q6_K", 256, 210)),
    (15, Dtype::new("Q8_K", 256, 292)),
    (16, Dtype::new("IQ2_XXS", 256, 66)),
    (17, Dtype::new("IQ2_XS", 256, 74)),
    (18, Dtype::new("IQ3_XXS", 256, 98)),
    (19, Dtype::new("IQ1_S", 256, 50)),
    (20, Dtype::new("IQ4_NL", 32, 18)),
    (21, Dtype::new("IQ3_S", 256, 110)),
    (22, Dtype::new("IQ2_S", 256, 82)),
    (23, Dtype::new("IQ4_XS", 256, 136)),
    (24, Dtype::new("I8", 1, 1)),
    (25, Dtype::new("I16", 1, 2)),
    (26, Dtype::new("I32", 1, 4)),
    (27, Dtype::new("I64", 1, 8)),
    (28, Dtype::new("F64", 1, 8)),
    (29, Dtype::new("IQ1_M", 256, 56)),
    (30, Dtype::new("BF16", 1, 2)),
    (31, Dtype::new("Q4_0_4_4", 32, 18)),
    (32, Dtype::new("Q4_0_4_8", 32, 18)),
    (33, Dtype::new("Q4_0_8_8", 32, 18)),
    (34, Dtype::new("TQ1_0", 256, 54)),
    (35, Dtype::new("TQ2_0", 256, 66)),
    (36, Dtype::new("IQ4_NL_4_4", 32, 18)),
    (37, Dtype::new("IQ4_NL_4_8", 32, 18)),
    (38, Dtype::new("IQ4_NL_8_8", 32, 18)),
    (39, Dtype::new("MXFP4", 32, 17)),
];

/// A block type of ggml that is not in [`GGML_TYPES`]: elements are known from
/// the shape, bytes are not.
pub const GGML_UNKNOWN: Dtype = Dtype::new("unknown ggml type", 1, 0);

/// A tensor of a header. Its weights are never read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Name, as the file gives it.
    pub name: Box<str>,
    /// Element type.
    pub dtype: Dtype,
    /// Shape, outermost first. GGUF shapes are turned round to this order.
    pub shape: Box<[u64]>,
    /// Product of the shape.
    pub elements: u64,
}

/// Product of a shape; `None` when it passes 2^64.
#[must_use]
pub fn elements(shape: &[u64]) -> Option<u64> {
    // A zero anywhere makes the product zero, whatever the other sizes say.
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_u64, |a, &b| a.checked_mul(b))
}
