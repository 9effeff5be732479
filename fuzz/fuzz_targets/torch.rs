#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| logitscope_fuzz::torch(data));
