//! Writes what `torch.save` writes of a state dict: a zip file of the list of its tensors and their storages.

use std::io::{Result, Write};

/// A tensor to be written: its name, the name of its storage's class in `torch`, and its shape.
pub struct Tensor {
    pub name: String,
    pub storage: &'static str,
    pub shape: Vec<usize>,
}

/// Writes the tensors; `values` writes those of one of them.
pub fn torch_save<W: Write>(
    out: W,
    tensors: &[Tensor],
    mut values: impl FnMut(&Tensor, &mut dyn Write) -> Result<()>,
) -> Result<()> {
    let mut zip = Zip {
        out,
        at: 0,
        directory: Vec::new(),
        entries: 0,
    };
    zip.entry("data.pkl", |out| out.write_all(&list(tensors)))?;
    zip.entry("byteorder", |out| out.write_all(b"little"))?;
    for (key, tensor) in tensors.iter().enumerate() {
        zip.entry(&format!("data/{key}"), |out| values(tensor, out))?;
    }
    zip.entry("version", |out| out.write_all(b"3\n"))?;
    zip.end()
}

/// The pickle of the list, as protocol 2 has it.
fn list(tensors: &[Tensor]) -> Vec<u8> {
    let text = |pickle: &mut Vec<u8>, text: &str| {
        pickle.push(b'X');
        pickle.extend((text.len() as u32).to_le_bytes());
        pickle.extend(text.bytes());
    };
    let int = |pickle: &mut Vec<u8>, n: usize| {
        pickle.push(b'J');
        pickle.extend((n as i32).to_le_bytes());
    };
    let ints = |pickle: &mut Vec<u8>, numbers: &[usize]| {
        pickle.push(b'(');
        numbers.iter().for_each(|&n| int(pickle, n));
        pickle.push(b't');
    };
    let mut pickle = b"\x80\x02}(".to_vec();
    for (key, Tensor { name, storage, shape }) in tensors.iter().enumerate() {
        text(&mut pickle, name);
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut pickle, "storage");
        pickle.extend(format!("ctorch\n{storage}\n").bytes());
        text(&mut pickle, &key.to_string());
        text(&mut pickle, "cpu");
        int(&mut pickle, shape.iter().product());
        pickle.extend(b"tQ");
        int(&mut pickle, 0);
        ints(&mut pickle, shape);
        let strides = (0..shape.len()).map(|i| shape[i + 1..].iter().product());
        ints(&mut pickle, &strides.collect::<Vec<_>>());
        pickle.extend(b"\x89ccollections\nOrderedDict\n)RtR");
    }
    pickle.extend(b"u.");
    pickle
}

struct Zip<W> {
    out: W,
    at: u64,
    directory: Vec<u8>,
    entries: u16,
}

impl<W: Write> Zip<W> {
    /// As torch.save does it: the sizes come after the bytes, which begin at multiples of 64.
    fn entry(&mut self, name: &str, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        const FLAGS: u16 = 0x808;
        let name = format!("model/{name}");
        let header_at = self.at;
        let before = header_at + 30 + name.len() as u64 + 4;
        let padding = (64 - before % 64) % 64;
        let sizes = |to: &mut Vec<u8>, size: u32| to.extend([0, size, size].iter().flat_map(|n| n.to_le_bytes()));
        let mut header = b"PK\x03\x04\x00\x00".to_vec();
        header.extend(FLAGS.to_le_bytes());
        header.extend([0; 6]);
        sizes(&mut header, 0);
        header.extend((name.len() as u16).to_le_bytes());
        header.extend((4 + padding as u16).to_le_bytes());
        header.extend(name.bytes());
        header.extend(b"FB");
        header.extend((padding as u16).to_le_bytes());
        header.resize(header.len() + padding as usize, b'Z');
        self.write_all(&header)?;
        let start = self.at;
        write(self)?;
        let size = (self.at - start) as u32;
        let mut descriptor = b"PK\x07\x08".to_vec();
        sizes(&mut descriptor, size);
        self.write_all(&descriptor)?;

        self.entries += 1;
        let listed = &mut self.directory;
        listed.extend(b"PK\x01\x02\x00\x00\x00\x00");
        listed.extend(FLAGS.to_le_bytes());
        listed.extend([0; 6]);
        sizes(listed, size);
        listed.extend((name.len() as u16).to_le_bytes());
        listed.extend([0; 12]);
        listed.extend((header_at as u32).to_le_bytes());
        listed.extend(name.bytes());
        Ok(())
    }

    fn end(mut self) -> Result<()> {
        let directory = std::mem::take(&mut self.directory);
        let at = self.at;
        self.write_all(&directory)?;
        let mut end = b"PK\x05\x06\x00\x00\x00\x00".to_vec();
        end.extend(self.entries.to_le_bytes());
        end.extend(self.entries.to_le_bytes());
        end.extend((directory.len() as u32).to_le_bytes());
        end.extend((at as u32).to_le_bytes());
        end.extend([0; 2]);
        self.write_all(&end)
    }
}

impl<W: Write> Write for Zip<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let n = self.out.write(bytes)?;
        self.at += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}
