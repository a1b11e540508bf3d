//! A large file that is never made: its headers are kept, its weights are zeros
//! that are answered when somebody asks.
#![allow(dead_code)] // Each user takes its own part.

use super::{bytes, info, node, number, sizes, text, varint};

/// A file in pieces: bytes, or a run of zeros.
pub struct Sparse {
    /// Start of each piece, and its bytes (`None`: zeros).
    pieces: Vec<(u64, Option<Vec<u8>>)>,
    pub size: u64,
}

impl Sparse {
    fn new() -> Self {
        Self {
            pieces: Vec::new(),
            size: 0,
        }
    }

    fn push(&mut self, bytes: Vec<u8>) {
        let len = bytes.len() as u64;
        self.pieces.push((self.size, Some(bytes)));
        self.size += len;
    }

    fn zeros(&mut self, len: u64) {
        self.pieces.push((self.size, None));
        self.size += len;
    }

    /// The bytes of a range.
    pub fn read(&self, from: u64, len: u64) -> Vec<u8> {
        let mut out = vec![0; len as usize];
        let first = self
            .pieces
            .partition_point(|(start, _)| *start <= from)
            .saturating_sub(1);
        for (start, piece) in &self.pieces[first..] {
            if *start >= from + len {
                break;
            }
            let Some(piece) = piece else { continue };
            let begin = from.max(*start);
            let end = (from + len).min(start + piece.len() as u64);
            if begin < end {
                out[(begin - from) as usize..(end - from) as usize]
                    .copy_from_slice(&piece[(begin - start) as usize..(end - start) as usize]);
            }
        }
        out
    }
}

/// A stack of `layers` products of width `width` on 10 rows, weights stored inside.
/// Gives the file, its parameters and its FLOP.
pub fn stack(layers: usize, width: u64) -> (Sparse, u128, u128) {
    let data = width * width * 4;
    let mut nodes = Vec::new();
    for layer in 0..layers {
        let from = if layer == 0 {
            "x".to_owned()
        } else {
            format!("h{}", layer - 1)
        };
        let mut one = node(
            "MatMul",
            &[&from, &format!("layers.{layer}.w")],
            &[&format!("h{layer}")],
            &[],
        );
        one.extend(text(3, &format!("/layers.{layer}/MatMul")));
        nodes.extend(bytes(1, &one));
    }
    let mut heads = Vec::new();
    let mut graph = nodes.len() as u64;
    for layer in 0..layers {
        let mut tensor = number(1, width as i64);
        tensor.extend(number(1, width as i64));
        tensor.extend(number(2, 1));
        tensor.extend(text(8, &format!("layers.{layer}.w")));
        tensor.push(9 << 3 | 2);
        varint(data, &mut tensor);
        let mut head = vec![5 << 3 | 2];
        varint(tensor.len() as u64 + data, &mut head);
        head.extend(tensor);
        graph += head.len() as u64 + data;
        heads.push(head);
    }
    let mut tail = bytes(11, &info("x", 1, &sizes(&[10, width])));
    tail.extend(bytes(12, &info(&format!("h{}", layers - 1), 1, &[])));
    graph += tail.len() as u64;
    let mut out = Sparse::new();
    let mut front = number(1, 9);
    front.push(7 << 3 | 2);
    varint(graph, &mut front);
    front.extend(nodes);
    out.push(front);
    for head in heads {
        out.push(head);
        out.zeros(data);
    }
    tail.extend(bytes(8, &number(2, 17)));
    out.push(tail);
    let each = u128::from(width) * u128::from(width) * layers as u128;
    (out, each, 2 * 10 * each)
}
