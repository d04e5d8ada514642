//! HEAD, OPTIONS, and calls from web pages.

use axum::body::Body;
use axum::http::{Method, Request, Response};
use ledgergate::http::contract::openapi_text;
use serde_json::{Value, json};

use crate::harness::TestApp;
use crate::scripted::saying;

/// Routes that are not in the OpenAPI document.
const OTHER_GET_ROUTES: [&str; 2] = ["/openapi.json", "/docs/"];
const PAGE: &str = "https://books.example.com";

/// A path to ask, with the methods that it takes.
struct Route {
    path: String,
    methods: Vec<Method>,
}

impl Route {
    /// The methods as an `Allow` header names them.
    fn allowed(&self) -> String {
        let methods = [Method::GET, Method::HEAD, Method::POST, Method::DELETE];
        let named = methods.iter().filter(|method| self.takes(method));
        named
            .map(Method::as_str)
            .chain(["OPTIONS"])
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// HEAD goes with GET.
    fn takes(&self, method: &Method) -> bool {
        let named = if method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        self.methods.contains(named)
    }
}

/// Every route.
fn routes() -> Vec<Route> {
    let document: Value = serde_json::from_str(openapi_text()).unwrap();
    let documented = document["paths"].as_object().unwrap();
    let documented = documented.iter().map(|(path, operations)| Route {
        path: filled(path),
        methods: operations
            .as_object()
            .unwrap()
            .keys()
            .map(|method| method.to_uppercase().parse().unwrap())
            .collect(),
    });
    let others = OTHER_GET_ROUTES.map(|path| Route {
        path: path.to_owned(),
        methods: vec![Method::GET],
    });
    let routes: Vec<Route> = documented.chain(others).collect();
    assert!(
        routes
            .iter()
            .any(|route| route.path == "/v1/accounting/reconcile")
    );
    routes
}

/// A documented path with its parameters filled in.
fn filled(path: &str) -> String {
    let filled = [
        ("/models/{id}", "/models/scripted"),
        ("/responses/{id}", "/responses/resp_1"),
        ("/results/{id}", "/results/res_none"),
        ("/schemas/{name}", "/schemas/process_reply.v1"),
    ]
    .iter()
    .fold(path.to_owned(), |path, (from, to)| path.replace(from, to));
    assert!(!filled.contains('{'), "what is asked of {filled}?");
    filled
}

async fn ask(
    app: &TestApp,
    method: Method,
    path: &str,
    headers: &[(&'static str, &'static str)],
) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

async fn with_origins(origins: &[&str]) -> TestApp {
    let origins = serde_json::from_value(json!(origins)).unwrap();
    TestApp::with_settings(vec![saying("Hello")], |config| {
        config.server.cors_origins = origins;
    })
    .await
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    Some(response.headers().get(name)?.to_str().unwrap())
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let app = TestApp::with_model(saying("x")).await;
    for route in routes() {
        let path = &route.path;
        if !route.takes(&Method::GET) {
            let refused = ask(&app, Method::HEAD, path, &[]).await;
            assert_eq!(refused.status(), 405, "{path}");
            continue;
        }
        let got = ask(&app, Method::GET, path, &[]).await;
        let head = ask(&app, Method::HEAD, path, &[]).await;
        assert_eq!(head.status(), got.status(), "{path}");
        assert_eq!(header(&head, "content-type"), header(&got, "content-type"));
        assert_eq!(
            header(&head, "content-length"),
            header(&got, "content-length")
        );
        assert!(header(&head, "x-request-id").is_some());
        let body = axum::body::to_bytes(head.into_body(), 10).await.unwrap();
        assert!(body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn options_says_what_a_route_takes() {
    for app in [
        TestApp::with_model(saying("x")).await,
        with_origins(&["*"]).await,
    ] {
        for route in routes() {
            let (path, allowed) = (&route.path, route.allowed());
            let options = ask(&app, Method::OPTIONS, path, &[]).await;
            assert_eq!(options.status(), 204, "{path}");
            assert_eq!(header(&options, "allow"), Some(&*allowed), "{path}");
            let refused = ask(&app, Method::PUT, path, &[]).await;
            assert_eq!(refused.status(), 405, "{path}");
            assert_eq!(header(&refused, "allow"), Some(&*allowed), "{path}");
        }
        let unknown = ask(&app, Method::OPTIONS, "/v1/nothing", &[]).await;
        assert_eq!(unknown.status(), 404);
    }
}

const PREFLIGHT: [(&str, &str); 3] = [
    ("origin", PAGE),
    ("access-control-request-method", "POST"),
    (
        "access-control-request-headers",
        "authorization,content-type,openai-organization,x-stainless-lang",
    ),
];

#[tokio::test]
async fn a_page_of_a_listed_origin_may_call() {
    let app = with_origins(&["https://other.example", PAGE]).await;
    let preflight = ask(&app, Method::OPTIONS, "/v1/chat/completions", &PREFLIGHT).await;
    assert_eq!(preflight.status(), 200);
    assert_eq!(
        header(&preflight, "access-control-allow-origin"),
        Some(PAGE)
    );
    let allowed = header(&preflight, "access-control-allow-headers").unwrap();
    for name in PREFLIGHT[2].1.split(',') {
        assert!(allowed.contains(name), "{allowed}");
    }
    let methods = header(&preflight, "access-control-allow-methods").unwrap();
    for method in ["GET", "POST", "DELETE"] {
        assert!(methods.contains(method), "{methods}");
    }
    assert!(header(&preflight, "access-control-max-age").is_some());
    assert!(header(&preflight, "vary").unwrap().contains("origin"));

    // The answer too, and an error, can be read by the page.
    for path in ["/v1/models", "/v1/models/none", "/v1/nothing"] {
        let got = ask(&app, Method::GET, path, &[("origin", PAGE)]).await;
        assert_eq!(header(&got, "access-control-allow-origin"), Some(PAGE));
        let exposed = header(&got, "access-control-expose-headers").unwrap();
        assert!(exposed.contains("x-request-id") && exposed.contains("retry-after"));
    }
}

#[tokio::test]
async fn a_page_of_another_origin_may_not() {
    let listed = with_origins(&["https://other.example"]).await;
    let none = TestApp::with_model(saying("x")).await;
    for app in [listed, none] {
        let preflight = ask(&app, Method::OPTIONS, "/v1/models", &PREFLIGHT).await;
        assert_eq!(header(&preflight, "access-control-allow-origin"), None);
        let got = ask(&app, Method::GET, "/v1/models", &[("origin", PAGE)]).await;
        assert_eq!(got.status(), 200);
        assert_eq!(header(&got, "access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn a_star_is_every_origin() {
    let app = with_origins(&["*"]).await;
    let got = ask(&app, Method::GET, "/v1/models", &[("origin", PAGE)]).await;
    assert_eq!(header(&got, "access-control-allow-origin"), Some("*"));
    assert_eq!(header(&got, "access-control-allow-credentials"), None);
}
