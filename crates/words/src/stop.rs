/// Words of Russian and English that say nothing about a text, as they are analysed.
const STOP: &[&str] = &[
    "а", "без", "бы", "был", "в", "вам", "вас", "во", "вот", "все", "для", "до", "его", "ее", "если", "есл",
    "ест", "есть", "еще", "же", "за", "и", "из", "ил", "или", "их", "к", "как", "какие", "каки", "ко",
    "когд", "кто", "ли", "мне", "мо", "мы", "на", "над", "наш", "не", "нет", "ни", "но", "о", "об", "он", "она", "от",
    "по", "под", "при", "с", "со", "так", "то", "у", "чем", "что", "эт", "это", "я", "a", "an", "and", "are", "as",
    "at", "be", "by", "do", "for", "from", "how", "in", "is", "it", "of", "on", "or", "that", "the", "to", "what",
];

/// Whether the token is of a word that nearly every text has.
pub(crate) fn is_stop(token: &str) -> bool {
    STOP.contains(&token)
}
