//! A gateway and a PostgreSQL server as processes that a test starts, stops and kills.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[expect(
    clippy::disallowed_methods,
    reason = "folders of one machine need different names"
)]
fn fresh_folder(what: &str) -> PathBuf {
    let name = format!("ledgergate-{what}-{}", uuid::Uuid::new_v4().simple());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn run(command: &mut Command) -> bool {
    let ran = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    ran.status().unwrap().success()
}

/// A server of one test, stopped and removed with it.
pub(super) struct Postgres {
    folder: PathBuf,
    binaries: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes a cluster and starts it.
    pub(super) async fn start() -> Self {
        tokio::task::spawn_blocking(|| {
            let postgres = Self {
                folder: fresh_folder("postgres"),
                binaries: binaries(),
                port: free_port(),
            };
            if is_root() {
                let folder = postgres.folder.to_str().unwrap();
                assert!(run(Command::new("chown").args(["postgres", folder])));
            }
            let mut initdb = postgres.command("initdb");
            initdb.args([
                "-U",
                "ledgergate",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "-N",
            ]);
            assert!(run(&mut initdb), "initdb failed");
            postgres.start_again();
            postgres
        })
        .await
        .unwrap()
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://ledgergate@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it again on the same port.
    pub(super) fn start_again(&self) {
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories='' -c fsync=off",
            self.port
        );
        let mut start = self.command("pg_ctl");
        start
            .args(["-w", "-t", "60", "-l"])
            .arg(self.folder.join("log"));
        assert!(run(start.args(["-o", &options, "start"])), "no server");
    }

    /// Stops it as a crash would.
    pub(super) fn stop(&self) {
        let mut stop = self.command("pg_ctl");
        run(stop.args(["-m", "immediate", "-w", "stop"]));
    }

    /// The server refuses to run as root.
    fn command(&self, name: &str) -> Command {
        let binary = self.binaries.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(binary);
            command
        } else {
            Command::new(binary)
        };
        command.arg("-D").arg(self.folder.join("data"));
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
        let _left_behind = std::fs::remove_dir_all(&self.folder);
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// The newest of Debian's, else what the path has.
fn binaries() -> PathBuf {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.reverse();
    folders
        .into_iter()
        .chain(std::env::split_paths(&path))
        .find(|folder| folder.join("initdb").exists())
        .expect("PostgreSQL is not installed")
}

/// A whole reply.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    body: String,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(super) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()
    }
}

/// `ledgergate serve` with a spool of its own; killed with its test.
pub(super) struct Gateway {
    folder: PathBuf,
    port: u16,
    process: Child,
}

impl Gateway {
    /// Starts it and waits until it answers.
    pub(super) async fn start(database_url: &str, more: &str) -> Self {
        let folder = fresh_folder("gateway");
        let port = free_port();
        let process = launch(&folder, port, database_url, more);
        let gateway = Self {
            folder,
            port,
            process,
        };
        gateway.until_alive().await;
        gateway
    }

    /// What it says when it does not start.
    pub(super) async fn refused_start(database_url: &str, more: &str) -> String {
        let folder = fresh_folder("gateway");
        let mut process = launch(&folder, free_port(), database_url, more);
        let status = tokio::task::spawn_blocking(move || process.wait());
        assert!(!status.await.unwrap().unwrap().success());
        let said = std::fs::read_to_string(folder.join("log")).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
        said
    }

    /// The same folder, port and configuration again.
    pub(super) async fn start_again(&mut self) {
        self.process = serve(&self.folder);
        self.until_alive().await;
    }

    async fn until_alive(&self) {
        for _ in 0..1_200 {
            if self.exchange("GET", "/livez", "", "").await.is_some() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "{}",
            std::fs::read_to_string(self.folder.join("log")).unwrap()
        );
    }

    /// `kill -9`.
    pub(super) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn send_signal_to_stop(&self) {
        let pid = self.process.id().to_string();
        run(Command::new("kill").args(["-TERM", &pid]));
    }

    pub(super) async fn signal_to_stop_after(&self, pause: Duration) {
        tokio::time::sleep(pause).await;
        self.send_signal_to_stop();
    }

    /// SIGTERM; whether it ended well.
    pub(super) fn terminate(&mut self) -> bool {
        self.send_signal_to_stop();
        self.ended_well()
    }

    /// Waits until it has ended.
    pub(super) fn ended_well(&mut self) -> bool {
        self.process.wait().unwrap().success()
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.exchange("GET", path, "", "").await.unwrap()
    }

    pub(super) async fn post(&self, path: &str, body: &Value, key: Option<&str>) -> Reply {
        let headers = key.map_or_else(String::new, |key| format!("idempotency-key: {key}\r\n"));
        self.exchange("POST", path, &headers, &body.to_string())
            .await
            .unwrap()
    }

    /// None if the connection breaks.
    pub(super) async fn try_post(&self, path: &str, body: &Value) -> Option<Reply> {
        self.exchange("POST", path, "", &body.to_string()).await
    }

    async fn exchange(&self, method: &str, path: &str, headers: &str, body: &str) -> Option<Reply> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n",
            body.len()
        );
        stream.write_all((head + body).as_bytes()).await.ok()?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.ok()?;
        let (head, body) = reply.split_once("\r\n\r\n")?;
        Some(Reply {
            status: head.split(' ').nth(1)?.parse().ok()?,
            body: body.to_owned(),
        })
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
        let _left_behind = std::fs::remove_dir_all(&self.folder);
    }
}

fn launch(folder: &Path, port: u16, database_url: &str, more: &str) -> Child {
    let mut config: toml::Table = more.parse().unwrap();
    let mut set = |section: &str, key: &str, value: toml::Value| {
        let section = config
            .entry(section)
            .or_insert_with(|| toml::Value::Table(toml::Table::new()));
        section
            .as_table_mut()
            .unwrap()
            .insert(key.to_owned(), value);
    };
    set("server", "listen", format!("127.0.0.1:{port}").into());
    set("store", "database_url", database_url.into());
    set("spool", "directory", "spool".into());
    std::fs::write(folder.join("ledgergate.toml"), config.to_string()).unwrap();
    serve(folder)
}

fn serve(folder: &Path) -> Child {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .unwrap();
    Command::new(env!("CARGO_BIN_EXE_ledgergate"))
        .args(["serve", "--config"])
        .arg(folder.join("ledgergate.toml"))
        .env_remove("DATABASE_URL")
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}
