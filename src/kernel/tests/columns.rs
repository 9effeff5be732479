//! A matrix times several vectors, and what softmax needs of it, at each size where another tile, register or block begins.

use super::*;

fn check_products<E: Element>(rows: usize, n: usize, k: usize, element: fn(f32) -> E) {
    let x = numbers(n * k, 1);
    let matrix: Vec<E> = numbers(rows * k, 2).into_iter().map(element).collect();
    let columns = Columns::new(&x, k);
    let width = columns.width();
    assert_eq!(width, panels(n) * PANEL);
    let blocks = columns.products(&matrix);
    let sizes: Vec<usize> = blocks.iter().map(|block| block.len() / width).collect();
    let expected: Vec<usize> = (0..rows).step_by(BLOCK).map(|start| BLOCK.min(rows - start)).collect();
    assert_eq!(sizes, expected);
    let products = blocks.concat();
    for (row, products) in matrix.chunks(k).zip(products.chunks(width)) {
        let row: Vec<f32> = row.iter().map(|w| w.to_f32()).collect();
        assert_close(&products[..n], x.chunks(k).map(|x| dot(x, row.iter().copied())));
        assert_eq!(products[n..], vec![0.0; width - n]);
    }
    // A column is the same whatever is beside it, and so is a row.
    let last = Columns::new(&x[(n - 1) * k..], k);
    for (row, products) in matrix.chunks(k).zip(products.chunks(width)).rev().take(BLOCK + 2) {
        assert_eq!(last.products(row)[0][0].to_bits(), products[n - 1].to_bits());
    }
}

#[test]
fn products_of_every_size() {
    alone(|| {
        for rows in [0, 1, 2, 7, 8, 11, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 5] {
            for n in [1, 4, 5, 8, 9, 12, 13, 16, 17, 25, 40] {
                for k in [1, 5, 67] {
                    check_products(rows, n, k, |w| w);
                    check_products(rows, n, k, f16::from_f32);
                    check_products(rows, n, k, bf16::from_f32);
                }
            }
        }
    });
}

#[test]
fn threads_change_no_bit_of_products() {
    let (n, k) = (21, 96);
    let (columns, matrix) = (Columns::new(&numbers(n * k, 3), k), numbers(40 * BLOCK * k, 4));
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| columns.products(&matrix))
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn softmax_of_logits_that_come_by() {
    alone(|| {
        for (rows, width) in [(1, 16), (BLOCK, 16), (BLOCK + 1, 32), (3 * BLOCK, 48)] {
            let logits: Vec<f32> = numbers(rows * width, 5).iter().map(|x| x * 30.0).collect();
            let mut softmax = Softmax::new(width);
            for block in logits.chunks(BLOCK * width) {
                let [largest, smallest] = extremes(block, width);
                for column in 0..width {
                    let numbers = || block[column..].iter().step_by(width).copied();
                    assert_eq!(largest[column], numbers().fold(f32::NEG_INFINITY, f32::max));
                    assert_eq!(smallest[column], numbers().fold(f32::INFINITY, f32::min));
                }
                softmax.add(block, &largest);
            }
            for column in 0..width {
                let of_column = f64s(&logits[column..]).into_iter().step_by(width);
                let exps: Vec<f64> = of_column.map(f64::exp).collect();
                let p: Vec<f64> = exps.iter().map(|exp| exp / exps.iter().sum::<f64>()).collect();
                let entropy = -p.iter().map(|p| p * p.ln()).sum::<f64>();
                assert_equal(&[softmax.entropy(column)], [entropy], 1e-5);
                assert_equal(&[softmax.probability(column, logits[column])], [p[0]], 1e-6);
            }
        }
    });
}

#[test]
fn what_is_not_finite_is_seen() {
    let mut logits = numbers(BLOCK * PANEL, 6);
    (logits[PANEL], logits[PANEL + 1], logits[PANEL + 2]) = (f32::NAN, f32::INFINITY, f32::NEG_INFINITY);
    let mut softmax = Softmax::new(PANEL);
    let [largest, smallest] = extremes(&logits, PANEL);
    assert!(
        largest[0].is_finite() && smallest[0].is_finite(),
        "what is not a number is neither"
    );
    softmax.add(&logits, &largest);
    let finite: Vec<bool> = (0..4).map(|column| softmax.entropy(column).is_finite()).collect();
    assert_eq!(finite[..2], [false, false]);
    assert!(finite[3]);
}

#[test]
fn columns_of_another_size_are_refused() {
    const N: &[f32] = &[0.5; 12];
    let of_block = |block: usize, width, largest: usize| {
        let call = move || {
            Softmax::new(width).add(&N[..block], &N[..largest]);
            Vec::new()
        };
        Box::new(call) as Box<dyn FnOnce() -> Vec<f64>>
    };
    assert_refused([
        (
            "x is not [n, k]",
            Box::new(|| vec![Columns::new(N, 5).width() as f64]) as Box<dyn FnOnce() -> Vec<f64>>,
        ),
        ("x is not [n, k]", Box::new(|| vec![Columns::new(N, 0).width() as f64])),
        (
            "the matrix is not [rows, k]",
            Box::new(|| f64s(&Columns::new(N, 4).products(&N[..5]).concat())),
        ),
        ("the width is not of whole panels", of_block(12, 12, 12)),
        ("the width is not of whole panels", of_block(0, PANEL, 12)),
        (
            "the block is not [rows, width]",
            Box::new(|| {
                Softmax::new(PANEL).add(N, &[0.0; PANEL]);
                Vec::new()
            }),
        ),
    ]);
}
