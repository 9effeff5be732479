//! The part of Python's pickle format that lists of tensors are written in. Nothing is executed: a call is kept as what it
//! calls, and with what.
//!
//! candle's own reader, `candle_core::pickle`, does not serve here. It copies what is used twice, so that a file of a few bytes
//! can ask for all memory; it makes room for whatever length a file claims; and it refuses the masks of older GPT-2s, whose
//! type it does not know.

use std::collections::HashMap;

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

/// On the stack, where a collection begins.
const MARK: Id = usize::MAX;

impl Pickle {
    /// Reads a pickle, which is as long as the bytes are.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut machine = Machine {
            bytes,
            values: Vec::new(),
            stack: Vec::new(),
            memo: HashMap::new(),
        };
        let root = machine.run()?;
        Ok(Self {
            values: machine.values,
            root,
        })
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

/// What a list of tensors may name. Everything else is refused, although nothing would be called.
fn is_harmless(global: &str) -> bool {
    const FUNCTIONS: [&str; 8] = [
        "collections.OrderedDict",
        "torch.Size",
        "torch._utils._rebuild_tensor",
        "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_parameter",
        "torch._tensor._rebuild_from_type_v2",
        "torch.nn.parameter.Parameter",
        "torch.device",
    ];
    let storage = |name: &str| name.ends_with("Storage") && !name.contains('.');
    FUNCTIONS.contains(&global)
        || ["torch.", "torch.cuda.", "torch.storage."]
            .iter()
            .any(|module| global.strip_prefix(module).is_some_and(storage))
}

struct Machine<'a> {
    bytes: &'a [u8],
    values: Vec<Value>,
    stack: Vec<Id>,
    memo: HashMap<u32, Id>,
}

impl<'a> Machine<'a> {
    /// Opcodes as in Python's `pickletools`.
    fn run(&mut self) -> Result<Id, String> {
        loop {
            match self.byte()? {
                0x80 => drop(self.take(1)?),
                0x95 => drop(self.take(8)?),
                b'.' => return self.pop(),
                b'(' => self.stack.push(MARK),
                b'0' => drop(self.pop_or_mark()?),
                b'1' => drop(self.since_mark()?),
                b'N' => self.push(Value::None),
                0x88 => self.push(Value::Bool(true)),
                0x89 => self.push(Value::Bool(false)),
                b'J' => {
                    let n = i32::from_le_bytes(self.array()?);
                    self.push(Value::Int(n.into()));
                }
                b'K' => {
                    let n = self.byte()?;
                    self.push(Value::Int(n.into()));
                }
                b'M' => {
                    let n = u16::from_le_bytes(self.array()?);
                    self.push(Value::Int(n.into()));
                }
                0x8A => {
                    let length = self.byte()?;
                    let int = int(self.take(length.into())?)?;
                    self.push(Value::Int(int));
                }
                b'G' => {
                    self.take(8)?;
                    self.push(Value::Other);
                }
                b'X' => {
                    let length = u32::from_le_bytes(self.array()?);
                    self.text(length.into())?;
                }
                0x8C => {
                    let length = self.byte()?;
                    self.text(length.into())?;
                }
                0x8D => {
                    let length = u64::from_le_bytes(self.array()?);
                    self.text(length)?;
                }
                b'U' | b'C' => {
                    let length = self.byte()?;
                    self.take(length.into())?;
                    self.push(Value::Other);
                }
                b'T' | b'B' => {
                    let length = u32::from_le_bytes(self.array()?);
                    self.take(length.into())?;
                    self.push(Value::Other);
                }
                b')' => self.push(Value::Tuple(Vec::new())),
                b't' => {
                    let items = self.since_mark()?;
                    self.push(Value::Tuple(items));
                }
                0x85 => self.tuple_of(1)?,
                0x86 => self.tuple_of(2)?,
                0x87 => self.tuple_of(3)?,
                b']' => self.push(Value::List(Vec::new())),
                b'l' => {
                    let items = self.since_mark()?;
                    self.push(Value::List(items));
                }
                b'a' => {
                    let item = self.pop()?;
                    self.append(&[item])?;
                }
                b'e' => {
                    let items = self.since_mark()?;
                    self.append(&items)?;
                }
                b'}' => self.push(Value::Dict(Vec::new())),
                b'd' => {
                    let items = self.since_mark()?;
                    self.push(Value::Dict(Vec::new()));
                    self.set(&items)?;
                }
                b's' => {
                    let value = self.pop()?;
                    let key = self.pop()?;
                    self.set(&[key, value])?;
                }
                b'u' => {
                    let items = self.since_mark()?;
                    self.set(&items)?;
                }
                b'q' => {
                    let at = self.byte()?;
                    self.remember(at.into())?;
                }
                b'r' => {
                    let at = u32::from_le_bytes(self.array()?);
                    self.remember(at)?;
                }
                0x94 => {
                    let at = u32::try_from(self.memo.len()).map_err(|e| e.to_string())?;
                    self.remember(at)?;
                }
                b'h' => {
                    let at = self.byte()?;
                    self.recall(at.into())?;
                }
                b'j' => {
                    let at = u32::from_le_bytes(self.array()?);
                    self.recall(at)?;
                }
                b'c' => {
                    let module = self.line()?;
                    let name = self.line()?;
                    self.global(format!("{module}.{name}"))?;
                }
                0x93 => {
                    let name = self.pop()?;
                    let module = self.pop()?;
                    match (&self.values[module], &self.values[name]) {
                        (Value::Text(module), Value::Text(name)) => self.global(format!("{module}.{name}"))?,
                        _ => return Err("it names something by what is no name".into()),
                    }
                }
                b'R' | 0x81 => {
                    let arguments = self.pop()?;
                    let function = self.pop()?;
                    self.call(function, arguments);
                }
                // A state, which is of no account.
                b'b' => drop(self.pop()?),
                b'Q' => {
                    let id = self.pop()?;
                    self.push(Value::Persistent(id));
                }
                other => {
                    return Err(format!(
                        "it has the opcode {:?} (0x{other:02X}), which no list of tensors needs",
                        char::from(other)
                    ));
                }
            }
        }
    }

    fn call(&mut self, function: Id, arguments: Id) {
        // Filled by what follows, so it has to be one.
        let value = match (&self.values[function], &self.values[arguments]) {
            (Value::Global(name), Value::Tuple(items)) if name == "collections.OrderedDict" && items.is_empty() => {
                Value::Dict(Vec::new())
            }
            _ => Value::Call { function, arguments },
        };
        self.push(value);
    }

    fn global(&mut self, name: String) -> Result<(), String> {
        if !is_harmless(&name) {
            return Err(format!("it names {name:?}, which no list of tensors needs"));
        }
        self.push(Value::Global(name));
        Ok(())
    }

    fn push(&mut self, value: Value) {
        self.stack.push(self.values.len());
        self.values.push(value);
    }

    fn pop_or_mark(&mut self) -> Result<Id, String> {
        self.stack.pop().ok_or_else(|| "it takes more than it made".into())
    }

    fn pop(&mut self) -> Result<Id, String> {
        match self.pop_or_mark()? {
            MARK => Err("it takes more than it made".into()),
            id => Ok(id),
        }
    }

    fn since_mark(&mut self) -> Result<Vec<Id>, String> {
        let mark = self.stack.iter().rposition(|&id| id == MARK);
        let items = self
            .stack
            .split_off(mark.ok_or("it ends something that was not begun")?);
        Ok(items[1..].to_vec())
    }

    fn tuple_of(&mut self, n: usize) -> Result<(), String> {
        let mut items = (0..n).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
        items.reverse();
        self.push(Value::Tuple(items));
        Ok(())
    }

    /// What is on top of the stack, to be added to.
    fn top(&mut self) -> Result<&mut Value, String> {
        let top = self.stack.last().copied().filter(|&id| id != MARK);
        Ok(&mut self.values[top.ok_or("it adds to nothing")?])
    }

    fn append(&mut self, items: &[Id]) -> Result<(), String> {
        match self.top()? {
            Value::List(list) => list.extend(items),
            _ => return Err("it appends to what is no list".into()),
        }
        Ok(())
    }

    fn set(&mut self, items: &[Id]) -> Result<(), String> {
        let (pairs, []) = items.as_chunks::<2>() else {
            return Err("it has a key without a value".into());
        };
        match self.top()? {
            Value::Dict(entries) => entries.extend(pairs.iter().map(|&[key, value]| (key, value))),
            _ => return Err("it sets entries of what is no dictionary".into()),
        }
        Ok(())
    }

    fn remember(&mut self, at: u32) -> Result<(), String> {
        let id = self.pop()?;
        self.stack.push(id);
        self.memo.insert(at, id);
        Ok(())
    }

    fn recall(&mut self, at: u32) -> Result<(), String> {
        let id = self.memo.get(&at).ok_or("it recalls what it never stored")?;
        self.stack.push(*id);
        Ok(())
    }

    fn text(&mut self, length: u64) -> Result<(), String> {
        let bytes = self.take(length)?;
        let text = str::from_utf8(bytes).map_err(|_| "it has a text that is not UTF-8")?;
        let text = text.to_string();
        self.push(Value::Text(text));
        Ok(())
    }

    fn take(&mut self, n: u64) -> Result<&'a [u8], String> {
        let n = usize::try_from(n).unwrap_or(usize::MAX);
        let (taken, rest) = self.bytes.split_at_checked(n).ok_or("it is cut short")?;
        self.bytes = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (&array, rest) = self.bytes.split_first_chunk().ok_or("it is cut short")?;
        self.bytes = rest;
        Ok(array)
    }

    fn byte(&mut self) -> Result<u8, String> {
        self.array().map(|[byte]| byte)
    }

    fn line(&mut self) -> Result<String, String> {
        let end = self.bytes.iter().position(|&byte| byte == b'\n');
        let line = self.take(end.ok_or("it is cut short")? as u64)?;
        let line = String::from_utf8_lossy(line).into_owned();
        self.take(1)?;
        Ok(line)
    }
}

/// A whole number of any length, lowest byte first, with its sign.
fn int(bytes: &[u8]) -> Result<i64, String> {
    let negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
    let mut all = [if negative { 0xFF } else { 0 }; 8];
    let to = all.get_mut(..bytes.len()).ok_or("it has a number beyond 64 bits")?;
    to.copy_from_slice(bytes);
    Ok(i64::from_le_bytes(all))
}
