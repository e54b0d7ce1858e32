//! Chooses the specialist for an input: by a question to a model with a typed answer, or by keywords when the model
//! gives none.

use artel_domain::{Confidence, Specialist};
use serde::Deserialize;

use crate::profile::parse;

/// The prompt of the routing question.
pub const PROMPT: &str = include_str!("../data/prompts/router.md");
/// The limit of the answer in tokens.
pub const MAX_TOKENS: u32 = 300;
pub const TEMPERATURE: f64 = 0.3;

/// A chosen specialist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub agent: Specialist,
    pub confidence: Confidence,
    pub reason: String,
}

#[derive(Deserialize)]
struct RouterAnswer {
    agent: String,
    #[serde(default)]
    confidence: Option<String>,
    #[serde(default)]
    reasoning: Option<String>,
}

/// Reads the model's answer: a JSON object, alone, in a code fence or between other words. An unknown agent name means
/// the coder. `None` when there is no such object.
pub fn read(answer: &str) -> Option<Route> {
    let object = answer.find('{').zip(answer.rfind('}')).and_then(|(from, to)| answer.get(from..=to))?;
    let answer: RouterAnswer = serde_json::from_str(object).ok()?;
    let agent = match parse(&answer.agent) {
        // The orchestrator only routes, so it cannot be chosen.
        None | Some(Specialist::Orchestrator) => Specialist::Coder,
        Some(agent) => agent,
    };
    let confidence =
        answer.confidence.and_then(|word| Confidence::parse(&word.to_lowercase())).unwrap_or(Confidence::Medium);
    let reason: String = answer.reasoning.unwrap_or_default().chars().take(500).collect();
    Some(Route { agent, confidence, reason })
}

/// Beginnings of words, checked in this order, because an input about explaining or mending often contains "code" too.
const KEYWORDS: [(Specialist, &[&str]); 3] = [
    (
        Specialist::Debug,
        &[
            "debug",
            "bug",
            "error",
            "exception",
            "crash",
            "traceback",
            "investigate",
            "broken",
            "fails",
            "failing",
            "why does",
            "why is",
            "ошибк",
            "баг",
            "почему",
            "исключени",
            "падает",
            "сломал",
            "не работает",
            "отлад",
            "причин",
            "диагност",
        ],
    ),
    (
        Specialist::Architect,
        &[
            "architect",
            "design",
            "blueprint",
            "diagram",
            "specification",
            "roadmap",
            "adr",
            "архитектур",
            "спроектир",
            "проектиров",
            "дизайн",
            "спецификац",
            "диаграмм",
            "схем",
            "техническое задание",
        ],
    ),
    (
        Specialist::Ask,
        &[
            "explain",
            "what is",
            "what are",
            "what does",
            "how does",
            "how do",
            "help me understand",
            "understand",
            "difference between",
            "tell me",
            "объясн",
            "что такое",
            "что делает",
            "как работает",
            "как устроен",
            "расскаж",
            "чем отлича",
            "зачем",
            "помоги понять",
            "подскаж",
        ],
    ),
];
/// Verbs at the beginning of an order to change something. Such an input is for the coder, whatever else it mentions.
const ORDERS: [&str; 23] = [
    "create",
    "write",
    "implement",
    "add",
    "fix",
    "refactor",
    "modify",
    "rename",
    "remove",
    "update",
    "make",
    "созда",
    "напиш",
    "добав",
    "реализ",
    "исправ",
    "измен",
    "рефактор",
    "перепиш",
    "удал",
    "переимен",
    "сдела",
    "обнов",
];

/// Other words about the coder's work.
const CODE: [&str; 2] = ["code", "код"];
/// Verbs at the beginning of a question. Such an input is a question, whatever it mentions.
const QUESTIONS: [&str; 4] = ["explain", "describe", "объясн", "расскаж"];

/// The choice without a model: by Russian and English keywords.
pub fn by_keywords(input: &str) -> Route {
    let text = input.to_lowercase();
    let route =
        |agent, word: &str| Route { agent, confidence: Confidence::Low, reason: format!("the message says '{word}'") };
    let first = text.split_whitespace().next().unwrap_or_default();
    if let Some(word) = QUESTIONS.into_iter().find(|word| first.starts_with(word)) {
        return route(Specialist::Ask, word);
    }
    if let Some(order) = ORDERS.into_iter().find(|order| first.starts_with(order)) {
        return route(if orders_a_design_document(&text) { Specialist::Architect } else { Specialist::Coder }, order);
    }
    for (agent, words) in KEYWORDS {
        if let Some(word) = words.iter().find(|word| contains_word(&text, word)) {
            return route(agent, word);
        }
    }
    if let Some(word) = ORDERS.into_iter().chain(CODE).find(|word| contains_word(&text, word)) {
        return route(Specialist::Coder, word);
    }
    Route {
        agent: Specialist::Coder,
        confidence: Confidence::Low,
        reason: "nothing in the message says otherwise".to_owned(),
    }
}

/// Whether the input is an order to write down a design, which is for the architect.
fn orders_a_design_document(text: &str) -> bool {
    ["architecture", "design doc", "specification", "архитектур", "спецификац", "техническое задание"]
        .iter()
        .any(|word| contains_word(text, word))
}

/// Whether the text contains the word, or a word that begins with it.
fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[..at].chars().next_back().is_some_and(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(r#"{"agent":"debug","confidence":"high","reasoning":"ошибка"}"#, Specialist::Debug, Confidence::High)]
    #[case("```json\n{\"agent\": \"ask\", \"confidence\": \"LOW\"}\n```", Specialist::Ask, Confidence::Low)]
    #[case("Sure! {\"agent\":\"code\"} is best.", Specialist::Coder, Confidence::Medium)]
    #[case(r#"{"agent":"wizard","confidence":"high"}"#, Specialist::Coder, Confidence::High)]
    #[case(r#"{"agent":"orchestrator","confidence":"certain"}"#, Specialist::Coder, Confidence::Medium)]
    fn an_answer_is_read_in_every_form(
        #[case] answer: &str,
        #[case] agent: Specialist,
        #[case] confidence: Confidence,
    ) {
        let route = read(answer).unwrap();
        assert_eq!((route.agent, route.confidence), (agent, confidence));
    }

    #[rstest]
    #[case("")]
    #[case("coder")]
    #[case("}{")]
    #[case(r#"{"agent": 7}"#)]
    #[case(r#"{"confidence":"high"}"#)]
    fn a_text_without_a_choice_is_no_answer(#[case] answer: &str) {
        assert_eq!(read(answer), None);
    }

    #[rstest]
    #[case("Создай файл hello.txt", Specialist::Coder)]
    #[case("Исправь ошибку в main.dart", Specialist::Coder)]
    #[case("Почему приложение падает при запуске?", Specialist::Debug)]
    #[case("В логе ошибка соединения", Specialist::Debug)]
    #[case("Объясни, как работает этот класс", Specialist::Ask)]
    #[case("Что такое BLoC?", Specialist::Ask)]
    #[case("Спроектируй модуль авторизации", Specialist::Architect)]
    #[case("Напиши архитектуру модуля в docs/auth.md", Specialist::Architect)]
    #[case("Write a function that adds two numbers", Specialist::Coder)]
    #[case("Why does the build crash?", Specialist::Debug)]
    #[case("Explain the error handling", Specialist::Ask)]
    #[case("What is dependency injection?", Specialist::Ask)]
    #[case("Design the database layer", Specialist::Architect)]
    #[case("Переименуй класс ошибки", Specialist::Coder)]
    #[case("привет", Specialist::Coder)]
    #[case("address book", Specialist::Coder)]
    fn keywords_of_both_languages_choose_a_specialist(#[case] input: &str, #[case] agent: Specialist) {
        assert_eq!(by_keywords(input).agent, agent, "{:?}", by_keywords(input));
    }
}
