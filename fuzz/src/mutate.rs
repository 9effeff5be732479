use crate::Random;

/// Numbers at which something ends, as JSON.
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "-1",
    "127",
    "256",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "18446744073709551616",
    "0.5",
    "1e-46",
    "1e308",
    "null",
];
/// The longest input.
const LONGEST: usize = 1 << 14;

/// An input like those that there are: one of them, with some bytes changed, repeated or left out, or of others put in.
pub fn mutate(inputs: &[&[u8]], random: &mut Random) -> Vec<u8> {
    let mut input = random.of(inputs).to_vec();
    for _ in 0..1 << random.below(5) {
        step(&mut input, inputs, random);
    }
    input.truncate(LONGEST);
    input
}

fn step(input: &mut Vec<u8>, inputs: &[&[u8]], random: &mut Random) {
    let at = random.below(input.len());
    let most = 1 << random.below(9);
    let length = 1 + random.below(most);
    let piece = at..(at + length).min(input.len());
    match random.below(9) {
        0 if !input.is_empty() => input[at] ^= 1 << random.below(8),
        1 if !input.is_empty() => input[at] = random.of(&[0, 1, 0x7F, 0x80, 0xFF, b'"', b'\n', b'{', b'[', b'=']),
        2 => {
            let edge = random.of(&[0, 1, 0x7F, 0x8000, u64::from(u32::MAX), 1 << 32, 1 << 63, u64::MAX]);
            let bytes = &edge.to_le_bytes()[..1 << random.below(4)];
            let over = at..(at + bytes.len()).min(input.len());
            input.splice(over, bytes.iter().copied());
        }
        3 => drop(input.drain(piece)),
        4 => {
            let piece = input[piece].to_vec();
            let times = 1 + random.below(8);
            input.splice(at..at, piece.repeat(times));
        }
        5 => {
            let other = random.of(inputs);
            let from = random.below(other.len());
            let to = (from + length).min(other.len());
            input.splice(piece, other[from..to].iter().copied());
        }
        6 => input.truncate(at),
        7 => input.insert(at, random.bits() as u8),
        _ => {
            let digit = |byte: &u8| byte.is_ascii_digit();
            let Some(start) = input[at..].iter().position(digit).map(|start| at + start) else {
                return;
            };
            let end = input[start..].iter().position(|byte| !digit(byte));
            let number = random.of(&NUMBERS).bytes();
            input.splice(start..end.map_or(input.len(), |end| start + end), number);
        }
    }
}
