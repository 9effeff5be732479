//! Recognizes what servers and repositories hand out in place of a model's file.

/// What the file that starts with these bytes is, if it is one of the usual stand-ins. Eight bytes are enough.
pub(super) fn recognize(start: &[u8]) -> Option<String> {
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    let what = if text.starts_with(b"<") {
        "is a web page, not the model's file; check the address, and whether the model needs a login"
    } else if text.starts_with(b"version ") {
        "is a Git LFS pointer, not the file itself; fetch the file with `git lfs pull`"
    } else if start.starts_with(b"PK\x03\x04") {
        "is a zip file, as of torch.save; its name must end in .bin, .pt or .pth"
    } else if matches!(start, [0x80, 2..=5, ..]) {
        "is a pickle, or of torch.save before PyTorch 1.6; load it there and save it as safetensors, with save_pretrained(). On \
         the Hugging Face hub, many such models have safetensors in a pull request: owner/name@refs/pr/1"
    } else if start.starts_with(b"\x89HDF") {
        "is an HDF5 file, as of TensorFlow; save the model as safetensors, with save_pretrained() of PyTorch's class"
    } else if start.starts_with(b"GGUF") {
        "is a GGUF file, whose weights are quantized for llama.cpp; Logitscope reads safetensors and pytorch_model.bin"
    } else if start.starts_with(b"\x1F\x8B") {
        "is gzip-compressed; unpack it first"
    } else {
        return None;
    };
    Some(what.into())
}
