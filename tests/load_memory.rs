//! A checkpoint is held once, in its own format: loading takes at most 1.15 times the bytes of its weights. Alone in its file, since it counts
//! what the whole process allocates.

#[path = "../examples/torch_save/mod.rs"]
mod torch_save;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use half::{bf16, f16};
use logitscope::gpt2::{Checkpoint, Gpt2Config};
use serde_json::json;

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: hands everything on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(now, Relaxed);
        // SAFETY: the caller promises the system what it promises us.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller promises the system what it promises us, and `at` is the system's.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that were allocated at a time, above those before.
fn peak<T>(of: impl FnOnce() -> T) -> (T, usize) {
    let before = NOW.load(Relaxed);
    PEAK.store(before, Relaxed);
    let result = of();
    (result, PEAK.load(Relaxed) - before)
}

fn config() -> Gpt2Config {
    Gpt2Config::from_json(
        r#"{"model_type": "gpt2", "n_embd": 128, "n_layer": 4, "n_head": 4, "n_positions": 256, "vocab_size": 8000}"#,
    )
    .unwrap()
}

/// The header and a stand-in for the data: one element again and again.
fn header(config: &Gpt2Config, dtype: &str, width: usize, tied_head: bool) -> (Vec<u8>, usize) {
    let mut at = 0;
    let mut header = json!({});
    let head = ("lm_head.weight".to_string(), vec![config.vocab_size, config.n_embd]);
    for (name, shape) in tied_head.then_some(head).into_iter().chain(config.weights()) {
        let end = at + shape.iter().product::<usize>() * width;
        header[name] = json!({"dtype": dtype, "shape": shape, "data_offsets": [at, end]});
        at = end;
    }
    let header = header.to_string();
    ([&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat(), at)
}

#[test]
fn the_weights_are_held_once() {
    let config = config();
    for (dtype, element) in [
        ("F32", 0.5_f32.to_le_bytes().to_vec()),
        ("F16", f16::from_f32(0.5).to_le_bytes().to_vec()),
        ("BF16", bf16::from_f32(0.5).to_le_bytes().to_vec()),
    ] {
        let weights = config.weight_bytes() as usize / 4 * element.len();
        let limit = weights * 115 / 100;
        let (header, mut rest) = header(&config, dtype, element.len(), true);
        let chunk = element.repeat(65536 / element.len());
        let (model, peak) = peak(|| {
            let mut checkpoint = Checkpoint::new(config.clone()).unwrap();
            checkpoint.begin("model.safetensors", None).unwrap();
            checkpoint.push(&header).unwrap();
            while rest > 0 {
                let n = rest.min(chunk.len());
                checkpoint.push(&chunk[..n]).unwrap();
                rest -= n;
            }
            checkpoint.end().unwrap();
            checkpoint.finish().unwrap()
        });
        assert!(peak <= limit, "{dtype}: {peak} bytes at a time, more than {limit}");
        assert!(peak >= weights);
        drop(model);
    }

    // As torch.save writes it, the storages far larger than a chunk.
    let mut file = Vec::new();
    let tensor = |(name, shape)| torch_save::Tensor {
        name,
        storage: "FloatStorage",
        shape,
    };
    let tensors: Vec<_> = config.weights().map(tensor).collect();
    torch_save::torch_save(&mut file, &tensors, |tensor, file| {
        file.write_all(&0.5_f32.to_le_bytes().repeat(tensor.shape.iter().product()))
    })
    .unwrap();
    let (model, peak_of_torch) = peak(|| {
        let mut checkpoint = Checkpoint::with_file(config.clone(), "pytorch_model.bin").unwrap();
        checkpoint.begin("pytorch_model.bin", None).unwrap();
        file.chunks(65536).for_each(|chunk| checkpoint.push(chunk).unwrap());
        checkpoint.end().unwrap();
        checkpoint.finish().unwrap()
    });
    let limit = config.weight_bytes() as usize * 115 / 100;
    assert!(
        peak_of_torch <= limit,
        "{peak_of_torch} bytes at a time, more than {limit}"
    );
    drop((model, file));

    // What a header or its length claims takes no memory before it is checked.
    let (good, _) = header(&config, "F32", 4, false);
    let bad = String::from_utf8(good[8..].to_vec())
        .unwrap()
        .replace("h.3.ln_1.bias", "h.3.ln_1.boas");
    let huge = [&10_000_000_u64.to_le_bytes()[..], b"{"].concat();
    let renamed = [&(bad.len() as u64).to_le_bytes(), bad.as_bytes()].concat();
    for bytes in [huge, renamed] {
        let mut checkpoint = Checkpoint::new(config.clone()).unwrap();
        checkpoint.begin("model.safetensors", None).unwrap();
        let (refused, peak) = peak(|| checkpoint.push(&bytes).and_then(|()| checkpoint.end()));
        assert!(refused.is_err());
        assert!(peak < 200_000, "{peak} bytes");
    }
}
