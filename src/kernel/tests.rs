//! Every kernel, with the lanes of this CPU and with the portable ones, against float64 by the definition. Those of WebAssembly
//! are tested as they ship, in a browser.

mod columns;
mod linear;
mod team;

use std::cell::Cell;

use half::{bf16, f16};
use proptest::prelude::*;

use super::parallel::{area, parts};
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

/// Calls `test` with either kind of lanes, on this thread alone.
fn alone(test: impl Fn() + Send + Sync) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    pool.build().unwrap().install(|| with_either(test));
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

/// Of float64 sums; a number is off by `most` of its size, or of 1.
fn assert_equal(ours: &[f64], theirs: impl IntoIterator<Item = f64>, most: f64) {
    let theirs: Vec<f64> = theirs.into_iter().collect();
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(theirs) {
        let difference = (ours - theirs).abs();
        assert!(difference < most * theirs.abs().max(1.0), "{ours} is not {theirs}");
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

/// A matrix `[k, n]` as it is kept.
fn pack(matrix: &[f32], n: usize) -> Vec<f32> {
    let k = matrix.len() / n;
    let mut packed = vec![0.0; packed_len(k, n) as usize];
    for (i, &w) in matrix.iter().enumerate() {
        packed[place(i / n, i % n, k, n)] = w;
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

    let rows = cut % k..k - cut / 5 % (k - cut % k);
    let u = f64s(&numbers(columns.len(), seed + 3));
    let product = |row: usize, power: i32| -> f64 {
        let of_row = &weight[row * n..][columns.clone()];
        of_row
            .iter()
            .zip(&u)
            .map(|(&w, u)| (f64::from(w) * u).powi(power))
            .sum()
    };
    let sums = along::<_, false>(&packed, k, n, rows.clone(), columns.clone(), &u);
    let squares = along::<_, true>(&packed, k, n, rows.clone(), columns.clone(), &u);
    assert_equal(&sums, rows.clone().map(|row| product(row, 1)), 1e-10);
    assert_equal(&squares, rows.map(|row| product(row, 2)), 1e-6);
    let z = f64s(&x[..k]);
    let d_head = (1..=k).rev().find(|&d| k.is_multiple_of(d) && d * d <= k).unwrap_or(1);
    let results = by_head(&packed, d_head, &z, n);
    for (head, result) in results.chunks(n).enumerate() {
        let of_column = |c: usize| -> f64 {
            let rows = head * d_head..(head + 1) * d_head;
            rows.map(|k| z[k] * f64::from(weight[k * n + c])).sum()
        };
        assert_equal(result, (0..n).map(of_column), 1e-10);
    }

    let matrix: Vec<E> = weight.iter().copied().map(element).collect();
    let x = numbers(n, seed + 4);
    assert_close(
        &matrix_vector(&matrix, &x),
        weight.chunks(n).map(|row| dot(row, x.iter().copied())),
    );
    let of_column = |c: usize| -> f64 { weight.iter().skip(c).step_by(n).map(|&w| f64::from(w)).sum() };
    assert_equal(&sum_of_rows(&matrix, n, |_| 1.0), (0..n).map(of_column), 1e-10);
    let at = cut % k;
    assert_eq!(row(&packed, k, n, at), weight[at * n..][..n]);
    let squares = weight.chunks(n).map(|row| f64s(row).iter().map(|w| w * w).sum());
    assert_equal(&squared_rows(&packed, k), squares, 1e-10);
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

/// Calls each with its message, by which it must be refused.
#[track_caller]
fn assert_refused(cases: impl IntoIterator<Item = (&'static str, Box<dyn FnOnce() -> Vec<f64>>)>) {
    for (message, call) in cases {
        let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).expect_err(message);
        let said = refused.downcast_ref::<&str>().map(ToString::to_string);
        let said = said.or_else(|| refused.downcast_ref::<String>().cloned()).unwrap();
        assert_eq!(said, message);
    }
}

/// Each of these would be read, or written, beyond its end.
#[test]
fn slices_of_another_size_are_refused() {
    const N: &[f32] = &[0.5; 6 * PANEL];
    let linear = |x: usize, k, weight: usize, bias: usize, columns: std::ops::Range<usize>| {
        let call = move || f64s(&linear(&N[..x], k, &N[..weight], &N[..bias], columns));
        Box::new(call) as Box<dyn FnOnce() -> Vec<f64>>
    };
    let attention = |q: usize, kv: &'static [usize], seen: &'static [usize], n_head, d_head| {
        let call = move || {
            let kv: Vec<&[f32]> = kv.iter().map(|&n| &N[..n]).collect();
            let (q, kv, scale) = (&N[..q], &kv[..], 1.0);
            f64s(&attention(&Attention {
                q,
                kv,
                seen,
                n_head,
                d_head,
                scale,
            }))
        };
        Box::new(call) as Box<dyn FnOnce() -> Vec<f64>>
    };
    let layer_norm = |x: usize, weight: usize, bias: usize| {
        let call = move || f64s(&layer_norm(&N[..x], &N[..weight], &N[..bias], 1e-5));
        Box::new(call) as Box<dyn FnOnce() -> Vec<f64>>
    };
    let along = |weight: usize, k, n, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>, u: usize| {
        let call = move || along::<_, false>(&N[..weight], k, n, rows, columns, &f64s(&N[..u]));
        Box::new(call) as Box<dyn FnOnce() -> Vec<f64>>
    };
    let dots = |matrix: usize, width, columns: std::ops::Range<usize>, x: usize| {
        let call = move || dots_f64::<false>(&N[..matrix], width, columns, &f64s(&N[..x]));
        Box::new(call) as Box<dyn FnOnce() -> Vec<f64>>
    };
    let pattern = |q: usize, kv: usize, seen: &'static [usize], head| {
        let call = move || {
            let mut of_heads = patterns(
                &Attention {
                    q: &N[..q],
                    kv: &[&N[..kv]],
                    seen,
                    n_head: 2,
                    d_head: 3,
                    scale: 1.0,
                },
                head..head + 1,
            );
            let [_, pattern] = of_heads.swap_remove(0);
            f64s(&pattern)
        };
        Box::new(call) as Box<dyn FnOnce() -> Vec<f64>>
    };
    let heads = |weight: usize, d_head, z: usize, n| {
        let call = move || by_head(&N[..weight], d_head, &f64s(&N[..z]), n);
        Box::new(call) as Box<dyn FnOnce() -> Vec<f64>>
    };
    let (of_x, of_weight, of_columns) = (
        "x is not [rows, k]",
        "the weight is not [k, n] as panels",
        "columns are not of the n",
    );
    let (of_q, of_kv, of_seen) = (
        "q is not [rows, d]",
        "kv is not of blocks [.., 2 d]",
        "a query sees no key, or more than there are",
    );
    assert_eq!(
        linear(4, 2, 4 * PANEL, PANEL + 1, 3..PANEL + 1)().len(),
        2 * (PANEL - 2)
    );
    assert_eq!(attention(12, &[24, 12], &[2, 3], 2, 3)().len(), 12);
    assert_eq!(layer_norm(12, 6, 6)().len(), 12);
    assert_eq!(heads(4 * PANEL, 2, 4, 5)().len(), 10);
    assert_eq!(along(4 * PANEL, 2, PANEL + 1, 1..2, 3..PANEL + 1, PANEL - 2)().len(), 1);
    assert_eq!(dots(12, 6, 2..5, 3)().len(), 2);
    assert_eq!(
        pattern(12, 36, &[2, 3], 1)(),
        [0.5, 0.5, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0].map(|x: f32| f64::from(x))
    );
    let (of_rows, of_u) = ("the rows are not of the k", "u is not of columns of the n");
    let (of_matrix, of_dots) = ("the matrix is not [rows, width]", "x is not of columns of the width");
    assert_refused([
        (of_x, linear(5, 2, 4 * PANEL, PANEL + 1, 3..PANEL + 1)),
        (of_x, linear(4, 0, 4 * PANEL, PANEL + 1, 3..PANEL + 1)),
        (of_weight, linear(4, 2, 4 * PANEL - 1, PANEL + 1, 3..PANEL + 1)),
        (of_weight, linear(4, 2, 4 * PANEL, PANEL, 3..PANEL)),
        (of_columns, linear(4, 2, 4 * PANEL, PANEL + 1, 3..PANEL + 2)),
        (of_columns, linear(4, 2, 4 * PANEL, PANEL + 1, 3..3)),
        (of_q, attention(11, &[24, 12], &[2, 3], 2, 3)),
        (of_q, attention(12, &[24, 12], &[3], 2, 3)),
        (of_kv, attention(12, &[24, 11], &[2, 3], 2, 3)),
        (of_seen, attention(12, &[24, 12], &[2, 4], 2, 3)),
        (of_seen, attention(12, &[24, 12], &[0, 3], 2, 3)),
        ("there are no heads", attention(0, &[], &[], 0, 3)),
        ("x is not [rows, d]", layer_norm(11, 6, 6)),
        ("the bias is not [d]", layer_norm(12, 6, 5)),
        ("the weight is empty", layer_norm(12, 0, 0)),
        (of_weight, heads(4 * PANEL - 1, 2, 4, 5)),
        (of_weight, heads(4 * PANEL, 2, 4, PANEL + 1)),
        ("z is not of heads", heads(4 * PANEL, 3, 4, 5)),
        ("z is not of heads", heads(4 * PANEL, 0, 4, 5)),
        (
            of_weight,
            along(4 * PANEL - 1, 2, PANEL + 1, 0..2, 0..PANEL + 1, PANEL + 1),
        ),
        (of_weight, along(4 * PANEL, 2, PANEL, 0..2, 0..PANEL, PANEL)),
        (of_weight, along(0, 0, PANEL + 1, 0..0, 0..PANEL + 1, PANEL + 1)),
        (of_rows, along(4 * PANEL, 2, PANEL + 1, 1..3, 0..PANEL + 1, PANEL + 1)),
        (of_u, along(4 * PANEL, 2, PANEL + 1, 0..2, 0..PANEL + 2, PANEL + 2)),
        (of_u, along(4 * PANEL, 2, PANEL + 1, 0..2, 3..PANEL + 1, PANEL + 1)),
        (of_u, along(4 * PANEL, 2, PANEL + 1, 0..2, 3..3, 0)),
        (of_weight, Box::new(|| squared_rows(&N[..3 * PANEL], 2))),
        (of_matrix, dots(11, 6, 0..6, 6)),
        (of_matrix, dots(12, 0, 0..0, 0)),
        (of_dots, dots(12, 6, 2..7, 5)),
        (of_dots, dots(12, 6, 2..5, 4)),
        (of_q, pattern(11, 36, &[2, 3], 0)),
        (of_kv, pattern(12, 35, &[2, 3], 0)),
        (of_seen, pattern(12, 36, &[2, 4], 0)),
        ("there are no such heads", pattern(12, 36, &[2, 3], 2)),
        ("x is not [rows, d]", Box::new(|| f64s(&super::scale(N, 7, 1e-5)))),
        (
            "the matrix is not [rows, k]",
            Box::new(|| f64s(&matrix_vector(N, &N[..7]))),
        ),
        ("x is empty", Box::new(|| f64s(&matrix_vector(N, &[])))),
        ("the matrix is not [rows, k]", Box::new(|| sum_of_rows(N, 7, |_| 1.0))),
    ]);
}

/// What 32 bits would make another number. A browser's own are tested in www/wasm/tests.
#[test]
fn sizes_do_not_wrap() {
    // GPT-2 medium's MLP of 1,024 tokens: 2^32 multiplications, which are worth all parts of four threads.
    assert_eq!(parts(4096 / PANEL, 1024 * 1024 * PANEL as u64, 4), 16);
    assert_eq!(parts(usize::MAX, u64::MAX, 4), 16);
    assert_eq!(parts(0, u64::MAX, 4), 1);
    assert_eq!(parts(3, 1 << 18, 4), 3);
    assert_eq!(packed_len(536_870_913, 1), (1 << 32) + 8);
    assert_eq!(packed_len(usize::MAX, usize::MAX), u64::MAX);
    assert_eq!(area(1024, 4096), 1 << 22);
    for (rows, width) in [(usize::MAX, 3), (1, usize::MAX / 4)] {
        let refused = std::panic::catch_unwind(|| area(rows, width)).unwrap_err();
        assert_eq!(
            refused.downcast_ref::<String>().unwrap(),
            &format!("{rows} rows of {width} numbers are more than memory can hold")
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn products_with_weights_in_every_format(rows in 1..=17usize, k in 1..=200usize, n in 1..=70usize, cut in 0..500usize, seed in 0..1000u32) {
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
        let weight_of = |row: usize, head: usize, key: usize| {
            let q = &q[row * d + head * d_head..][..d_head];
            let k = &kv[key * 2 * d + head * d_head..][..d_head];
            (dot(q, k.iter().copied()) * f64::from(scale)).exp()
        };
        let expected: Vec<f64> = (0..rows * d).map(|i| {
            let (row, head, at) = (i / d, i % d / d_head, i % d);
            let weight = |key: usize| weight_of(row, head, key);
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
            let attended = Attention { q: &q, kv: &blocks, seen: &seen, n_head, d_head, scale };
            let z = attention(&attended);
            assert_close(&z, expected.iter().copied());
            let of_heads = patterns(&attended, 0..n_head);
            for (head, of_head) in of_heads.iter().enumerate() {
                assert_eq!(&patterns(&attended, head..head + 1)[0], of_head);
                let [scores, pattern] = of_head;
                let mut at = 0;
                for (row, &seen) in seen.iter().enumerate() {
                    let (scores, pattern) = (&scores[at..at + seen], &pattern[at..at + seen]);
                    let exp: Vec<f64> = (0..seen).map(|key| weight_of(row, head, key)).collect();
                    assert_close(scores, exp.iter().map(|exp| exp.ln()));
                    assert_close(pattern, exp.iter().map(|x| x / exp.iter().sum::<f64>()));
                    at += seen;
                }
                assert_eq!((scores.len(), pattern.len()), (at, at));
                let values = d + head * d_head..d + (head + 1) * d_head;
                let x = f64s(&q[..d_head]);
                let of_key = |key: usize, power| {
                    let v = &kv[key * 2 * d..][values.clone()];
                    v.iter().zip(&x).map(|(&v, x)| (f64::from(v) * x).powi(power)).sum()
                };
                let [products, squares] = [
                    dots_f64::<false>(&kv, 2 * d, values.clone(), &x),
                    dots_f64::<true>(&kv, 2 * d, values.clone(), &x),
                ];
                assert_equal(&products, (0..keys).map(|key| of_key(key, 1)), 1e-10);
                assert_equal(&squares, (0..keys).map(|key| of_key(key, 2)), 1e-6);
                let by_head = dots_by_head(&kv, 2 * d, d, d_head, &[0.5].repeat(d));
                let one = dots_f64::<false>(&kv, 2 * d, values, &[0.5].repeat(d_head));
                assert_eq!(by_head[head * keys..(head + 1) * keys], one);
            }
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
