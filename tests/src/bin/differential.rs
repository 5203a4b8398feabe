//! Generates inputs, decodes them in Rust, and compares what each language made of them.
//!
//! `differential generate FILE SEED COUNT` writes inputs; `differential compare FILE LANGUAGE=OUTCOMES...`
//! fails on a difference without a reason.

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use hwtasks_tests::differential::{Input, differences, inputs};
use serde::de::DeserializeOwned;

fn lines<T: DeserializeOwned>(path: &str) -> Result<Vec<T>, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    let lines = text.lines().map(serde_json::from_str);
    Ok(lines
        .collect::<Result<_, _>>()
        .map_err(|e| format!("{path}: {e}"))?)
}

fn run(arguments: &[String]) -> Result<bool, Box<dyn Error>> {
    match arguments {
        [command, file, seed, count] if command == "generate" => {
            let mut text = String::new();
            for input in inputs(seed.parse()?, count.parse()?) {
                text.push_str(&serde_json::to_string(&input)?);
                text.push('\n');
            }
            fs::write(file, text)?;
            Ok(true)
        }
        [command, file, languages @ ..] if command == "compare" && !languages.is_empty() => {
            let inputs: Vec<Input> = lines(file)?;
            let mut is_same = true;
            for language in languages {
                let (name, outcomes) = language.split_once('=').ok_or("LANGUAGE=OUTCOMES")?;
                let found = differences(name, &inputs, &lines(outcomes)?);
                println!(
                    "{name}: {} differences in {} inputs",
                    found.len(),
                    inputs.len()
                );
                found.iter().for_each(|difference| println!("{difference}"));
                is_same &= found.is_empty();
            }
            Ok(is_same)
        }
        _ => Err(
            "usage: differential generate FILE SEED COUNT | compare FILE LANGUAGE=OUTCOMES..."
                .into(),
        ),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
