//! An HTTP client that can leave at any moment.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection with one request on it. Dropping it closes the connection.
pub(super) struct Client {
    stream: TcpStream,
    read: String,
}

impl Client {
    /// Connects and posts a chat.
    pub(super) async fn post(address: SocketAddr, body: &Value) -> Self {
        Self::post_with(address, body, "").await
    }

    /// The same with more headers, each ended by CR LF.
    pub(super) async fn post_with(address: SocketAddr, body: &Value, headers: &str) -> Self {
        let body = body.to_string();
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all((head + &body).as_bytes()).await.unwrap();
        Self {
            stream,
            read: String::new(),
        }
    }

    /// Reads until this text has come; all that was read so far.
    pub(super) async fn read_until(&mut self, text: &str) -> &str {
        while !self.read.contains(text) {
            assert!(self.read_more().await, "no '{text}' in {}", self.read);
        }
        &self.read
    }

    /// The whole reply, head and body.
    pub(super) async fn reply(mut self) -> String {
        while self.read_more().await {}
        self.read
    }

    async fn read_more(&mut self) -> bool {
        let mut buffer = [0; 4_096];
        let count = self.stream.read(&mut buffer).await.unwrap();
        self.read
            .push_str(&String::from_utf8_lossy(&buffer[..count]));
        count > 0
    }
}
