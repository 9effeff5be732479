//! Several files as one input: each after a line `=== NAME`.

use std::collections::BTreeMap;

const MARK: &[u8] = b"=== ";

/// The files by their names, which are at most 255 bytes.
pub fn split(data: &[u8]) -> BTreeMap<&str, &[u8]> {
    let starts: Vec<usize> = (data.windows(MARK.len()).enumerate())
        .filter(|&(at, window)| window == MARK && (at == 0 || data[at - 1] == b'\n'))
        .map(|(at, _)| at)
        .collect();
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([data.len()]);
    let file = |(&start, end): (&usize, usize)| {
        let file = data.get(start + MARK.len()..end)?;
        let line = file.iter().position(|&byte| byte == b'\n')?;
        Some((str::from_utf8(&file[..line.min(255)]).ok()?, &file[line + 1..]))
    };
    starts.iter().zip(ends).filter_map(file).collect()
}

/// The same bytes in chunks of a size, 0 for all at once.
pub fn chunks(bytes: &[u8], size: u8) -> impl Iterator<Item = &[u8]> {
    let size = if size == 0 { bytes.len() } else { size.into() };
    bytes.chunks(size.max(1))
}
