//! Who asks: for the queues that are fair between callers, and for the request log.

use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use ledgergate_llm::chat::Caller;
use sha2::{Digest, Sha256};

use crate::app::App;

/// The sender of a request: its bearer token, else its address; of both only a hash under a key
/// that this process alone has, so that neither can be had back from it.
///
/// Tokens are not checked here: whoever makes up many of them counts as many callers.
pub(super) struct AskedBy(pub(super) Caller);

impl FromRequestParts<App> for AskedBy {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let address = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(address)| *address);
        Ok(Self(caller(&app.caller_key, &parts.headers, address)))
    }
}

fn caller(key: &RandomState, headers: &HeaderMap, address: Option<SocketAddr>) -> Caller {
    match (bearer_token(headers), address) {
        (Some(token), _) => Caller(key.hash_one(("token", token))),
        (None, Some(address)) => Caller(key.hash_one(("address", address.ip()))),
        (None, None) => Caller::default(),
    }
}

/// The caller's name in the request log, alike in all processes: the beginning of its token's
/// SHA-256. A caller without a token has none; its address is not kept.
pub(super) fn logged_name(headers: &HeaderMap) -> Option<String> {
    let digest = Sha256::digest(bearer_token(headers)?);
    let beginning = digest
        .first_chunk::<8>()
        .map(|bytes| u64::from_be_bytes(*bytes))?;
    Some(format!("token_{beginning:016x}"))
}

fn bearer_token(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked("Bearer ".len())?;
    let token = token.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"Bearer ") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(authorization: Option<&str>, address: Option<&str>) -> Caller {
        static KEY: std::sync::LazyLock<RandomState> = std::sync::LazyLock::new(RandomState::new);
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        }
        caller(&KEY, &headers, address.map(|text| text.parse().unwrap()))
    }

    #[test]
    fn a_token_is_a_caller_wherever_it_comes_from() {
        let one = of(Some("Bearer sk-1"), Some("10.0.0.1:1"));
        assert_eq!(one, of(Some("bearer  sk-1"), Some("10.0.0.2:1")));
        assert_ne!(one, of(Some("Bearer sk-2"), Some("10.0.0.1:1")));
    }

    #[test]
    fn without_a_token_the_address_counts_and_its_port_does_not() {
        let one = of(None, Some("10.0.0.1:1"));
        assert_eq!(one, of(None, Some("10.0.0.1:2")));
        assert_eq!(one, of(Some("Bearer "), Some("10.0.0.1:3")));
        assert_eq!(one, of(Some("Basic eDp5"), Some("10.0.0.1:3")));
        assert_ne!(one, of(None, Some("10.0.0.2:1")));
        assert_ne!(one, of(Some("Bearer 10.0.0.1"), Some("10.0.0.1:1")));
        assert_eq!(of(None, None), Caller::default());
    }

    #[test]
    fn the_log_names_tokens_and_not_what_they_are() {
        let named = |authorization: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
            logged_name(&headers)
        };
        // printf sk-1 | sha256sum
        assert_eq!(
            named("Bearer sk-1").as_deref(),
            Some("token_0f2c10bf3d128c71")
        );
        assert_eq!(named("bearer  sk-1"), named("Bearer sk-1"));
        assert_ne!(named("Bearer sk-2"), named("Bearer sk-1"));
        assert_eq!(named("Basic eDp5"), None);
    }

    #[test]
    fn each_process_has_a_key_of_its_own() {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "Bearer sk-1".parse().unwrap());
        let under = |key: &RandomState| caller(key, &headers, None);
        assert_ne!(under(&RandomState::new()), under(&RandomState::new()));
    }
}
