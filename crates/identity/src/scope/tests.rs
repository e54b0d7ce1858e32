use super::Scope::{
    self, Admin, AgentsRead, AgentsWrite, ApiAdmin, ApiKeysWrite, ApiRead, ApiWrite, AuditRead, CredentialsRead,
    CredentialsWrite, LlmInvoke, RunsRead, RunsWrite, ToolsRead, ToolsWrite, UsersActAs,
};
use super::Scopes;

fn allowed(words: &[&str]) -> Vec<Scope> {
    let scopes = Scopes::new(words.iter().copied());
    Scope::ALL.into_iter().filter(|scope| scopes.allows(*scope)).collect()
}

#[rstest::rstest]
#[case::nothing(&[], &[])]
#[case::the_seed_scope_reaches_the_whole_walk(&["tools:write"], &[ToolsRead, ToolsWrite, AgentsRead, AgentsWrite, RunsRead, RunsWrite, CredentialsRead, CredentialsWrite])]
#[case::reading_tools_reads_what_uses_them(&["tools:read"], &[ToolsRead, AgentsRead, RunsRead])]
#[case::writing_agents_does_not_write_tools(&["agents:write"], &[AgentsRead, AgentsWrite])]
#[case::writing_runs_reads_runs(&["runs:write"], &[RunsRead, RunsWrite])]
#[case::reading_only(&["agents:read"], &[AgentsRead])]
#[case::writing_credentials_reads_them(&["credentials:write"], &[CredentialsRead, CredentialsWrite])]
#[case::keys(&["api-keys:write"], &[ApiKeysWrite])]
#[case::audit(&["audit:read"], &[AuditRead])]
#[case::acting_for_others_is_all_it_allows(&["users:act-as"], &[UsersActAs])]
#[case::models(&["llm:invoke"], &[LlmInvoke])]
#[case::several(&["agents:read", "audit:read"], &[AgentsRead, AuditRead])]
#[case::admin(&["admin"], Scope::OF_ADMINISTRATORS)]
#[case::the_auth_services_reading_scope(&["api:read"], &[ToolsRead, AgentsRead, RunsRead, ApiRead])]
#[case::the_auth_services_writing_scope(
    &["api:write"],
    &[ToolsRead, ToolsWrite, AgentsRead, AgentsWrite, RunsRead, RunsWrite, CredentialsRead, CredentialsWrite, ApiRead, ApiWrite]
)]
#[case::the_auth_services_administrators(&["api:admin"], Scope::OF_ADMINISTRATORS)]
#[case::unknown_words_give_nothing(&["tools", "TOOLS:WRITE", "tools:write ", "tools:*", "*", ""], &[])]
fn a_granted_word_allows_exactly_what_it_implies(#[case] words: &[&str], #[case] expected: &[Scope]) {
    assert_eq!(allowed(words), expected);
}

#[test]
fn only_tools_write_api_write_and_administrators_have_the_power_to_use_writing_tools() {
    let mighty: Vec<_> =
        Scope::ALL.into_iter().filter(|held| Scopes::new([held.as_str()]).allows(ToolsWrite)).collect();
    assert_eq!(mighty, [ToolsWrite, Admin, ApiWrite, ApiAdmin]);
}

#[test]
fn what_is_implied_is_closed_so_that_a_grant_can_never_grow() {
    for held in Scope::ALL {
        for implied in held.implies() {
            for further in implied.implies() {
                assert!(held.implies().contains(further), "{held:?} implies {implied:?}, which implies {further:?}");
            }
        }
    }
}

#[rstest::rstest]
#[case("runs:read", "tools:write", true)]
#[case("tools:write", "tools:write", true)]
#[case("", "", true)]
#[case("anything:odd admin", "admin", true)]
#[case("anything:odd", "tools:write anything:odd", true)]
#[case("tools:write", "agents:write runs:write tools:read", false)]
#[case("runs:read audit:read", "tools:write", false)]
#[case("users:act-as", "admin", true)]
#[case("users:act-as", "users:act-as", true)]
#[case("users:act-as", "tools:write api-keys:write", false)]
#[case("admin", "tools:write api-keys:write audit:read llm:invoke", false)]
#[case("anything:odd", "tools:write", false)]
#[case("runs:read", "", false)]
fn a_caller_grants_only_what_it_has(#[case] wanted: &str, #[case] held: &str, #[case] may: bool) {
    assert_eq!(Scopes::from_spaced(wanted).is_subset_of(&Scopes::from_spaced(held)), may);
}

#[test]
fn words_keep_their_order_and_lose_their_repeats() {
    let scopes: Scopes = serde_json::from_str(r#"["tools:read","odd","tools:read",""]"#).unwrap();
    assert_eq!(serde_json::to_string(&scopes).unwrap(), r#"["tools:read","odd"]"#);
}

#[test]
fn who_acts_for_another_user_is_no_administrator_and_acts_for_no_third() {
    let service = Scopes::from_spaced("admin api:admin users:act-as runs:write odd");
    assert_eq!(service.acting().words(), ["runs:write", "odd"]);
}
