//! Products of more than a block and a tile.

use super::*;

/// Of more blocks than one, and more rows than a tile: so many that they fetch the next panel ahead, and that their sums wait in parts.
#[test]
fn products_of_many_rows() {
    alone(|| {
        for (rows, k, n) in [(67, 130, 20), (900, 129, 80), (1, 257, 41)] {
            let (x, bias, weight) = (numbers(rows * k, 1), numbers(n, 2), numbers(k * n, 3));
            let packed = pack(&weight, n);
            let y = linear(&x, k, &packed, &bias, 0..n);
            for row in [0, rows / 2, rows - 1] {
                let (x, y) = (&x[row * k..][..k], &y[row * n..][..n]);
                let column = |c: usize| dot(x, weight.iter().skip(c).step_by(n).copied()) + f64::from(bias[c]);
                assert_close(y, (0..n).map(column));
                assert_eq!(linear(x, k, &packed, &bias, 0..n), y);
            }
        }
    });
}
