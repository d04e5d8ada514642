use super::*;

pub(super) fn compiler() -> GrammarCompiler {
    GrammarCompiler::new(&ModelTokenizer::byte_level().unwrap()).unwrap()
}

/// Feeds text byte by byte; the number of bytes that the grammar takes.
pub(super) fn taken(grammar: &mut Grammar, text: &str) -> usize {
    text.bytes()
        .take_while(|byte| {
            let token = u32::from(*byte);
            let allowed = grammar.mask(None).unwrap().allows(token);
            if allowed {
                grammar.accept(token).unwrap();
            }
            allowed
        })
        .count()
}

#[tokio::test]
async fn json_is_compact_and_ends_with_the_models_own_end_token() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}},
        "required": ["a"], "additionalProperties": false,
        "x-guidance": {"whitespace_flexible": true}});
    let compiler = compiler();
    assert_eq!(
        taken(&mut compiler.json_schema(&schema).await.unwrap(), "{ \"a\""),
        1
    );
    let mut grammar = compiler.json_schema(&schema).await.unwrap();
    assert_eq!(taken(&mut grammar, "{\"a\":1"), 6);
    assert!(!grammar.is_complete());
    assert!(!grammar.mask(None).unwrap().allows(258));
    assert_eq!(taken(&mut grammar, "}"), 1);
    assert!(grammar.is_complete());
    let mask = grammar.mask(None).unwrap();
    // `<|im_end|>` and `<|endoftext|>` end, `<|im_start|>` never comes.
    assert!(mask.allows(258) && mask.allows(256) && !mask.allows(257));
    assert!(!mask.allows(u32::MAX));
}

#[tokio::test]
async fn copies_of_a_kept_grammar_do_not_share_their_place() {
    let compiler = compiler();
    let schema = json!({"const": "abc"});
    let mut first = compiler.json_schema(&schema).await.unwrap();
    assert_eq!(taken(&mut first, "\"ab"), 3);
    let mut second = compiler.json_schema(&schema).await.unwrap();
    assert_eq!(taken(&mut second, "\"abc\""), 5);
    assert_eq!(taken(&mut first, "c\""), 2);
    assert_eq!(compiler.kept().len(), 1);
}

#[tokio::test]
async fn what_the_engine_refuses_is_told_with_its_place() {
    let compiler = compiler();
    for (schema, pointer) in [
        (
            json!({"type": "object", "properties": {"a": {"oneOf": [
                {"type": "integer"}, {"type": "integer", "minimum": 3}]}}}),
            "/properties/a",
        ),
        (json!({"$ref": "#/$defs/missing"}), ""),
        (json!({"type": "string", "pattern": "(?=a)b"}), ""),
        (json!({"type": "integer", "minimum": 3, "maximum": 2}), ""),
    ] {
        match compiler.json_schema(&schema).await {
            Err(ModelError::UnsupportedSchema { pointer: told, .. }) => {
                assert_eq!(told, pointer, "{schema}");
            }
            Err(other) => panic!("{schema}: {other}"),
            Ok(_) => panic!("{schema} was accepted"),
        }
    }
}

#[tokio::test]
async fn deep_and_recursive_schemas_compile() {
    let compiler = compiler();
    let deep = (0..60).fold(
        json!({"type": "integer"}),
        |inner, _| json!({"type": "array", "items": inner, "maxItems": 1}),
    );
    compiler.json_schema(&deep).await.unwrap();
    let tree = json!({"$ref": "#/$defs/node", "$defs": {"node": {"type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
        "required": ["children"], "additionalProperties": false}}});
    let mut grammar = compiler.json_schema(&tree).await.unwrap();
    let text = "{\"children\":[{\"children\":[]}]}";
    assert_eq!(taken(&mut grammar, text), text.len());
    grammar.check_answer(text).unwrap();
}

#[tokio::test]
async fn a_regular_expression_is_matched_whole() {
    let compiler = compiler();
    for regex in ["[A-Z]{2}-\\d+/x", "^[A-Z]{2}-\\d+/x$"] {
        let mut grammar = compiler.regex(regex).await.unwrap();
        assert_eq!(taken(&mut grammar, "DE-12/x!"), 7, "{regex}");
        assert!(grammar.mask(None).unwrap().allows(258), "{regex}");
        assert!(grammar.check_answer("DE-12/x").is_ok());
        assert!(grammar.check_answer("DE-12/x!").is_err());
    }
}

#[tokio::test]
async fn one_of_the_choices_is_taken_letter_for_letter() {
    let compiler = compiler();
    let choices = ["yes", "yes, please", "a\\n\"/.*\n", "größe 🙂"].map(str::to_owned);
    for choice in &choices {
        let mut grammar = compiler.choice(&choices).await.unwrap();
        assert_eq!(taken(&mut grammar, choice), choice.len(), "{choice}");
        assert!(grammar.mask(None).unwrap().allows(258), "{choice}");
        assert!(grammar.check_answer(choice).is_ok());
    }
    let mut grammar = compiler.choice(&choices).await.unwrap();
    assert_eq!(taken(&mut grammar, "yess"), 3);
    assert!(grammar.check_answer("ye").is_err());
}

#[tokio::test]
async fn a_lark_grammar_is_followed() {
    let grammar = "start: amount (\" \" amount)*\namount: NUMBER \" \" (\"EUR\" | \"USD\")\n\
        NUMBER: /[0-9]+\\.[0-9]{2}/";
    let mut grammar = compiler().lark(grammar).await.unwrap();
    assert_eq!(taken(&mut grammar, "12.50 EUR 1.00 USD"), 18);
    assert!(grammar.mask(None).unwrap().allows(258));
    assert_eq!(taken(&mut grammar, "x"), 0);
}

#[tokio::test]
async fn a_rule_may_be_named_after_an_option_that_is_not_taken() {
    let grammar = "start: body_temperature\nbody_temperature: /[0-9]{2}/";
    let mut grammar = compiler().lark(grammar).await.unwrap();
    assert_eq!(taken(&mut grammar, "37"), 2);
}

#[tokio::test]
async fn grammars_are_kept_by_their_size() {
    let compiler = compiler();
    compiler.json_schema(&json!({"const": 1})).await.unwrap();
    let small = compiler.kept().bytes();
    let many: Vec<String> = (0..2_000).map(|number| format!("value {number}")).collect();
    let schema = json!({"enum": many});
    compiler.json_schema(&schema).await.unwrap();
    let large = compiler.kept().bytes() - small;
    assert!(small > 100 && large > 10 * small, "{small} {large}");
    assert!(large > schema.to_string().len(), "{large}");
    // There is room for one of the two.
    let cramped = GrammarCompiler {
        kept: Mutex::new(Kept::new(KEPT_GRAMMARS, large)),
        ..compiler
    };
    cramped.json_schema(&json!({"const": 1})).await.unwrap();
    cramped.json_schema(&schema).await.unwrap();
    assert_eq!(cramped.kept().len(), 1);
}

#[tokio::test]
async fn a_form_that_is_none_is_refused() {
    let compiler = compiler();
    for outcome in vec![
        compiler.regex("(").await,
        compiler.regex("a(?=b)").await,
        compiler.regex("a{1000}{1000}{1000}").await,
        compiler.regex(&"a".repeat(100_000)).await,
        compiler.choice(&[]).await,
        compiler.choice(&[String::new()]).await,
        compiler.lark("start: missing").await,
        compiler.lark("no grammar").await,
        compiler.lark("").await,
        compiler.lark("start[temperature=0.5]: /a/").await,
        compiler
            .lark("%llguidance {\"allow_invalid_utf8\": true}\nstart: /a/")
            .await,
        compiler.lark("start: start").await,
    ] {
        assert!(
            matches!(outcome, Err(ModelError::UnsupportedSchema { .. })),
            "{:?}",
            outcome.err()
        );
    }
}

#[tokio::test]
async fn a_property_cannot_come_in_disguise() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}},
        "additionalProperties": {"type": "string"}});
    let mut grammar = compiler().json_schema(&schema).await.unwrap();
    // `\u0061` would be `a`.
    assert_eq!(taken(&mut grammar, "{\"\\u0061\""), 3);
}

#[tokio::test]
async fn numbers_stay_where_doubles_hold_them() {
    let compiler = compiler();
    let mut grammar = compiler.json_schema(&json!({})).await.unwrap();
    assert_eq!(taken(&mut grammar, "[1e999"), 5);
    let schema = json!({"type": "number", "exclusiveMaximum": 1});
    let mut grammar = compiler.json_schema(&schema).await.unwrap();
    assert!(taken(&mut grammar, "0.99999999999999999999") < 18);
}
