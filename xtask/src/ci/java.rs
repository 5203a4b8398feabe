//! Formats, compiles, tests and packages the Java client, and runs its README with the package.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::emulator::Emulator;
use crate::run::{Run, run_in};
use crate::tools;

pub(crate) const BINDING: &str = "bindings/java";
/// What the program of the README prints with the tasks that the emulator starts with.
const PRINTED: &str = "8abfa7b272adc5b40172b73130065ae7 ended at 2020-06-15T08:55:56.600Z\n";
/// Imports of the examples that stand alone in the README.
const IMPORTS: &str = "import io.github.hwtasks.*;\nimport io.github.hwtasks.credentials.*;\n\
    import io.github.hwtasks.model.*;\nimport io.github.hwtasks.signer.*;\nimport java.time.*;\nimport java.util.*;\n";

/// Runs every check of the binding.
pub(crate) fn run(root: &Path) -> Result<()> {
    tools::need_java()?;
    let emulator = tools::emulator(root)?;
    let folder = root.join(BINDING);
    // `verify` also makes the jars, and the documentation without warnings.
    maven(&folder, &["spotless:check", "verify"])
        .env("HWTASKS_EMULATOR", &emulator)
        .check()?;
    check_licences(&folder.join("target"), &jars(&version(&folder)?))?;
    readme(root, &folder, &emulator)
}

/// The three jars of a release, by their names.
pub(crate) fn jars(version: &str) -> [String; 3] {
    ["", "-sources", "-javadoc"].map(|kind| format!("hwtasks-{version}{kind}.jar"))
}

/// Checks that each jar in a folder has the licences, because each is published and copied alone.
pub(crate) fn check_licences(folder: &Path, jars: &[String]) -> Result<()> {
    for jar in jars {
        let entries = run_in(folder, "jar", &["--list", "--file"])
            .arg(jar)
            .output()?;
        let missing = missing_licences(&entries);
        ensure!(missing.is_empty(), "{jar} has no {}", missing.join(", "));
    }
    Ok(())
}

/// The licences that are not among the entries of a jar.
fn missing_licences(entries: &str) -> Vec<&'static str> {
    ["META-INF/LICENSE-APACHE", "META-INF/LICENSE-MIT"]
        .into_iter()
        .filter(|file| !entries.lines().any(|entry| entry == *file))
        .collect()
}

/// A command of Maven in a folder.
pub(crate) fn maven(folder: &Path, args: &[&str]) -> Run {
    let quiet = [
        "--batch-mode",
        "--no-transfer-progress",
        "-Dstyle.color=never",
    ];
    run_in(folder, "mvn", &quiet).args(args)
}

/// Runs the program of the README in an empty project against the emulator, and compiles its other examples there.
///
/// The package comes from a local repository of this test alone.
pub(crate) fn readme(root: &Path, folder: &Path, emulator: &Path) -> Result<()> {
    let path = folder.join("README.md");
    let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    let dependency = blocks(&text, "xml").next().context("no dependency")?;
    let examples: Vec<&str> = blocks(&text, "java").collect();
    ensure!(examples.len() > 6, "there are {} examples", examples.len());

    let project = root.join("target/java/readme");
    if project.exists() {
        fs::remove_dir_all(&project).context("cannot empty the project of the README")?;
    }
    let sources = project.join("src/main/java");
    fs::create_dir_all(&sources).context("cannot create the project of the README")?;
    let write = |path: PathBuf, text: &str| {
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    };
    write(project.join("pom.xml"), &pom(folder, dependency)?)?;
    write(sources.join("Main.java"), examples[0])?;
    for (number, example) in examples.iter().enumerate().skip(1) {
        write(
            sources.join(format!("Example{number}.java")),
            &whole(number, example),
        )?;
    }

    let repository = root.join("target/java/repository");
    let own = repository.join("io/github/hwtasks");
    if own.exists() {
        fs::remove_dir_all(&own).context("cannot remove an older package")?;
    }
    let settings = root.join("target/java/settings.xml");
    write(settings.clone(), &own_settings(folder, &repository)?)?;
    let settings = settings.display().to_string();
    let version = version(folder)?;
    let jar = format!("-Dfile=target/hwtasks-{version}.jar");
    let install = ["--quiet", "--settings", &settings, "install:install-file"];
    maven(folder, &install)
        .args(&[&jar, "-DpomFile=pom.xml"])
        .check()?;
    let goals = ["--quiet", "--settings", &settings];
    maven(&project, &goals)
        .args(&["compile", "dependency:copy-dependencies"])
        .check()?;

    let service = Emulator::start_program(emulator, &[])?;
    let java = |args: &[&str]| {
        let java = run_in(&project, "java", args).env("HOME", &project);
        service.in_environment(java).output()
    };
    let libraries = "target/dependency";
    let on_class_path = format!("target/classes:{libraries}/*");
    let printed = [
        java(&["--class-path", &on_class_path, "Main"]),
        // As a module, of which only the exported packages are seen.
        java(&[
            "--module-path",
            libraries,
            "--add-modules",
            "io.github.hwtasks",
            "--class-path",
            "target/classes",
            "Main",
        ]),
    ];
    for printed in printed {
        let printed = printed?;
        ensure!(
            printed == PRINTED,
            "the program of the README prints {printed:?}"
        );
    }
    Ok(())
}

/// The blocks of a language in a Markdown text.
fn blocks<'a>(text: &'a str, language: &'a str) -> impl Iterator<Item = &'a str> {
    let start = format!("```{language}\n");
    text.split("```")
        .skip(1)
        .step_by(2)
        .filter_map(move |block| block.strip_prefix(&start[3..]))
}

/// A class of an example: its statements in a method, or the class itself.
fn whole(number: usize, example: &str) -> String {
    let client = if example.contains("HwtasksClient client =") || example.contains("var client =") {
        ""
    } else {
        "HwtasksClient client"
    };
    format!(
        "{IMPORTS}\nclass Example{number} {{\n    void run({client}) throws Exception {{\n{example}    }}\n}}\n"
    )
}

/// The text of an element of the binding's pom, the first of that name.
fn element<'a>(pom: &'a str, name: &str) -> Result<&'a str> {
    let (_, rest) = pom
        .split_once(&format!("<{name}>"))
        .with_context(|| format!("pom.xml has no {name}"))?;
    let (value, _) = rest.split_once('<').context("pom.xml is no XML")?;
    Ok(value)
}

fn own_pom(folder: &Path) -> Result<String> {
    fs::read_to_string(folder.join("pom.xml")).context("cannot read pom.xml")
}

fn version(folder: &Path) -> Result<String> {
    Ok(element(&own_pom(folder)?, "version")?.to_owned())
}

/// The pom of an empty project with the dependency as the README has it, and with the plugins of the binding.
fn pom(folder: &Path, dependency: &str) -> Result<String> {
    let own = own_pom(folder)?;
    let mut plugins = String::new();
    for name in [
        "maven-resources-plugin",
        "maven-compiler-plugin",
        "maven-dependency-plugin",
    ] {
        let (_, rest) = own
            .split_once(&format!("<artifactId>{name}</artifactId>"))
            .with_context(|| format!("pom.xml does not pin {name}"))?;
        let version = element(rest, "version")?;
        plugins += &format!(
            "<plugin><artifactId>{name}</artifactId><version>{version}</version></plugin>\n"
        );
    }
    Ok(format!(
        "<project>\n<modelVersion>4.0.0</modelVersion>\n<groupId>example</groupId>\n<artifactId>example</artifactId>\n\
         <version>1</version>\n<properties><maven.compiler.release>17</maven.compiler.release>\n\
         <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>\n\
         <dependencies>\n{dependency}</dependencies>\n<build><plugins>\n{plugins}</plugins></build>\n</project>\n"
    ))
}

/// Settings with a local repository of this test's own. It gets from the default one what that has already.
fn own_settings(folder: &Path, repository: &Path) -> Result<String> {
    // Not by its standard output, where Maven's start script puts control sequences.
    let output = repository.with_file_name("local-repository");
    maven(folder, &["--quiet", "help:evaluate"])
        .arg("-Dexpression=settings.localRepository")
        .arg(format!("-Doutput={}", output.display()))
        .check()?;
    let shown = fs::read_to_string(&output).context("Maven does not say its local repository")?;
    let default = shown.trim();
    ensure!(
        Path::new(default).is_dir(),
        "Maven's local repository is {default:?}"
    );
    let entry = |kind: &str| {
        format!(
            "<{kind}><id>present</id><url>file://{default}</url><releases><checksumPolicy>ignore</checksumPolicy></releases></{kind}>"
        )
    };
    Ok(format!(
        "<settings><localRepository>{}</localRepository><profiles><profile><id>present</id>\
         <repositories>{}</repositories><pluginRepositories>{}</pluginRepositories></profile></profiles>\
         <activeProfiles><activeProfile>present</activeProfile></activeProfiles></settings>\n",
        repository.display(),
        entry("repository"),
        entry("pluginRepository"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_a_language_are_found() {
        let text = "a\n```xml\n<a/>\n```\nb\n```java\nA\n```\n```sh\nrm\n```\n```java\nB\n```\n";
        assert_eq!(blocks(text, "java").collect::<Vec<_>>(), ["A\n", "B\n"]);
        assert_eq!(blocks(text, "xml").collect::<Vec<_>>(), ["<a/>\n"]);
    }

    #[test]
    fn licence_that_a_jar_lacks_is_named() {
        let entries = "META-INF/\nMETA-INF/LICENSE-MIT\nLICENSE-APACHE\n";
        assert_eq!(missing_licences(entries), ["META-INF/LICENSE-APACHE"]);
    }

    #[test]
    fn project_of_the_readme_pins_every_plugin() {
        let folder = crate::files::root().join(BINDING);
        let made = pom(&folder, "<dependency/>\n").unwrap();
        assert_eq!(made.matches("<version>").count(), 4, "{made}");
        assert!(made.contains("<dependency/>"));
    }
}
