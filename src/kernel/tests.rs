//! Every kernel, with the lanes of this CPU and with the portable ones, against float64 by the definition. Those of WebAssembly
//! are tested as they ship, in a browser.

use std::cell::Cell;

use half::{bf16, f16};
use proptest::prelude::*;

use super::*;

thread_local! {
    /// Whether kernels use portable lanes. Work as small as here stays on its thread.
    pub static PORTABLE: Cell<bool> = const { Cell::new(false) };
}

/// Calls `test` with either kind of lanes.
fn with_either(test: impl Fn()) {
    for portable in [false, true] {
        PORTABLE.set(portable);
        test();
    }
    PORTABLE.set(false);
}

fn assert_close(ours: &[f32], theirs: impl IntoIterator<Item = f64>) {
    let theirs: Vec<f64> = theirs.into_iter().collect();
    assert_eq!(ours.len(), theirs.len());
    for (i, (&ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let difference = (f64::from(ours) - theirs).abs();
        assert!(
            difference < 2e-5 * theirs.abs().max(1.0),
            "[{i}]: {ours} is not {theirs}"
        );
    }
}

/// As many numbers as are asked for, of a seed.
fn numbers(n: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(747_796_405).wrapping_add(1);
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    std::iter::repeat_with(next).take(n).collect()
}

fn f64s(x: &[f32]) -> Vec<f64> {
    x.iter().map(|&x| f64::from(x)).collect()
}

fn dot(x: &[f32], y: impl IntoIterator<Item = f32>) -> f64 {
    x.iter().zip(y).map(|(&x, y)| f64::from(x) * f64::from(y)).sum()
}

/// A matrix `[k, n]` as panels.
fn pack(matrix: &[f32], n: usize) -> Vec<f32> {
    let mut packed = Vec::new();
    for panel in 0..panels(n) {
        for row in matrix.chunks(n) {
            packed.extend((0..PANEL).map(|i| row.get(panel * PANEL + i).copied().unwrap_or(0.0)));
        }
    }
    packed
}

fn check_linear<E: Element>(rows: usize, k: usize, n: usize, cut: usize, seed: u32, element: fn(f32) -> E) {
    let (x, bias) = (numbers(rows * k, seed), numbers(n, seed + 1));
    let weight: Vec<f32> = numbers(k * n, seed + 2)
        .into_iter()
        .map(|w| element(w).to_f32())
        .collect();
    let packed: Vec<E> = pack(&weight, n).into_iter().map(element).collect();
    let columns = cut % n..n - cut / 7 % (n - cut % n);
    let y = linear(&x, k, &packed, &bias, columns.clone());
    let expected = x.chunks(k).flat_map(|x| {
        let column = |c: usize| dot(x, weight.iter().skip(c).step_by(n).copied()) + f64::from(bias[c]);
        columns.clone().map(column).collect::<Vec<_>>()
    });
    assert_close(&y, expected);
    // A row is the same whatever is beside it.
    for (x, y) in x.chunks(k).zip(y.chunks(columns.len())) {
        assert_eq!(linear(x, k, &packed, &bias, columns.clone()), y);
    }

    let u = f64s(&numbers(n, seed + 3));
    let along = along(&packed, k, &u);
    for (along, row) in along.iter().zip(weight.chunks(n)) {
        let expected: f64 = row.iter().zip(&u).map(|(&w, u)| f64::from(w) * u).sum();
        assert!((along - expected).abs() < 1e-10, "{along} is not {expected}");
    }
    let z = f64s(&x[..k]);
    let d_head = (1..=k).rev().find(|&d| k.is_multiple_of(d) && d * d <= k).unwrap_or(1);
    let results = by_head(&packed, d_head, &z, n);
    for (head, result) in results.chunks(n).enumerate() {
        for (c, ours) in result.iter().enumerate() {
            let rows = head * d_head..(head + 1) * d_head;
            let expected: f64 = rows.map(|k| z[k] * f64::from(weight[k * n + c])).sum();
            assert!((ours - expected).abs() < 1e-10, "{ours} is not {expected}");
        }
    }

    let matrix: Vec<E> = weight.iter().copied().map(element).collect();
    let x = numbers(n, seed + 4);
    assert_close(
        &matrix_vector(&matrix, &x),
        weight.chunks(n).map(|row| dot(row, x.iter().copied())),
    );
    for (c, sum) in sum_of_rows(&matrix, n).into_iter().enumerate() {
        let expected: f64 = weight.iter().skip(c).step_by(n).map(|&w| f64::from(w)).sum();
        assert!((sum - expected).abs() < 1e-10, "{sum} is not {expected}");
    }
}

#[test]
fn threads_change_no_bit() {
    let (rows, k, n) = (24, 192, 500);
    let (x, bias, weight) = (numbers(rows * k, 1), numbers(n, 2), pack(&numbers(k * n, 3), n));
    let (large, matrix) = (numbers(1 << 16, 4), numbers(3000 * k, 5));
    let kv = numbers(rows * 2 * k, 6);
    let seen: Vec<usize> = (1..=rows).map(|seen| seen.max(rows / 2)).collect();
    let all = || {
        let attended = Attention {
            q: &x,
            kv: &[&kv],
            seen: &seen,
            n_head: 8,
            d_head: k / 8,
            scale: 1.0,
        };
        [
            linear(&x, k, &weight, &bias, 7..n - 3),
            linear(&x[..k], k, &weight, &bias, 0..n),
            attention(&attended),
            layer_norm(&large, &bias[..256], &bias[100..356], 1e-5),
            gelu_tanh(&large),
            matrix_vector(&matrix, &x[..k]),
        ]
    };
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(all)
    };
    assert_eq!(on(1), on(3));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn products_with_weights_in_every_format(rows in 1..=17usize, k in 1..=70usize, n in 1..=70usize, cut in 0..500usize, seed in 0..1000u32) {
        with_either(|| {
            check_linear(rows, k, n, cut, seed, |w| w);
            check_linear(rows, k, n, cut, seed, f16::from_f32);
            check_linear(rows, k, n, cut, seed, bf16::from_f32);
        });
    }

    #[test]
    fn attention_layer_norm_and_gelu(rows in 1..=9usize, past in 0..=9usize, n_head in 1..=3usize, d_head in 1..=70usize, cut in 0..9usize, seed in 0..1000u32) {
        let d = n_head * d_head;
        let keys = past + rows;
        let (q, kv) = (numbers(rows * d, seed), numbers(keys * 2 * d, seed + 1));
        let cut = cut.min(keys);
        let blocks = [&kv[..cut * 2 * d], &kv[cut * 2 * d..]];
        let seen: Vec<usize> = (past + 1..=keys).collect();
        let scale = 1.5 / (d_head as f32).sqrt();
        let expected: Vec<f64> = (0..rows * d).map(|i| {
            let (row, head, at) = (i / d, i % d / d_head, i % d);
            let q = &q[row * d + head * d_head..][..d_head];
            let weight = |key: usize| {
                let k = &kv[key * 2 * d + head * d_head..][..d_head];
                (dot(q, k.iter().copied()) * f64::from(scale)).exp()
            };
            let sum: f64 = (0..seen[row]).map(weight).sum();
            (0..seen[row]).map(|key| weight(key) / sum * f64::from(kv[key * 2 * d + d + at])).sum()
        }).collect();
        let (weight, bias, eps) = (numbers(d, seed + 2), numbers(d, seed + 3), 1e-3);
        let moments = |x: &[f32]| {
            let mean = f64s(x).iter().sum::<f64>() / d as f64;
            let variance = f64s(x).iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / d as f64;
            (mean, (variance + f64::from(eps)).sqrt())
        };
        with_either(|| {
            let z = attention(&Attention { q: &q, kv: &blocks, seen: &seen, n_head, d_head, scale });
            assert_close(&z, expected.iter().copied());
            let normalized = q.chunks(d).flat_map(|x| {
                let (mean, scale) = moments(x);
                let of = |i: usize| (f64::from(x[i]) - mean) / scale * f64::from(weight[i]) + f64::from(bias[i]);
                (0..d).map(of).collect::<Vec<_>>()
            });
            assert_close(&layer_norm(&q, &weight, &bias, eps), normalized);
            assert_close(&super::scale(&q, d, eps), q.chunks(d).map(|x| moments(x).1));
            // From where it is nothing to where it is x.
            let x: Vec<f32> = q.iter().map(|x| x * x * x * 120.0).collect();
            assert_close(&gelu_tanh(&x), f64s(&x).into_iter().map(|x| {
                0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x)).tanh())
            }));
        });
    }
}
