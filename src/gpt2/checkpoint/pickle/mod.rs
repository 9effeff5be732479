//! The part of Python's pickle format that lists of tensors are written in. Nothing is executed: a call is kept as what it
//! calls, and with what.
//!
//! candle's own reader, `candle_core::pickle`, does not serve here. It copies what is used twice, so that a file of a few bytes
//! can ask for all memory; it makes room for whatever length a file claims; and it refuses the masks of older GPT-2s, whose
//! type it does not know.

mod machine;

use self::machine::Machine;

/// What was pickled. Values refer to one another by their place in here, so that none is copied, or dropped in a recursion.
#[derive(Debug)]
pub(super) struct Pickle {
    values: Vec<Value>,
    root: Id,
}

pub(super) type Id = usize;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// Of no use in a list of tensors: a fraction, bytes.
    Other,
    Text(String),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// `module.name`
    Global(String),
    Call {
        function: Id,
        arguments: Id,
    },
    /// What lies outside of the pickle.
    Persistent(Id),
}

impl Pickle {
    /// Reads a pickle, which is as long as the bytes are.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let (values, root) = Machine::new(bytes).run()?;
        Ok(Self { values, root })
    }

    pub fn root(&self) -> Id {
        self.root
    }

    pub fn get(&self, id: Id) -> &Value {
        &self.values[id]
    }

    /// What the references to the outside of the pickle name.
    pub fn persistent(&self) -> impl Iterator<Item = Id> {
        self.values.iter().filter_map(|value| match value {
            Value::Persistent(id) => Some(*id),
            _ => None,
        })
    }

    pub fn text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn tuple(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Value::Tuple(items) => Some(items),
            _ => None,
        }
    }

    pub fn natural(&self, id: Id) -> Option<u64> {
        match self.get(id) {
            Value::Int(n) => u64::try_from(*n).ok(),
            _ => None,
        }
    }

    /// The function's name and the arguments of a call.
    pub fn call(&self, id: Id) -> Option<(&str, &[Id])> {
        let Value::Call { function, arguments } = *self.get(id) else {
            return None;
        };
        match self.get(function) {
            Value::Global(name) => Some((name, self.tuple(arguments)?)),
            _ => None,
        }
    }
}
