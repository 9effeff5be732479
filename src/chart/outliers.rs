//! Which points of a scatter are worth a name.

use super::order::largest_first;

/// Points nearer than this share of the farthest are not.
const WORTH_SAYING: f64 = 0.08;

/// The points farthest from the diagonal and those farthest from zero by turns, each once.
pub(super) fn outliers(points: &[(f64, f64)]) -> Vec<usize> {
    let from_zero = |(x, y): (f64, f64)| x.hypot(y);
    let from_diagonal = |(x, y): (f64, f64)| (y - x).abs() / std::f64::consts::SQRT_2;
    let farthest = points.iter().copied().map(from_zero).fold(0.0, f64::max);
    let by = |away: &dyn Fn((f64, f64)) -> f64| {
        let worth = |&i: &usize| away(points[i]) > WORTH_SAYING * farthest;
        largest_first((0..points.len()).filter(worth), &|i| away(points[i]))
    };
    let (off, far) = (by(&from_diagonal), by(&from_zero));
    let turns = (0..off.len().max(far.len())).flat_map(|k| [off.get(k), far.get(k)]);
    let mut seen = vec![false; points.len()];
    turns
        .flatten()
        .copied()
        .filter(|&i| !std::mem::replace(&mut seen[i], true))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_off_the_diagonal_and_what_is_far_take_turns() {
        let points = [(0.1, 0.1), (5.0, 5.0), (0.0, 3.0), (-1.0, 1.0), (4.0, 4.1), (0.0, 0.0)];
        assert_eq!(outliers(&points), [2, 1, 3, 4]);
        assert_eq!(outliers(&[]), [0usize; 0]);
        assert_eq!(outliers(&[(0.0, 0.0)]), [0usize; 0]);
    }
}
