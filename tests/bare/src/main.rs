//! Asks for a list of tasks with reqwest and `serde_json` alone.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("give the URL of a list")?;
    let body = reqwest::get(url).await?.bytes().await?;
    let list: serde_json::Value = serde_json::from_slice(&body)?;
    println!("{list:#}");
    Ok(())
}
