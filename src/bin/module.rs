//! A module for the browser: all that `logitscope::web` exports.
//!
//! A program, since cargo names the libraries of all features the same, and takes one for another.
#![no_main]

use logitscope as _;
