//! A server that shows requests as they came over the wire, and replies with bytes of the test.

use std::future::ready;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::scripted_response::Connection;

/// What comes back for a request.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    /// In place of the status and the headers, with the empty line.
    pub(super) head: Option<String>,
    pub(super) body: Vec<u8>,
    pub(super) connection: Option<Connection>,
}

/// The line and the headers of a request.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) method: String,
    /// Path and query, byte for byte.
    pub(super) target: String,
    /// Names in small letters.
    pub(super) headers: Vec<(String, String)>,
}

impl Head {
    fn parse(text: &str) -> Self {
        let mut lines = text.split("\r\n");
        let line = lines.next().expect("the request has a first line");
        let [method, target, _] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line:?} is no request line");
        };
        // To a proxy the origin is written before the path.
        let target = match target.split_once("://") {
            Some((_, rest)) => &rest[rest.find('/').expect("the URL has a path")..],
            None => target,
        };
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: headers.collect(),
        }
    }

    /// The value of a header, which is there once at most.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(n, _)| n == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }
}

/// A server on loopback that gives one reply after the other, the last one for ever.
pub(super) struct Wire {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<Head>>>,
    task: JoinHandle<()>,
}

/// Makes the reply to a request; `None` closes the connection.
type Respond = dyn Fn(Head) -> BoxFuture<'static, Option<Reply>> + Send + Sync;

impl Wire {
    pub(super) async fn replying(replies: Vec<Reply>) -> Self {
        let asked = AtomicUsize::new(0);
        Self::with(Arc::new(move |_| {
            let nth = asked.fetch_add(1, Ordering::SeqCst);
            Box::pin(ready(replies.get(nth).or(replies.last()).cloned()))
        }))
        .await
    }

    /// Replies by a function, which concurrent requests call concurrently.
    pub(super) async fn responding(
        respond: impl Fn(Head) -> BoxFuture<'static, Reply> + Send + Sync + 'static,
    ) -> Self {
        Self::with(Arc::new(move |head| {
            let reply = respond(head);
            Box::pin(async { Some(reply.await) })
        }))
        .await
    }

    async fn with(respond: Arc<Respond>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("the listener has an address");
        let heads: Arc<Mutex<Vec<Head>>> = Arc::default();
        let seen = Arc::clone(&heads);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, respond) = (Arc::clone(&seen), Arc::clone(&respond));
                tokio::spawn(async move {
                    // A client that goes away in the middle is part of what is tested.
                    let _ = serve(stream, &seen, &*respond).await;
                });
            }
        });
        Self {
            address,
            heads,
            task,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that came since this was asked last.
    pub(super) fn take(&self) -> Vec<Head> {
        std::mem::take(&mut *self.heads.lock().expect("no one panicked"))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Head>>,
    respond: &Respond,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return Ok(()),
        }
    }
    let head = Head::parse(&String::from_utf8_lossy(&head));
    // Unread, it would reset the connection.
    let length = head.header("content-length").and_then(|n| n.parse().ok());
    stream.read_exact(&mut vec![0; length.unwrap_or(0)]).await?;
    seen.lock().expect("no one panicked").push(head.clone());
    let Some(reply) = respond(head).await else {
        return Ok(());
    };
    match reply.connection {
        Some(Connection::Reset) => return Ok(()),
        // Until the client goes away.
        Some(Connection::Silent) => return stream.read_u8().await.map(drop),
        Some(Connection::Cut) | None => {}
    }
    let mut head = format!("HTTP/1.1 {} -\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    // These have no body, nor a length of one.
    if !matches!(reply.status, 204 | 304) {
        head.push_str(&format!("content-length: {}\r\n", reply.body.len()));
    }
    let sent = match reply.connection {
        Some(_) => &reply.body[..reply.body.len() / 2],
        None => &reply.body,
    };
    head.push_str("\r\n");
    let head = reply.head.as_ref().unwrap_or(&head);
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(sent).await?;
    stream.shutdown().await
}
