//! What is drawn, named or walked through first.

/// The indices, those of a large size first; of one size, in their own order. One function for all, whatever is sized: sorting
/// weighs as much as a kind of chart.
pub(super) fn largest_first(indices: impl Iterator<Item = usize>, size: &dyn Fn(usize) -> f64) -> Vec<usize> {
    fn sort(order: &mut [usize], size: &dyn Fn(usize) -> f64) {
        order.sort_by(|&a, &b| size(b).total_cmp(&size(a)));
    }
    let mut order: Vec<usize> = indices.collect();
    sort(&mut order, size);
    order
}
