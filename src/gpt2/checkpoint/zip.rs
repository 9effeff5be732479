//! The zip files that `torch.save` writes, from a stream: entries one after the other, not compressed.
//!
//! The format's description: PKWARE's APPNOTE.TXT. `torch.save` writes an entry's size after its bytes, so that the reader has to
//! know it from elsewhere, or has to look for the place where it is right.

use super::place::fill;
use super::tensors::Fault;

/// Of a small entry, in bytes. The list of tensors of GPT-2 XL has 50 kB.
const MAX_SMALL: usize = 10_000_000;

/// What takes the entries.
pub(super) trait Entries {
    /// An entry begins. Gives its size if it is a large one, whose bytes come as they arrive.
    fn begin(&mut self, name: &str) -> Result<Option<u64>, Fault>;
    /// The next bytes of the large entry.
    fn push(&mut self, bytes: &[u8]) -> Result<(), Fault>;
    /// A small entry, as a whole.
    fn small(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault>;
}

#[derive(Debug)]
pub(super) struct Zip {
    state: State,
}

#[derive(Debug)]
enum State {
    /// In an entry's header, or at the list of entries that ends the file.
    Header(Vec<u8>),
    /// In a small entry; the size that its header gives, if it does.
    Small {
        name: String,
        bytes: Vec<u8>,
        size: Option<usize>,
    },
    Large {
        name: String,
        remaining: u64,
        described: bool,
    },
    /// After a large entry, in what is said of its size.
    Descriptor(Vec<u8>),
    /// In the list of entries.
    End,
}

const LOCAL: &[u8] = b"PK\x03\x04";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";

impl Zip {
    pub fn new() -> Self {
        Self {
            state: State::Header(Vec::new()),
        }
    }

    /// Where it is, for a message; None at its end.
    pub fn place(&self) -> Option<String> {
        match &self.state {
            State::End => None,
            State::Small { name, .. } | State::Large { name, .. } => Some(format!("inside its entry {name:?}")),
            State::Header(_) | State::Descriptor(_) => Some("before the list of its entries".into()),
        }
    }

    pub fn push(&mut self, mut bytes: &[u8], entries: &mut impl Entries) -> Result<(), Fault> {
        while !bytes.is_empty() {
            match &mut self.state {
                State::Header(header) => {
                    fill(header, 4, &mut bytes);
                    if header.len() < 4 {
                        continue;
                    }
                    if header[..4] != *LOCAL {
                        if !header.starts_with(b"PK") {
                            return Err("is a damaged zip file: after an entry there is something else".into());
                        }
                        self.state = State::End;
                        continue;
                    }
                    fill(header, 30, &mut bytes);
                    if header.len() < 30 {
                        continue;
                    }
                    let length = 30 + usize::from(u16_at(header, 26)) + usize::from(u16_at(header, 28));
                    fill(header, length, &mut bytes);
                    if header.len() == length {
                        let header = std::mem::take(header);
                        self.begin(&header, entries)?;
                    }
                }
                State::Small { bytes: small, size, .. } => {
                    let some = size.map_or(4096, |size| size - small.len()).min(bytes.len());
                    let (now, later) = bytes.split_at(some);
                    let seen = small.len();
                    small.extend_from_slice(now);
                    bytes = later;
                    let end = match size {
                        Some(size) => (small.len() == *size).then_some((*size, *size)),
                        None => described_end(small, seen),
                    };
                    match end {
                        Some(end) => self.end_small(end, entries)?,
                        None if small.len() > MAX_SMALL => {
                            return Err(format!("has an entry of more than {MAX_SMALL} bytes that is no tensor").into());
                        }
                        None => {}
                    }
                }
                State::Large {
                    remaining, described, ..
                } => {
                    let n = usize::try_from(*remaining).unwrap_or(usize::MAX).min(bytes.len());
                    let (now, later) = bytes.split_at(n);
                    entries.push(now)?;
                    bytes = later;
                    *remaining -= n as u64;
                    if *remaining == 0 {
                        self.state = after(*described);
                    }
                }
                State::Descriptor(descriptor) => {
                    fill(descriptor, 18, &mut bytes);
                    // In 64 bits it is longer by 8.
                    if descriptor.len() >= 18 && &descriptor[16..18] != b"PK" {
                        fill(descriptor, 26, &mut bytes);
                        if descriptor.len() == 26 {
                            self.state = State::Header(descriptor[24..].to_vec());
                        }
                    } else if descriptor.len() == 18 {
                        self.state = State::Header(descriptor[16..].to_vec());
                    }
                }
                State::End => return Ok(()),
            }
        }
        Ok(())
    }

    fn begin(&mut self, header: &[u8], entries: &mut impl Entries) -> Result<(), Fault> {
        let name_end = 30 + usize::from(u16_at(header, 26));
        let name = String::from_utf8_lossy(&header[30..name_end]).into_owned();
        let (flags, method) = (u16_at(header, 6), u16_at(header, 8));
        if method != 0 || flags & 1 != 0 {
            return Err(format!(
                "has the entry {name:?} compressed or encrypted, which torch.save never does; save it again, by torch.save"
            ).into());
        }
        // Bit 3: the sizes follow the entry.
        let described = flags & 8 != 0;
        let size = (!described).then(|| size_in(header, &header[name_end..]));
        let large = entries.begin(&name)?;
        if let (Some(expected), Some(size)) = (large, size)
            && expected != size
        {
            return Err(format!(
                "has the entry {name:?} of {size} bytes, where its list of tensors makes it {expected}"
            )
            .into());
        }
        self.state = match (large, size) {
            (Some(0), _) => after(described),
            (Some(remaining), _) => State::Large {
                name,
                remaining,
                described,
            },
            (None, Some(size)) if size > MAX_SMALL as u64 => {
                return Err(format!("has the entry {name:?} of {size} bytes, which is no tensor").into());
            }
            (None, size) => State::Small {
                name,
                bytes: Vec::new(),
                size: size.map(|size| size as usize),
            },
        };
        if matches!(&self.state, State::Small { size: Some(0), .. }) {
            self.end_small((0, 0), entries)?;
        }
        Ok(())
    }

    /// Ends a small entry: where its bytes end, and where what is said of them does.
    fn end_small(&mut self, (end, next): (usize, usize), entries: &mut impl Entries) -> Result<(), Fault> {
        if let State::Small { name, bytes, .. } = std::mem::replace(&mut self.state, State::Header(Vec::new())) {
            entries.small(&name, &bytes[..end])?;
            self.push(&bytes[next..], entries)?;
        }
        Ok(())
    }
}

fn after(described: bool) -> State {
    match described {
        true => State::Descriptor(Vec::new()),
        false => State::Header(Vec::new()),
    }
}

/// Where the bytes of an entry end and the next header begins, if what is said of the size is among them already; the first
/// `seen` were searched before.
fn described_end(bytes: &[u8], seen: usize) -> Option<(usize, usize)> {
    let from = seen.saturating_sub(24);
    let found = bytes[from..].windows(DESCRIPTOR.len()).enumerate();
    let mut places = found
        .filter(|(_, window)| *window == DESCRIPTOR)
        .map(|(at, _)| from + at);
    places.find_map(|at| {
        let is = |range: std::ops::Range<usize>| {
            let mut size = [0; 8];
            let bytes = bytes.get(at + range.start..at + range.end)?;
            size[..bytes.len()].copy_from_slice(bytes);
            Some(u64::from_le_bytes(size) == at as u64)
        };
        match () {
            () if is(8..12)? && is(12..16)? => Some((at, at + 16)),
            () if is(8..16)? && is(16..24)? => Some((at, at + 24)),
            () => None,
        }
    })
}

/// An entry's size as its header has it, or, beyond 32 bits, the extra fields.
fn size_in(header: &[u8], extra: &[u8]) -> u64 {
    let size = u32_at(header, 22);
    if size != u32::MAX {
        return size.into();
    }
    let mut rest = extra;
    while let Some((&[a, b, c, d], after)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_le_bytes([c, d]));
        let Some((field, next)) = after.split_at_checked(length) else {
            break;
        };
        if let (1, Some(&size)) = (u16::from_le_bytes([a, b]), field.first_chunk()) {
            return u64::from_le_bytes(size);
        }
        rest = next;
    }
    size.into()
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}
