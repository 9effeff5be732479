//! One file as a stream, of whichever format its first bytes show.

use super::place::fill;
use super::safetensors_file::SafetensorsFile;
use super::tensors::{Done, Fault, Wanted};
use super::torch_file::TorchFile;
use super::weights::Content;
use crate::gpt2::foreign;
use crate::{Error, Result};

/// A file that is being read.
#[derive(Debug)]
pub(super) struct Stream {
    pub name: String,
    byte_length: Option<u64>,
    /// Number of bytes seen.
    position: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    /// In the first 8 bytes.
    Start(Vec<u8>),
    Safetensors(SafetensorsFile),
    Torch(TorchFile),
}

impl Stream {
    pub fn new(name: &str, byte_length: Option<u64>) -> Self {
        Self {
            name: name.into(),
            byte_length,
            position: 0,
            state: State::Start(Vec::new()),
        }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, mut bytes: &[u8], wanted: Wanted) -> Result<()> {
        self.position += bytes.len() as u64;
        if let State::Start(start) = &mut self.state {
            fill(start, 8, &mut bytes);
            let Ok(start) = <[u8; 8]>::try_from(start.as_slice()) else {
                return Ok(());
            };
            let state = Self::start(start, self.byte_length, wanted);
            self.state = state.map_err(|fault| self.error(fault))?;
        }
        match &mut self.state {
            State::Start(_) => Ok(()),
            State::Safetensors(file) => file.push(bytes, self.byte_length, wanted),
            State::Torch(file) => file.push(bytes, self.byte_length, wanted),
        }
        .map_err(|fault| self.error(fault))
    }

    fn start(start: [u8; 8], byte_length: Option<u64>, wanted: Wanted) -> Result<State, Fault> {
        if start.starts_with(b"PK\x03\x04") {
            let mut file = TorchFile::new();
            file.push(&start, byte_length, wanted)?;
            return Ok(State::Torch(file));
        }
        Ok(State::Safetensors(SafetensorsFile::start(start, byte_length)?))
    }

    /// What the file held.
    pub fn end(self) -> Result<(Done, Content)> {
        let Self {
            name, position, state, ..
        } = self;
        let error = |message: String| Error::Checkpoint {
            file: name.clone(),
            message,
        };
        let ended = match state {
            State::Start(start) => match foreign::recognize(&start) {
                Some(what) => return Err(error(what)),
                None => Err("before its header".into()),
            },
            State::Safetensors(file) => file.end(),
            State::Torch(file) => file.end(),
        };
        ended.map_err(|place| error(format!("is cut short: it ends after {position} bytes, {place}")))
    }

    fn error(&self, fault: Fault) -> Error {
        match fault {
            Fault::File(message) => Error::Checkpoint {
                file: self.name.clone(),
                message,
            },
            Fault::Other(error) => error,
        }
    }
}
