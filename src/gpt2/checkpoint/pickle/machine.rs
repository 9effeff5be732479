//! Reads a pickle's opcodes. What they would call is not called.

use std::collections::HashMap;

use super::{Id, Value};

/// On the stack, where a collection begins.
const MARK: Id = usize::MAX;

/// Of what may be named, in bytes.
const LONGEST_NAME: usize = 255;

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

pub(super) struct Machine<'a> {
    bytes: &'a [u8],
    values: Vec<Value>,
    stack: Vec<Id>,
    memo: HashMap<u32, Id>,
}

impl<'a> Machine<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            values: Vec::new(),
            stack: Vec::new(),
            memo: HashMap::new(),
        }
    }

    /// Makes the values, and tells which of them is the whole.
    pub fn run(mut self) -> Result<(Vec<Value>, Id), String> {
        loop {
            if let Some(whole) = self.step()? {
                return Ok((self.values, whole));
            }
        }
    }

    /// Opcodes as in Python's `pickletools`.
    fn step(&mut self) -> Result<Option<Id>, String> {
        match self.byte()? {
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            b'.' => return self.pop().map(Some),
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
                    // Any number of times, each of them copied.
                    (Value::Text(module), Value::Text(name)) if module.len() + name.len() > LONGEST_NAME => {
                        return Err(format!("it names what has a name of more than {LONGEST_NAME} bytes"));
                    }
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
        Ok(None)
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
            return Err(format!(
                "it names {name:?}, which no list of tensors needs; if it is yours, save model.state_dict() alone"
            ));
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
