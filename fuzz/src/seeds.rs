/// By target.
const SEEDS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/seeds.rs"));

/// The inputs that are kept for a target: its corpus, and all that ever broke something.
pub fn seeds(target: &str) -> Vec<&'static [u8]> {
    let of_target = SEEDS.iter().filter(|(of, _)| *of == target);
    of_target.map(|&(_, input)| input).collect()
}
