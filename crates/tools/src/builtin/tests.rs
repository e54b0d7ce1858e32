use super::builtins;
use crate::schema::check_schema;

#[test]
fn every_built_in_tool_can_be_offered_to_a_model() {
    let tools = builtins();
    let names: Vec<&str> = tools.iter().map(|tool| tool.descriptor().name.as_str()).collect();
    assert!(names.is_sorted_by(|one, next| one < next), "one line each, in alphabetical order: {names:?}");
    for tool in &tools {
        let descriptor = tool.descriptor();
        check_schema(&descriptor.input_schema).unwrap();
        assert!(descriptor.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'));
        assert!(!descriptor.description.is_empty() && !descriptor.title.is_empty() && !descriptor.timeout.is_zero());
    }
}
