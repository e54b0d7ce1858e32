use encoding_rs::Encoding;
use percent_encoding::percent_decode;
use serde_json::{Map, Value};

/// The deepest nesting that is read of a form.
const MAX_DEPTH: usize = 16;

/// `data[FIELDS][ID]=1` becomes `{"data": {"FIELDS": {"ID": "1"}}}`. `None`: the names have more parts than
/// `most`.
pub(super) fn read(body: &[u8], encoding: &'static Encoding, most: usize) -> Option<Value> {
    let (mut read, mut parts) = (Value::Object(Map::new()), 0);
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let (name, value) = (text(&pair[..end], encoding), text(pair.get(end + 1..).unwrap_or_default(), encoding));
        let mut place = &mut read;
        for part in name.split('[').map(|part| part.trim_end_matches(']')).take(MAX_DEPTH) {
            parts += 1;
            if parts > most {
                return None;
            }
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let Value::Object(members) = place else { break };
            place = members.entry(part).or_insert(Value::Null);
        }
        *place = value.into();
    }
    Some(read)
}

/// What is written percent by percent is bytes, and those are in the form's encoding.
fn text(part: &[u8], encoding: &'static Encoding) -> String {
    let spaced: Vec<u8> = part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let bytes: Vec<u8> = percent_decode(&spaced).collect();
    encoding.decode_without_bom_handling(&bytes).0.into_owned()
}
