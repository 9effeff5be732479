//! Causal attention.

use std::ops::Range;

use super::dot::dots;
use super::lanes::{Kernel, Lanes, with_lanes};
use super::parallel::{Shared, area, filled, share_rows};

/// Keys whose scores are computed at a time.
const KEYS: usize = 4;
/// Registers of z that are added up at a time.
const Z: usize = 8;

/// What attention reads.
pub(crate) struct Attention<'a> {
    /// The queries, `[rows, n_head * d_head]`.
    pub q: &'a [f32],
    /// The keys and values that come before and with the queries, in blocks of rows `[.., 2 * n_head * d_head]`: a row is
    /// a token's keys, and then its values.
    pub kv: &'a [&'a [f32]],
    /// The number of keys that each query sees, `[rows]`.
    pub seen: &'a [usize],
    pub n_head: usize,
    pub d_head: usize,
    /// What scores are multiplied by.
    pub scale: f32,
}

/// The values mixed by softmax of the scores, `[rows, n_head * d_head]`.
///
/// # Panics
/// If there are no heads, one of the slices is not of its size, or a query sees no key or one that is not there.
pub(crate) fn attention(attention: &Attention) -> Vec<f32> {
    check(attention);
    let products: u64 = attention.seen.iter().map(|&seen| seen as u64).sum();
    // SAFETY: each head is of one part, and writes its share of every query's row.
    unsafe {
        filled(attention.q.len(), |z| {
            let cost = products.saturating_mul(2 * attention.d_head as u64 + 20);
            share_rows(attention.seen.len(), attention.n_head, cost, |heads| {
                for head in heads {
                    with_lanes(Head { attention, head, z });
                }
            });
        })
    }
}

/// The scores of some heads, before softmax, and what softmax makes of them, as [`attention`] mixes values by, `[head]`; a row
/// of as many keys as it sees after the other.
///
/// # Panics
/// As [`attention`], or if there are no such heads.
pub(crate) fn patterns(attention: &Attention, heads: Range<usize>) -> Vec<[Vec<f32>; 2]> {
    check(attention);
    assert!(
        heads.start <= heads.end && heads.end <= attention.n_head,
        "there are no such heads"
    );
    let mut of_heads = vec![[Vec::new(), Vec::new()]; heads.len()];
    with_lanes(Patterns {
        attention,
        first: heads.start,
        of_heads: &mut of_heads,
    });
    of_heads
}

/// The values of the first keys, of some columns, weighted by a pattern `[key]`, as [`attention`] mixes them; `kv` is in blocks of
/// rows `[.., 2 d]`, of which the columns are within the d.
///
/// # Panics
/// If there are not as many keys as the pattern has, or no such columns.
pub(crate) fn mixed(pattern: &[f32], kv: &[&[f32]], d: usize, columns: Range<usize>) -> Vec<f32> {
    assert!(
        columns.start <= columns.end && columns.end <= d,
        "the columns are not of the d"
    );
    let row = area(2, d);
    assert!(
        d > 0 && kv.iter().all(|block| block.len().is_multiple_of(row)),
        "kv is not of blocks [.., 2 d]"
    );
    let rows = kv.iter().flat_map(|block| block.chunks_exact(row));
    let keys: Vec<*const f32> = rows
        .take(pattern.len())
        .map(|row| row[columns.start..].as_ptr())
        .collect();
    assert!(keys.len() == pattern.len(), "there are not as many keys");
    let mut z = vec![0.0; columns.len()];
    with_lanes(Mixed {
        pattern,
        keys: &keys,
        d,
        z: &mut z,
    });
    z
}

/// Of sizes that were checked.
struct Mixed<'a> {
    pattern: &'a [f32],
    keys: &'a [*const f32],
    d: usize,
    z: &'a mut [f32],
}

impl Kernel for Mixed<'_> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        // SAFETY: the caller promises the instructions. From each key on, its row has d numbers and, of the values, as many as z.
        unsafe { mix::<L>(self.pattern, self.keys, self.d, self.z.len(), self.z.as_mut_ptr()) };
    }
}

fn check(attention: &Attention) {
    let &Attention { q, kv, seen, .. } = attention;
    let d = area(attention.n_head, attention.d_head);
    let row = area(2, d);
    assert!(d > 0, "there are no heads");
    assert!(q.len() == area(seen.len(), d), "q is not [rows, d]");
    assert!(
        kv.iter().all(|block| block.len().is_multiple_of(row)),
        "kv is not of blocks [.., 2 d]"
    );
    let keys: usize = kv.iter().map(|block| block.len() / row).sum();
    assert!(
        seen.iter().all(|seen| (1..=keys).contains(seen)),
        "a query sees no key, or more than there are"
    );
}

/// One head of an [`Attention`] whose sizes were checked.
struct Head<'a> {
    attention: &'a Attention<'a>,
    head: usize,
    /// As many numbers as q.
    z: Shared,
}

impl Kernel for Head<'_> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Attention { q, d_head, .. } = *self.attention;
        let d = self.attention.n_head * d_head;
        let at = self.head * d_head;
        let rows = self.attention.rows();
        let mut pattern = Vec::new();
        for (i, &seen) in self.attention.seen.iter().enumerate() {
            let rows = &rows[..seen];
            let q = &q[i * d + at..][..d_head];
            pattern.clear();
            // SAFETY: the caller promises the instructions. A row of kv has 2 d numbers: from `at` on d_head keys, and d further
            // as many values. A row of z has d.
            unsafe {
                self.attention.scores::<L>(q, rows, at, &mut pattern);
                softmax::<L>(&mut pattern, seen);
                mix::<L>(&pattern[..seen], rows, d + at, d_head, self.z.at(i * d + at, d_head));
            }
        }
    }
}

/// The patterns of some heads of an [`Attention`] whose sizes were checked.
struct Patterns<'a> {
    attention: &'a Attention<'a>,
    first: usize,
    /// Scores, and patterns, of as many heads from the first on.
    of_heads: &'a mut [[Vec<f32>; 2]],
}

impl Kernel for Patterns<'_> {
    /// A few keys of all heads at a time, in the order of memory.
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Attention { q, d_head, .. } = *self.attention;
        let d = self.attention.n_head * d_head;
        let rows = self.attention.rows();
        for (i, &seen) in self.attention.seen.iter().enumerate() {
            for few in rows[..seen].chunks(KEYS) {
                for (head, [scores, _]) in self.of_heads.iter_mut().enumerate() {
                    let at = (self.first + head) * d_head;
                    let q = &q[i * d + at..][..d_head];
                    // SAFETY: the caller promises the instructions; a row of kv has d_head keys from where those of the head begin.
                    unsafe { self.attention.scores::<L>(q, few, at, scores) };
                }
            }
            for [scores, patterns] in &mut *self.of_heads {
                let mut row = scores[scores.len() - seen..].to_vec();
                // SAFETY: the caller promises the instructions.
                unsafe { softmax::<L>(&mut row, seen) };
                patterns.extend_from_slice(&row[..seen]);
            }
        }
    }
}

impl Attention<'_> {
    /// Where the rows of keys are; its values are d further.
    fn rows(&self) -> Vec<*const f32> {
        let row = 2 * self.n_head * self.d_head;
        let rows = self.kv.iter().flat_map(|block| block.chunks_exact(row));
        rows.map(<[f32]>::as_ptr).collect()
    }

    /// Adds the scores of a query with the keys that are `at` some place of rows.
    ///
    /// # Safety
    /// The CPU must have `L`'s instructions, and each of the rows must be good for reading as many numbers as q has from there on.
    #[inline(always)]
    unsafe fn scores<L: Lanes>(&self, q: &[f32], rows: &[*const f32], at: usize, scores: &mut Vec<f32>) {
        for few in rows.chunks(KEYS) {
            // SAFETY: by the caller's promises.
            let products = unsafe {
                let keys: [*const f32; KEYS] = std::array::from_fn(|i| few[i.min(few.len() - 1)].add(at));
                dots::<L, f32, KEYS>(keys, q)
            };
            scores.extend(products.iter().take(few.len()).map(|product| product * self.scale));
        }
    }
}

/// Softmax of the first `n` scores. What is beyond them, up to a whole register, is not looked at.
///
/// # Safety
/// The CPU must have `L`'s instructions.
#[inline(always)]
unsafe fn softmax<L: Lanes>(scores: &mut Vec<f32>, n: usize) {
    scores.resize(n.next_multiple_of(L::N), f32::NEG_INFINITY);
    let registers = || (0..n).step_by(L::N);
    // SAFETY: the caller promises the instructions; there are scores up to a multiple of N, so N from each smaller one on.
    unsafe {
        let mut max = L::splat(f32::NEG_INFINITY);
        for i in registers() {
            max = max.max(L::load(scores.as_ptr().add(i)));
        }
        let max = L::splat(max.largest());
        for i in registers() {
            let at = scores.as_mut_ptr().add(i);
            L::load(at).sub(max).exp().store(at);
        }
        scores[n..].fill(0.0);
        let mut sum = L::splat(0.0);
        for i in registers() {
            sum = sum.add(L::load(scores.as_ptr().add(i)));
        }
        let sum = L::splat(sum.sum());
        for i in registers() {
            let at = scores.as_mut_ptr().add(i);
            L::load(at).div(sum).store(at);
        }
    }
}

/// The values, which begin at `start` in their rows, weighted by the pattern.
///
/// # Safety
/// The CPU must have `L`'s instructions. The rows must be good for reading `start` + `d_head` numbers, and z for writing `d_head`.
#[inline(always)]
unsafe fn mix<L: Lanes>(pattern: &[f32], rows: &[*const f32], start: usize, d_head: usize, z: *mut f32) {
    let mut at = 0;
    // SAFETY: by the caller's promises, since all that is read and written is below d_head.
    unsafe {
        macro_rules! registers {
            ($($n:expr)*) => {$(
                while d_head - at >= $n * L::N {
                    let mut sums = [L::splat(0.0); $n];
                    for (&weight, row) in pattern.iter().zip(rows) {
                        let (weight, row) = (L::splat(weight), row.add(start + at));
                        for (i, sum) in sums.iter_mut().enumerate() {
                            *sum = weight.mul_add(L::load(row.add(i * L::N)), *sum);
                        }
                    }
                    for (i, sum) in sums.into_iter().enumerate() {
                        sum.store(z.add(at + i * L::N));
                    }
                    at += $n * L::N;
                }
            )*};
        }
        registers!(Z 1);
        for i in at..d_head {
            let products = pattern
                .iter()
                .zip(rows)
                .map(|(weight, row)| weight * *row.add(start + i));
            *z.add(i) = products.sum();
        }
    }
}
