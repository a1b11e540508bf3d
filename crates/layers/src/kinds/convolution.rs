//! Convolutions of one to three dimensions, and transposed ones.

use crate::Cost;

/// Output size of one axis: floor((n + 2 p - e (k - 1) - 1) / s) + 1; 0 where the kernel does not fit.
///
/// Dilation changes the output's size, not the number of taps (deepspeedai/DeepSpeed#2414).
pub fn output_size(n: u64, kernel: u64, stride: u64, padding: u64, dilation: u64) -> u64 {
    let reach = dilation
        .saturating_mul(kernel.saturating_sub(1))
        .saturating_add(1);
    let room = n.saturating_add(padding.saturating_mul(2));
    match room.checked_sub(reach) {
        Some(rest) if stride > 0 && kernel > 0 => rest / stride + 1,
        _ => 0,
    }
}

/// Output size of one axis of a transposed convolution: (n - 1) s - 2 p + e (k - 1) + o + 1; 0 where it would be negative.
pub fn transposed_output_size(
    n: u64,
    kernel: u64,
    stride: u64,
    padding: u64,
    dilation: u64,
    extra: u64,
) -> u64 {
    let Some(steps) = n.checked_sub(1) else {
        return 0;
    };
    steps
        .saturating_mul(stride)
        .saturating_add(dilation.saturating_mul(kernel.saturating_sub(1)))
        .saturating_add(extra)
        .saturating_add(1)
        .saturating_sub(padding.saturating_mul(2))
}

/// A convolution: D filters of product-of-kernel taps over C channels in g groups.
///
/// Parameters D K C/g (+ D); FLOP 2 x output positions x D K C/g; transposed: 2 x **input** positions x C K D/g
/// (method.md, 2; facebookresearch/fvcore#78; deepspeedai/DeepSpeed#3815).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Input sizes, one per axis.
    pub input: Vec<u64>,
    /// Kernel sizes, one per axis.
    pub kernel: Vec<u64>,
    /// Input channels.
    pub in_channels: u64,
    /// Output channels.
    pub out_channels: u64,
    /// Step of the kernel, every axis.
    pub stride: u64,
    /// Cells added on each side, every axis.
    pub padding: u64,
    /// Distance of taps, every axis.
    pub dilation: u64,
    /// Groups of channels that do not mix.
    pub groups: u64,
    /// Whether there is a bias per output channel.
    pub bias: bool,
    /// Whether it is transposed.
    pub transposed: bool,
    /// Cells added to the output of a transposed one.
    pub output_padding: u64,
}

impl Convolution {
    /// Stride 1, no padding, no dilation, one group, with bias.
    pub fn new(input: &[u64], kernel: &[u64], in_channels: u64, out_channels: u64) -> Self {
        Convolution {
            input: input.to_vec(),
            kernel: kernel.to_vec(),
            in_channels,
            out_channels,
            stride: 1,
            padding: 0,
            dilation: 1,
            groups: 1,
            bias: true,
            transposed: false,
            output_padding: 0,
        }
    }

    /// Output sizes, one per axis.
    pub fn output(&self) -> Vec<u64> {
        self.input
            .iter()
            .zip(&self.kernel)
            .map(|(&n, &k)| {
                if self.transposed {
                    transposed_output_size(
                        n,
                        k,
                        self.stride,
                        self.padding,
                        self.dilation,
                        self.output_padding,
                    )
                } else {
                    output_size(n, k, self.stride, self.padding, self.dilation)
                }
            })
            .collect()
    }

    /// Parameters and FLOP for one example.
    pub fn cost(&self) -> Cost {
        let taps = self.kernel.iter().fold(1u64, |a, &k| a.saturating_mul(k));
        let places = if self.transposed {
            self.input.clone()
        } else {
            self.output()
        };
        let places = places.iter().fold(1u64, |a, &k| a.saturating_mul(k));
        if self.transposed {
            // The weight is [in, out / g, taps] and works once per input position.
            let c = Cost::new().convolution(
                places,
                self.out_channels,
                self.in_channels,
                taps,
                self.groups,
                false,
            );
            return if self.bias {
                c.vector(self.out_channels)
            } else {
                c
            };
        }
        Cost::new().convolution(
            places,
            self.in_channels,
            self.out_channels,
            taps,
            self.groups,
            self.bias,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flop(c: &Convolution) -> Option<u128> {
        c.cost().flop.get()
    }

    #[test]
    fn published_examples() {
        let square = |n: u64, k: u64, i, o| Convolution::new(&[n, n], &[k, k], i, o);
        let stem = Convolution {
            stride: 2,
            padding: 3,
            ..square(224, 7, 3, 64)
        };
        assert_eq!(flop(&stem), Some(236_027_904));
        let article = Convolution {
            stride: 2,
            padding: 2,
            ..square(400, 5, 5, 16)
        };
        assert_eq!(
            (article.output(), flop(&article)),
            (vec![200, 200], Some(160_000_000))
        );
        assert_eq!(article.cost().parameters.get(), Some(2016));
        let depthwise = Convolution {
            padding: 1,
            groups: 32,
            ..square(112, 3, 32, 32)
        };
        assert_eq!(flop(&depthwise), Some(7_225_344));
        let dilated = Convolution {
            padding: 2,
            dilation: 2,
            ..square(16, 3, 8, 8)
        };
        assert_eq!(flop(&dilated), Some(294_912));
        let line = Convolution {
            padding: 1,
            ..Convolution::new(&[512], &[3], 1000, 1000)
        };
        assert_eq!(flop(&line), Some(3_072_000_000));
        // gmalivenko/onnx-opcounter: depthwise of 4 channels, 8 x 8.
        assert_eq!(
            flop(&Convolution {
                padding: 1,
                groups: 4,
                ..square(8, 3, 4, 4)
            }),
            Some(4_608)
        );
        // Padding "same" with an even kernel: output = input.
        assert_eq!(
            Cost::new().convolution(64, 2, 3, 16, 1, true).flop.get(),
            Some(12_288)
        );
    }

    #[test]
    fn transposed_examples() {
        let t = |n: u64, k: u64, i, o, stride, padding, groups| Convolution {
            transposed: true,
            stride,
            padding,
            groups,
            ..Convolution::new(&[n, n], &[k, k], i, o)
        };
        assert_eq!(flop(&t(2, 2, 3, 1, 2, 0, 1)), Some(96));
        assert_eq!(flop(&t(8, 2, 6, 6, 2, 0, 3)), Some(6_144));
        let deconv = t(4, 4, 1024, 512, 2, 1, 1);
        assert_eq!(
            (deconv.output(), flop(&deconv)),
            (vec![8, 8], Some(268_435_456))
        );
        // pytorch/pytorch#119806: three times the forward pass.
        let big = Convolution {
            input: vec![30, 96],
            ..t(1, 2, 192, 384, 2, 0, 1)
        };
        assert_eq!(flop(&big).map(|n| n * 6 * 3), Some(30_576_476_160));
    }

    #[test]
    fn hostile_sizes_do_not_wrap() {
        assert_eq!(output_size(3, 5, 1, 0, 1), 0);
        assert_eq!(output_size(3, 5, 0, 9, 1), 0);
        assert_eq!(transposed_output_size(0, 5, 1, 0, 1, 0), 0);
        let c = Convolution::new(&[u64::MAX, u64::MAX], &[3, 3], u64::MAX, u64::MAX);
        assert_eq!(c.cost().flop.get(), None);
    }
}
