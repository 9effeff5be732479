//! Recognizes what servers and repositories hand out in place of a model's file.

/// What the file that starts with these bytes is, if it is one of the usual stand-ins. Eight bytes are enough.
pub(super) fn recognize(start: &[u8]) -> Option<String> {
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    let what = if text.starts_with(b"<") {
        "is a web page, not the model's file; check the address, and whether the model needs a login"
    } else if text.starts_with(b"version ") {
        "is a Git LFS pointer, not the file itself; fetch the file with `git lfs pull`"
    } else if start.starts_with(b"PK\x03\x04") || start.starts_with(b"\x80\x02") {
        "is a PyTorch pickle, not safetensors; save the model with safe_serialization=True"
    } else if start.starts_with(b"\x1F\x8B") {
        "is gzip-compressed; unpack it first"
    } else {
        return None;
    };
    Some(what.into())
}
