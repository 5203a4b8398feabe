//! The generators, and how each makes, compiles and drives a client.
//!
//! The commands are taken from `spec/README.md`; it has them for the first of the documents.

use std::fs;

use anyhow::{Context, Result, bail, ensure};

use super::{DOCUMENTS, Refusal, Room, Row, read, write};
use crate::run::{Run, cargo, run_in};
use crate::tools;

pub(super) const ROWS: [Row; 5] = [
    Row {
        name: "openapi-ts",
        documents: "spec",
        run: openapi_ts,
    },
    Row {
        name: "datamodel-code-generator",
        documents: "spec",
        run: datamodel_code_generator,
    },
    Row {
        name: "progenitor",
        documents: "spec/3.0",
        run: progenitor,
    },
    Row {
        name: "oapi-codegen",
        documents: "spec",
        run: oapi_codegen,
    },
    Row {
        name: "openapi-generator",
        documents: "spec",
        run: openapi_generator,
    },
];

/// The table that holds the commands.
const README: &str = "spec/README.md";

/// The command of a row: the last cell.
fn command<'a>(readme: &'a str, language: &str) -> Result<&'a str> {
    let mut rows = readme.lines().filter(|line| {
        let first = line.strip_prefix("| ");
        first.is_some_and(|rest| rest.split([' ', '|']).next() == Some(language))
    });
    let row = rows.next().and_then(|row| row.strip_suffix("` |"));
    let command = row.and_then(|row| Some(row.rsplit_once("| `")?.1));
    command.with_context(|| format!("{README} has no command for {language}"))
}

/// The arguments of a command, after the words that start it, for one of the documents.
fn arguments(command: &str, start: &str, document: &str) -> Result<Vec<String>> {
    let rest = command
        .strip_prefix(start)
        .with_context(|| format!("{README}: {command} does not start with {start}"))?;
    Ok(rest
        .split_whitespace()
        .map(|word| word.replace(DOCUMENTS[0], document))
        .collect())
}

fn with(run: Run, arguments: &[String]) -> Run {
    arguments
        .iter()
        .fold(run, |run, argument| run.arg(argument))
}

impl Room<'_> {
    /// The command in the table's row of a language.
    fn command(&self, language: &str) -> Result<String> {
        let readme = read(&self.root.join(README))?;
        command(&readme, language).map(str::to_owned)
    }

    /// Removes what was generated before, so that nothing stale is compiled.
    fn clear(&self, name: &str) -> Result<()> {
        let path = self.folder.join(name);
        if path.exists() {
            fs::remove_dir_all(&path)
                .with_context(|| format!("cannot remove {}", path.display()))?;
        }
        Ok(())
    }
}

/// Types and fetch client; each body is checked as a literal of its type, too.
fn openapi_ts(room: &Room<'_>) -> Result<Vec<Refusal>> {
    let command = room.command("TypeScript")?;
    let commands = tools::node_commands(room.root, &room.sources)?;
    // openapi-ts writes `.js` imports where the project that it is installed in asks for them.
    let project = commands.ancestors().nth(2).context("no folder of tools")?;
    let settings = read(&room.folder.join("tsconfig.json"))?;
    write(&project.join("tsconfig.json"), &settings)?;
    for document in DOCUMENTS {
        room.clear(&format!("src/{document}"))?;
        let run = run_in(&room.folder, commands.join("openapi-ts"), &[]);
        with(run, &arguments(&command, "npx openapi-ts ", document)?).check_quietly()?;
    }
    room.clear("src/bodies")?;
    for (number, case) in room.cases.iter().enumerate() {
        let (document, schema, body) = (&case.document, &case.schema, &case.body);
        let code = format!(
            "import type {{ {schema} }} from '../{document}/index.js';\n\nexport const body: {schema} = {body};\n"
        );
        write(&room.folder.join(format!("src/bodies/{number}.ts")), &code)?;
    }
    room.clear("dist")?;
    let errors = run_in(&room.folder, commands.join("tsc"), &["--pretty", "false"]).output()?;
    let refusals = refusals(&errors)?;
    run_in(&room.folder, "node", &["main.mjs"]).check()?;
    Ok(refusals)
}

/// The bodies that tsc refuses: `src/bodies/3.ts(3,1): error TS2322: ...`.
///
/// # Errors
///
/// When it refuses anything else.
fn refusals(errors: &str) -> Result<Vec<Refusal>> {
    let mut refusals: Vec<Refusal> = Vec::new();
    // A line that is indented goes on with the error before it.
    for line in errors.lines().filter(|line| !line.starts_with(' ')) {
        let refused = line.strip_prefix("src/bodies/").and_then(|rest| {
            let (number, why) = rest.split_once(".ts(")?;
            Some(Refusal {
                case: number.parse().ok()?,
                why: why.split_once(": ")?.1.to_owned(),
            })
        });
        match refused {
            Some(refusal) => refusals.push(refusal),
            None => bail!("tsc refuses the generated client:\n{errors}"),
        }
    }
    Ok(refusals)
}

/// pydantic models.
fn datamodel_code_generator(room: &Room<'_>) -> Result<Vec<Refusal>> {
    let command = room.command("Python")?;
    let requirements = format!("{}/requirements.txt", room.sources);
    let commands = tools::python_commands(room.root, &requirements)?;
    for document in DOCUMENTS {
        let run = run_in(&room.folder, commands.join("datamodel-codegen"), &[]);
        with(run, &arguments(&command, "datamodel-codegen ", document)?).check()?;
    }
    let files = ["main.py", "dcs.py", "kafka.py"];
    run_in(&room.folder, commands.join("mypy"), &["--strict"])
        .args(&files)
        .check()?;
    run_in(&room.folder, commands.join("python"), &["main.py"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .check()?;
    Ok(Vec::new())
}

/// Types and reqwest client, made by the compiler as it reads the driver.
fn progenitor(room: &Room<'_>) -> Result<Vec<Refusal>> {
    let command = room.command("Rust")?;
    let driver = read(&room.folder.join("src/main.rs"))?;
    for document in DOCUMENTS {
        let command = command.replace(DOCUMENTS[0], document);
        ensure!(
            driver.contains(&command),
            "{README} has a command that the driver has not: {command}"
        );
    }
    let manifest = room.folder.join("Cargo.toml");
    cargo(
        &room.folder,
        &["run", "--quiet", "--locked", "--manifest-path"],
    )
    .arg(manifest)
    .arg("--target-dir")
    .arg(room.root.join("target"))
    .check()?;
    Ok(Vec::new())
}

/// Types and net/http client.
fn oapi_codegen(room: &Room<'_>) -> Result<Vec<Refusal>> {
    let command = room.command("Go")?;
    tools::need_go()?;
    let go = |args: &[&str]| run_in(&room.folder, "go", args).env("GOFLAGS", "-mod=readonly");
    for document in DOCUMENTS {
        room.clear(document)?;
        let folder = room.folder.join(document);
        fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let arguments = arguments(&command, "go tool oapi-codegen ", document)?;
        with(go(&["tool", "oapi-codegen"]), &arguments).check()?;
    }
    go(&["vet", "./..."]).check()?;
    go(&["build", "-o", "driver", "."]).check()?;
    run_in(&room.folder, room.folder.join("driver"), &[]).check()?;
    Ok(Vec::new())
}

/// Options of a Java machine that ends within seconds: less time to compile its own code.
const SHORT_LIVED: [&str; 2] = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

/// Types and java.net.http client.
fn openapi_generator(room: &Room<'_>) -> Result<Vec<Refusal>> {
    let command = room.command("Java")?;
    tools::need_java()?;
    let requirements = format!("{}/requirements.txt", room.sources);
    let commands = tools::python_commands(room.root, &requirements)?;
    let libraries = tools::java_libraries(room.root, &room.sources)?.join("*");
    let mut sources = vec!["Main.java".to_owned()];
    for document in DOCUMENTS {
        room.clear(document)?;
        let run = run_in(&room.folder, commands.join("openapi-generator-cli"), &[])
            .env("JAVA_TOOL_OPTIONS", SHORT_LIVED.join(" "));
        with(
            run,
            &arguments(&command, "openapi-generator-cli ", document)?,
        )
        .check_quietly()?;
        let files = format!("{document}/src/main/java/{document}");
        let entries = fs::read_dir(room.folder.join(&files)).with_context(|| files.clone())?;
        for entry in entries {
            let name = entry.with_context(|| files.clone())?.file_name();
            sources.push(format!("{files}/{}", name.to_string_lossy()));
        }
    }
    sources.sort();
    write(&room.folder.join("sources.txt"), &sources.join("\n"))?;
    room.clear("classes")?;
    let options = SHORT_LIVED.map(|option| format!("-J{option}"));
    with(run_in(&room.folder, "javac", &["-d", "classes"]), &options)
        .args(&["-Xlint:all,-deprecation,-processing", "-Werror"])
        .arg("-classpath")
        .arg(&libraries)
        .arg("@sources.txt")
        .check_quietly()?;
    let mut classes = libraries.into_os_string();
    classes.push(":classes");
    run_in(&room.folder, "java", &SHORT_LIVED)
        .arg("-classpath")
        .arg(classes)
        .arg("Main")
        .check()?;
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_is_adapted_to_each_document() {
        let command = "go tool oapi-codegen -package dcs -o dcs/dcs.gen.go dcs.json";
        let expected = "-package kafka -o kafka/kafka.gen.go kafka.json";
        let adapted = arguments(command, "go tool oapi-codegen ", "kafka").expect("arguments");
        assert_eq!(adapted.join(" "), expected);
        assert!(arguments(command, "npx openapi-ts ", "kafka").is_err());
    }

    #[test]
    fn command_is_read_from_the_table() {
        let readme = "| language | install | generate |\n| --- | --- | --- |\n\
                      | Java | `pip install a` | `a -o b` |\n| Go 1.25 | `go get b` | `go tool b` |\n";
        assert_eq!(command(readme, "Java").expect("a command"), "a -o b");
        assert_eq!(command(readme, "Go").expect("a command"), "go tool b");
        assert!(command(readme, "JavaScript").is_err());
        assert!(command("| Java | none |\n", "Java").is_err());
    }

    #[test]
    fn table_has_the_command_of_every_row() {
        let readme = read(&crate::files::root().join(README)).expect("spec/README.md");
        for (language, start) in [
            ("TypeScript", "npx openapi-ts "),
            ("Python", "datamodel-codegen "),
            ("Go", "go tool oapi-codegen "),
            ("Java", "openapi-generator-cli "),
            ("Rust", "progenitor::generate_api!("),
        ] {
            let command = command(&readme, language).expect("a command");
            assert!(command.starts_with(start), "{command}");
        }
    }

    #[test]
    fn body_that_the_compiler_refuses_is_a_refusal() {
        let errors = "src/bodies/3.ts(3,36): error TS2322: Type 'number' is not assignable.\n  \
                      Types of property 'id' are incompatible.\n\
                      src/bodies/12.ts(3,36): error TS2353: Object literal: no such property.\n";
        let refused = refusals(errors).expect("refusals");
        let refused: Vec<_> = refused.iter().map(|r| (r.case, r.why.as_str())).collect();
        assert_eq!(
            refused,
            [
                (3, "error TS2322: Type 'number' is not assignable."),
                (12, "error TS2353: Object literal: no such property."),
            ]
        );
        assert_eq!(refusals("").expect("nothing is refused"), []);
    }

    #[test]
    fn any_other_error_of_the_compiler_fails_the_row() {
        for errors in [
            "src/dcs/index.ts(3,60): error TS2307: Cannot find module './sdk.gen'.\n",
            "error TS18003: No inputs were found.\n",
            "src/bodies/x.ts(3,36): error TS2322: no number.\n",
        ] {
            assert!(refusals(errors).is_err(), "{errors}");
        }
    }
}
