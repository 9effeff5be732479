//! What belongs to what, across units: by it a part that is selected in one chart is marked in all.

use crate::attribution::Part;

/// Which of `parts` are `part`, contain it, or are contained in it. A state of the residual stream (`3_mid`) is none of
/// the parts that wrote to it: it shares a layer with them, and nothing else.
pub(super) fn belonging(part: Part, parts: &[Part]) -> Vec<usize> {
    let related = |other: Part| {
        other == part
            || matches!(
                (part, other),
                (Part::Head { layer: a, .. }, Part::AttnOut(b)) | (Part::AttnOut(a), Part::Head { layer: b, .. }) if a == b
            )
            || matches!(
                (part, other),
                (Part::Remainder, Part::Embed | Part::PosEmbed | Part::MlpOut(_))
                    | (Part::Embed | Part::PosEmbed | Part::MlpOut(_), Part::Remainder)
            )
    };
    (0..parts.len()).filter(|&i| related(parts[i])).collect()
}
