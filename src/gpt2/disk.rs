//! Reads a model's folder from a disk.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{Checkpoint, Folder, LanguageModel};
use crate::{Error, Result};

const CHUNK: usize = 1 << 20;

/// Reads a folder's model, with the file `weights` instead of its usual weights if that is given.
pub(super) fn open(path: &Path, weights: Option<&str>) -> Result<LanguageModel> {
    let (dir, given) = locate(path)?;
    let mut folder = Folder::new(weights.or(given.as_deref()))?;
    loop {
        let wanted = folder.wanted();
        if wanted.is_empty() {
            break;
        }
        for name in wanted {
            folder.give(name, read(&dir, name)?)?;
        }
    }
    let candidates = folder.weights();
    let Some(file) = candidates.iter().find(|name| dir.join(name).exists()) else {
        return Err(no_weights(&dir, &candidates));
    };
    let index = if file.ends_with(".index.json") {
        read(&dir, file)?
    } else {
        None
    };
    let mut checkpoint = folder.checkpoint(file, index.as_deref())?;
    for file in checkpoint.files() {
        feed(&mut checkpoint, &dir, &file)?;
    }
    folder.finish(checkpoint)
}

/// The folder that is meant, and the weights if a file of them is: people also give the file, the folder that the hub keeps a
/// model in, and the one that a training wrote its checkpoints to.
fn locate(path: &Path) -> Result<(PathBuf, Option<String>)> {
    if path.is_file() {
        let dir = match path.parent() {
            Some(dir) if dir != Path::new("") => dir,
            _ => Path::new("."),
        };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let weights = name.filter(|name| !name.ends_with(".json") && !name.ends_with(".txt"));
        return Ok((dir.into(), weights));
    }
    if let Some(why) = to_nothing(path) {
        return Err(no_config(format!("is not in {}, which {why}", path.display())));
    }
    if !path.is_dir() {
        return Err(no_config(format!(
            "is not in {}, which is not a folder; a model of the Hugging Face hub has to be downloaded first, as by `hf \
             download openai-community/gpt2 --local-dir gpt2`",
            path.display()
        )));
    }
    // A link to nothing is one too: what is wrong is that link.
    let is_model = |dir: &Path| {
        let names = ["config.json", "adapter_config.json"];
        names.iter().any(|name| dir.join(name).symlink_metadata().is_ok())
    };
    if is_model(path) {
        return Ok((path.into(), None));
    }
    let snapshots = path.join("snapshots");
    if let Ok(main) = fs::read_to_string(path.join("refs/main"))
        && is_model(&snapshots.join(main.trim()))
    {
        return Ok((snapshots.join(main.trim()), None));
    }
    let inside = |dir: &Path| {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
            .collect::<Vec<_>>()
    };
    let mut models: Vec<PathBuf> = inside(path).into_iter().chain(inside(&snapshots)).collect();
    models.retain(|dir| is_model(dir) || dir.join("snapshots").is_dir());
    models.sort();
    match &models[..] {
        [] => Err(no_config(format!(
            "is not in {}; a model's folder holds config.json, its weights (model.safetensors) and tokenizer.json",
            path.display()
        ))),
        [only] if is_model(only) => Ok((only.clone(), None)),
        several => {
            let names: Vec<String> = several.iter().map(|dir| dir.display().to_string()).collect();
            Err(no_config(format!(
                "is not in {}; give one of {}",
                path.display(),
                names.join(", ")
            )))
        }
    }
}

fn feed(checkpoint: &mut Checkpoint, dir: &Path, name: &str) -> Result<()> {
    let path = dir.join(name);
    let failed = |e: std::io::Error| match (e.kind(), to_nothing(&path)) {
        (_, Some(why)) => error(name, why),
        (ErrorKind::NotFound, _) => error(name, format!("is not in {}", dir.display())),
        _ => unreadable(name, &e),
    };
    let mut file = File::open(&path).map_err(failed)?;
    checkpoint.begin(name, Some(file.metadata().map_err(failed)?.len()))?;
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk).map_err(failed)? {
            0 => return checkpoint.end(),
            n => checkpoint.push(&chunk[..n])?,
        }
    }
}

fn read(dir: &Path, name: &str) -> Result<Option<Vec<u8>>> {
    let path = dir.join(name);
    match (fs::read(&path), to_nothing(&path)) {
        (Ok(bytes), _) => Ok(Some(bytes)),
        (Err(_), Some(why)) => Err(error(name, why)),
        (Err(e), _) if e.kind() == ErrorKind::NotFound => Ok(None),
        (Err(e), _) => Err(unreadable(name, &e)),
    }
}

/// What is to be said of a link to what is not there, as the hub's cache has where a download is not complete.
fn to_nothing(path: &Path) -> Option<String> {
    let target = fs::read_link(path).ok().filter(|_| !path.exists())?;
    Some(format!(
        "is a link to nothing: {} is not there; download it again",
        target.display()
    ))
}

fn no_config(message: String) -> Error {
    error("config.json", message)
}

/// Weights in a format that is not read are named, with the way out.
fn no_weights(dir: &Path, candidates: &[&str]) -> Error {
    for name in candidates {
        if let Some(why) = to_nothing(&dir.join(name)) {
            return error(name, why);
        }
    }
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let kinds = [
        ".safetensors",
        ".bin",
        ".pt",
        ".pth",
        ".h5",
        ".msgpack",
        ".ckpt",
        ".onnx",
        ".gguf",
        ".ot",
    ];
    let others = names
        .into_iter()
        .filter(|name| kinds.iter().any(|kind| name.ends_with(kind)));
    let others: Vec<String> = others.collect();
    let mut message = format!("is not in {}", dir.display());
    if others.is_empty() {
        message += "; a model's folder holds its weights beside config.json, as model.safetensors or pytorch_model.bin";
    } else {
        let remedy = match others.iter().any(|name| name.contains("-of-0")) {
            true => "these are shards, and the index that lists them, as model.safetensors.index.json, is missing",
            false => {
                "name the file if it is of safetensors or torch.save and ends in .safetensors, .bin, .pt or .pth, or save \
                 the model as safetensors with save_pretrained()"
            }
        };
        message += &format!(", but {}; {remedy}", others.join(", "));
    }
    error(candidates[0], message)
}

fn unreadable(name: &str, e: &std::io::Error) -> Error {
    error(name, format!("cannot be read: {e}"))
}

fn error(file: &str, message: String) -> Error {
    Error::Checkpoint {
        file: file.into(),
        message,
    }
}
