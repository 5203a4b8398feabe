//! The tables of the five documents against the emitted documents, both ways round.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::support::spec::{self, Document, dcs, kafka};

/// Rows of each document, counted in it by hand: parameters, then fields of bodies and errors.
const COUNTS: [(&str, usize, usize); 5] = [
    ("DCS V1.0", 2, 13),
    ("DCS V2 (Chinese)", 6, 34),
    ("DCS V2 (English)", 6, 37),
    ("Kafka list", 6, 10),
    ("Kafka show", 3, 10),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    document: Vec<Source>,
    extra: Vec<Extra>,
}

/// A document whose tables are transcribed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    name: String,
    operation: String,
    statuses: Vec<String>,
    table: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    title: String,
    container: Container,
    /// The status that an error table stands under.
    status: Option<String>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Container {
    Path,
    Query,
    Body,
    Task,
    Details,
    Error,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    r#type: String,
    /// Parameters only: the tables of fields do not say.
    mandatory: Option<bool>,
    /// The type in the spec where it contradicts the documented one, as the quirk of this number says.
    spec: Option<String>,
    quirk: Option<u32>,
}

/// What the spec has and no table lists.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Extra {
    /// An operation, for its parameters, or a schema, for its fields.
    owner: String,
    reason: String,
    names: Vec<String>,
}

fn tables() -> Tables {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tables.toml");
    let text = std::fs::read_to_string(file).expect("tables.toml can be read");
    toml::from_str(&text).expect("tables.toml can be read")
}

impl Container {
    /// Where a parameter of this table stands; `None` for fields.
    fn place(self) -> Option<&'static str> {
        match self {
            Self::Path => Some("path"),
            Self::Query => Some("query"),
            Self::Body | Self::Task | Self::Details | Self::Error => None,
        }
    }
}

impl Row {
    /// The JSON type that the spec must allow for this row.
    fn json_type(&self) -> Result<&str, String> {
        if let (Some(spec), Some(_)) = (&self.spec, self.quirk) {
            return Ok(spec);
        }
        match self.r#type.as_str() {
            "String" => Ok("string"),
            "Integer" => Ok("integer"),
            "Boolean" => Ok("boolean"),
            text if text.starts_with("Array") => Ok("array"),
            text if text.ends_with(" object") => Ok("object"),
            text => Err(format!("the type {text} is not known")),
        }
    }
}

/// The name of the schema that holds the fields of a table.
fn owner<'a>(document: &'a Document, operation: &'a Value, table: &Table) -> Option<&'a str> {
    let status = table.status.as_deref().unwrap_or("200");
    let body = || spec::target(&spec::response(operation, status)["schema"]);
    let task = || {
        let tasks = &document.schema(body()?)["properties"]["tasks"];
        spec::target(&tasks["items"])
    };
    match table.container {
        Container::Path | Container::Query => operation["operationId"].as_str(),
        Container::Body | Container::Error => body(),
        Container::Task => task(),
        Container::Details => spec::target(&document.schema(task()?)["properties"]["details"]),
    }
}

/// What is wrong with the spec of one row, if anything.
fn check(document: &Document, operation: &Value, table: &Table, row: &Row) -> Result<(), String> {
    let json_type = row.json_type()?;
    let owner = owner(document, operation, table).ok_or("there is no schema for its table")?;
    let schema = match table.container.place() {
        Some(place) => {
            let parameter = spec::parameters(operation)
                .iter()
                .find(|parameter| parameter["name"] == *row.name)
                .ok_or_else(|| format!("{owner} has no such parameter"))?;
            if parameter["in"] != place {
                return Err(format!("stands in {}, not in the {place}", parameter["in"]));
            }
            let mandatory = row
                .mandatory
                .ok_or("the table says whether it is mandatory")?;
            if parameter["required"] != mandatory {
                return Err(format!("required is not {mandatory}"));
            }
            &parameter["schema"]
        }
        None => document.schema(owner)["properties"]
            .get(&row.name)
            .ok_or_else(|| format!("{owner} has no such field"))?,
    };
    let types = document.types(schema);
    if !types.iter().any(|name| name == json_type) {
        return Err(format!(
            "documented as {}, emitted as {types:?}",
            row.r#type
        ));
    }
    if table.container.place().is_some() && types.len() != 1 {
        return Err(format!("a parameter of the types {types:?}"));
    }
    if json_type == "array" && document.types(&schema["items"]) != ["object"] {
        return Err("its items are not objects".to_owned());
    }
    Ok(())
}

/// The document of the service that a source describes.
fn emitted<'a>(services: &'a [Document; 2], source: &Source) -> &'a Document {
    let [dcs, kafka] = services;
    if source.name.starts_with("DCS") {
        dcs
    } else {
        kafka
    }
}

/// Each row that the spec does not hold to, and why.
fn failures(services: &[Document; 2], tables: &Tables) -> Vec<String> {
    let mut failures = Vec::new();
    for source in &tables.document {
        let document = emitted(services, source);
        let operation = document.operation(&source.operation);
        for table in &source.table {
            for row in &table.rows {
                if let Err(reason) = check(document, operation, table, row) {
                    let (document, title) = (&source.name, &table.title);
                    failures.push(format!("{document}, {title}, {}: {reason}", row.name));
                }
            }
        }
    }
    failures
}

type Names = BTreeMap<String, BTreeSet<String>>;

/// Every parameter of each operation and every field of each schema.
fn in_the_spec(services: &[Document; 2]) -> Names {
    let mut names = Names::new();
    for document in services {
        for (_, operation) in document.operations() {
            let owner = operation["operationId"].as_str().expect("it has an ID");
            let parameters = spec::parameters(operation).iter();
            let parameters = parameters.filter_map(|parameter| parameter["name"].as_str());
            names
                .entry(owner.to_owned())
                .or_default()
                .extend(parameters.map(str::to_owned));
        }
        let schemas = document.0["components"]["schemas"]
            .as_object()
            .expect("the document has schemas");
        for (owner, schema) in schemas {
            if let Some(fields) = schema["properties"].as_object() {
                names
                    .entry(owner.clone())
                    .or_default()
                    .extend(fields.keys().cloned());
            }
        }
    }
    names
}

/// Every parameter and field of the tables, by the operation or schema that holds it.
fn in_the_tables(services: &[Document; 2], tables: &Tables) -> Names {
    let mut names = Names::new();
    for source in &tables.document {
        let document = emitted(services, source);
        let operation = document.operation(&source.operation);
        for table in &source.table {
            if let Some(owner) = owner(document, operation, table) {
                let rows = table.rows.iter().map(|row| row.name.clone());
                names.entry(owner.to_owned()).or_default().extend(rows);
            }
        }
    }
    names
}

#[test]
fn every_documented_row_is_parsed() {
    let tables = tables();
    let count = |source: &Source, parameters: bool| -> usize {
        let of_kind = |table: &&Table| table.container.place().is_some() == parameters;
        source
            .table
            .iter()
            .filter(of_kind)
            .map(|table| table.rows.len())
            .sum()
    };
    let counts: Vec<_> = tables
        .document
        .iter()
        .map(|source| {
            (
                source.name.as_str(),
                count(source, true),
                count(source, false),
            )
        })
        .collect();
    assert_eq!(counts, COUNTS);
}

#[test]
fn every_documented_row_is_in_the_spec() {
    let failures = failures(&[dcs(), kafka()], &tables());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_documented_status_is_in_the_spec() {
    let services = [dcs(), kafka()];
    for source in tables().document {
        let operation = emitted(&services, &source).operation(&source.operation);
        for status in source.statuses {
            let schema = &spec::response(operation, &status)["schema"];
            assert!(
                spec::target(schema).is_some(),
                "{}: no {status}",
                source.name
            );
        }
    }
}

#[test]
fn spec_has_only_documented_rows_and_extras() {
    let services = [dcs(), kafka()];
    let tables = tables();
    let mut listed = in_the_tables(&services, &tables);
    for extra in &tables.extra {
        assert!(
            extra.reason.ends_with('.'),
            "{}: {:?}",
            extra.owner,
            extra.reason
        );
        for name in &extra.names {
            let fresh = listed
                .entry(extra.owner.clone())
                .or_default()
                .insert(name.clone());
            assert!(
                fresh,
                "{}.{name} is in a table, or an extra already",
                extra.owner
            );
        }
    }
    assert_eq!(in_the_spec(&services), listed);
}

#[test]
fn spec_mismatch_is_reported_with_its_row() {
    let tables = tables();
    type Fault = (&'static str, fn(&mut Document), &'static str);
    let faults: [Fault; 5] = [
        (
            "a field is lost",
            |dcs| drop(dcs.fields("DetailsBody").remove("enable_ssl")),
            "DCS V2 (English), response, third table, enable_ssl: DetailsBody has no such field",
        ),
        (
            "a field has another type",
            |dcs| dcs.fields("DcsTask")["params"] = serde_json::json!({ "type": "integer" }),
            "DCS V2 (Chinese), 表 4 SingleBackgroundTask, params: documented as String, emitted as [\"integer\"]",
        ),
        (
            "a parameter is renamed",
            |dcs| dcs.v2_parameter(4)["name"] = "begin_time".into(),
            "DCS V2 (Chinese), 表 2 Query参数, start_time: ListDcsTasks has no such parameter",
        ),
        (
            "a parameter is demanded",
            |dcs| dcs.v2_parameter(3)["required"] = true.into(),
            "DCS V2 (English), URI, second table, limit: required is not false",
        ),
        (
            "a parameter stands elsewhere",
            |dcs| dcs.v2_parameter(2)["in"] = "header".into(),
            "DCS V2 (English), URI, second table, offset: stands in \"header\", not in the query",
        ),
    ];
    for (what, spoil, expected) in faults {
        let mut dcs = dcs();
        spoil(&mut dcs);
        let failures = failures(&[dcs, kafka()], &tables);
        assert!(
            failures.iter().any(|failure| failure == expected),
            "{what}: {failures:#?}"
        );
        assert!(failures.len() <= 2, "{what}: {failures:#?}");
    }
}

impl Document {
    fn fields(&mut self, schema: &str) -> &mut serde_json::Map<String, Value> {
        let fields = &mut self.0["components"]["schemas"][schema]["properties"];
        fields.as_object_mut().expect("it has fields")
    }

    fn v2_parameter(&mut self, at: usize) -> &mut Value {
        let path = "/v2/{project_id}/instances/{instance_id}/tasks";
        &mut self.0["paths"][path]["get"]["parameters"][at]
    }
}
