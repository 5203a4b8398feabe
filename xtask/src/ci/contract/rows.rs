//! The generators, and how each makes, compiles and drives a client.
//!
//! The commands are those of `spec/README.md`, for the first of the documents.

use std::fs;

use anyhow::{Context, Result, bail};

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

const OPENAPI_TS: &str = "openapi-ts -i ./dcs.json -o src/dcs --no-log-file";
const DATAMODEL_CODEGEN: &str = "datamodel-codegen --input dcs.json --input-file-type openapi --output dcs.py \
    --output-model-type pydantic_v2.BaseModel --preset practical-py311-20261027 --extra-fields allow \
    --disable-timestamp";
const OAPI_CODEGEN: &str =
    "oapi-codegen -generate types,client -package dcs -o dcs/dcs.gen.go dcs.json";
const OPENAPI_GENERATOR: &str = "openapi-generator-cli generate -g java --library native -i dcs.json -o dcs \
    --invoker-package dcs --api-package dcs --model-package dcs -p openApiNullable=false,supportUrlQuery=false \
    --schema-mappings Capacity=com.fasterxml.jackson.databind.JsonNode,\
    ErrorCode=com.fasterxml.jackson.databind.JsonNode,TaskCount=com.fasterxml.jackson.databind.JsonNode";

/// The arguments of a command for one of the documents.
fn arguments(command: &str, document: &str) -> Vec<String> {
    let words = command.split_whitespace().skip(1);
    words
        .map(|word| word.replace(DOCUMENTS[0], document))
        .collect()
}

fn with(run: Run, arguments: &[String]) -> Run {
    arguments
        .iter()
        .fold(run, |run, argument| run.arg(argument))
}

impl Room<'_> {
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
    let commands = tools::node_commands(room.root, &room.sources)?;
    // openapi-ts writes `.js` imports where the project that it is installed in asks for them.
    let project = commands.ancestors().nth(2).context("no folder of tools")?;
    let settings = read(&room.folder.join("tsconfig.json"))?;
    write(&project.join("tsconfig.json"), &settings)?;
    for document in DOCUMENTS {
        room.clear(&format!("src/{document}"))?;
        let run = run_in(&room.folder, commands.join("openapi-ts"), &[]);
        with(run, &arguments(OPENAPI_TS, document)).check_quietly()?;
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
    let requirements = format!("{}/requirements.txt", room.sources);
    let commands = tools::python_commands(room.root, &requirements)?;
    for document in DOCUMENTS {
        let run = run_in(&room.folder, commands.join("datamodel-codegen"), &[]);
        with(run, &arguments(DATAMODEL_CODEGEN, document)).check()?;
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
    // The versions that the workspace has, too, are compiled once for both.
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
    tools::need_go()?;
    let go = |args: &[&str]| run_in(&room.folder, "go", args).env("GOFLAGS", "-mod=readonly");
    for document in DOCUMENTS {
        room.clear(document)?;
        let folder = room.folder.join(document);
        fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        with(
            go(&["tool", "oapi-codegen"]),
            &arguments(OAPI_CODEGEN, document),
        )
        .check()?;
    }
    go(&["vet", "./..."]).check()?;
    go(&["build", "-o", "driver", "."]).check()?;
    run_in(&room.folder, room.folder.join("driver"), &[]).check()?;
    Ok(Vec::new())
}

/// Types and java.net.http client.
fn openapi_generator(room: &Room<'_>) -> Result<Vec<Refusal>> {
    tools::need_java()?;
    let requirements = format!("{}/requirements.txt", room.sources);
    let commands = tools::python_commands(room.root, &requirements)?;
    let libraries = tools::java_libraries(room.root, &room.sources)?.join("*");
    let mut sources = vec!["Main.java".to_owned()];
    for document in DOCUMENTS {
        room.clear(document)?;
        let run = run_in(&room.folder, commands.join("openapi-generator-cli"), &[]);
        with(run, &arguments(OPENAPI_GENERATOR, document)).check_quietly()?;
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
    run_in(
        &room.folder,
        "javac",
        &[
            "-d",
            "classes",
            "-Xlint:all,-deprecation,-processing",
            "-Werror",
        ],
    )
    .arg("-classpath")
    .arg(&libraries)
    .arg("@sources.txt")
    .check()?;
    let mut classes = libraries.into_os_string();
    classes.push(":classes");
    run_in(&room.folder, "java", &["-classpath"])
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
        let command = "oapi-codegen -package dcs -o dcs/dcs.gen.go dcs.json";
        assert_eq!(
            arguments(command, "kafka"),
            [
                "-package",
                "kafka",
                "-o",
                "kafka/kafka.gen.go",
                "kafka.json"
            ]
        );
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
