//! A test for each promise of the traits, run on every store.
//!
//! A store crate's test target says `artel_store::conformance_tests!(make_store);` beside its
//! `async fn make_store() -> Arc<dyn Store>`, or an `Option` of it where `None` means that the server it needs is not
//! there. Each call gives an **empty database of its own**: claims go over all tenants, so tests that share one would
//! take each other's runs.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "these are tests; they live outside `cfg(test)` only so that both stores can run them"
)]

pub mod accounts;
pub mod agent_connectors;
pub mod agents;
pub mod answers;
pub mod approval_rules;
pub mod approvals;
pub mod artifacts;
pub mod audit;
pub mod blocked;
pub mod budgets;
pub mod builtin_agents;
pub mod calls;
pub mod children;
pub mod claims;
pub mod codes;
pub mod connector_tokens;
pub mod credentials;
pub mod drafts;
pub mod entries;
pub mod forms;
pub mod hooks;
pub mod idempotency;
pub mod identities;
pub mod inbound_events;
pub mod interleavings;
pub mod jobs;
pub mod journal;
pub mod key_lines;
pub mod llm_calls;
pub mod login_attempts;
pub mod login_world;
pub mod logins;
pub mod memory;
pub mod oauth_clients;
pub mod operations;
pub mod organization_connectors;
pub mod organization_sessions;
pub mod profiles;
pub mod retries;
pub mod runs;
pub mod sealed_values;
pub mod search;
pub mod sessions;
pub mod signing_keys;
pub mod standings;
pub mod successors;
pub mod tasks;
pub mod tools;
pub mod turns;
pub mod waits;
pub mod webhooks;
pub mod who;
pub mod workspaces;
pub mod world;

/// One `#[tokio::test]` per promise. A promise that is missing here fails this crate's own test.
#[macro_export]
macro_rules! conformance_tests {
    ($make_store:ident) => {
        $crate::conformance_group!($make_store, runs: [
            an_accepted_run_is_found_as_it_was_accepted,
            a_retried_create_returns_the_same_run_and_writes_nothing,
            creates_of_one_id_at_once_make_one_run,
            a_run_of_an_absent_deleted_or_foreign_agent_is_refused,
            another_tenants_run_id_is_not_given_away,
            fifty_creates_at_once_stay_within_the_daily_limit,
            a_run_counts_against_all_its_limits_or_none,
            a_session_is_made_once_and_follows_its_newest_agent,
            runs_are_listed_newest_first_and_by_filter,
            a_cancelled_run_is_claimable_in_every_phase_but_the_last,
            a_run_cancelled_while_it_falls_asleep_is_claimable,
            open_runs_are_counted_by_phase,
            a_foreign_tenant_sees_no_run,
        ]);
        $crate::conformance_group!($make_store, claims: [
            a_claim_takes_the_oldest_run,
            of_fifty_workers_at_once_each_gets_another_run,
            of_two_workers_at_once_one_gets_the_run,
            runs_of_a_session_go_one_after_the_other,
            creates_in_one_session_at_once_keep_its_order,
            a_lapsed_lease_is_taken_over_under_a_higher_epoch,
            of_many_workers_one_takes_over_a_lapsed_lease,
            a_worker_that_dies_over_many_runs_counts_against_each_a_quarter,
            a_renewed_lease_holds,
            renewing_tells_what_was_lost_and_what_was_cancelled,
            released_runs_are_claimable_at_once_and_no_crash,
            the_flood_of_one_tenant_does_not_starve_another,
            tenants_take_turns_within_one_claim,
            tenants_that_are_left_out_keep_their_runs,
            a_sleeping_run_is_not_claimed,
        ]);
        $crate::conformance_group!($make_store, credentials: [
            a_credential_is_kept_listed_changed_and_deleted,
            an_instance_is_there_once_for_each_service,
            a_credential_of_a_user_is_that_users_alone,
            another_tenant_has_nothing_of_a_credential_or_a_grant,
            a_use_is_noted_at_most_once_a_minute,
            a_grant_is_given_once_changed_and_revoked,
            of_many_grants_of_one_credential_at_once_one_is_made,
            a_grant_is_of_one_of_the_agents_connectors,
            an_agents_credentials_are_those_of_its_services_each_with_its_grant,
        ]);
        $crate::conformance_group!($make_store, organization_connectors: [
            a_connector_is_kept_found_replaced_and_deleted,
            a_key_is_taken_once_in_each_organisation,
            a_retried_import_writes_nothing,
            what_is_replaced_is_what_was_looked_at,
            a_connector_with_accounts_sends_their_secrets_nowhere_else,
            an_account_is_kept_for_the_version_that_its_secret_was_entered_for,
            of_an_account_and_a_replacement_at_once_one_is_written,
            a_hidden_connector_takes_nothing_with_it,
            a_deleted_connector_is_taken_from_every_agent,
            an_organisation_has_so_many_connectors_and_bytes,
            another_tenant_has_nothing_of_a_connector,
        ]);
        $crate::conformance_group!($make_store, connector_tokens: [
            a_token_is_found_by_everybody_of_its_tenant,
            of_many_who_want_to_make_a_token_one_may,
            a_lapsed_claim_is_taken_over_and_keeps_nothing_more,
            a_token_is_gone_with_its_credential_and_with_another_secret,
        ]);
        $crate::conformance_group!($make_store, tasks: [
            a_task_is_kept_listed_changed_and_deleted,
            a_task_is_its_owners,
            a_due_time_is_taken_with_its_run,
            of_three_processes_one_takes_each_due_time,
            a_start_that_meets_an_open_execution_obeys_the_rule,
            a_call_starts_one_execution,
            a_full_queue_takes_nothing_and_one_whose_session_is_gone_is_left,
            a_refused_execution_takes_nothing,
            what_follows_a_task_is_asked_for_once_each_time_it_succeeded,
            an_event_asks_each_task_that_it_triggers_for_one_start,
            retried_creates_of_a_task_at_once_make_one,
            an_owner_has_no_more_tasks_than_the_most,
            the_row_of_a_deleted_task_stays,
            an_administrator_who_reads_executions_leaves_rows,
            a_start_that_ends_or_pauses_a_task_raises_its_version,
            due_tasks_are_shared_out,
            a_due_task_that_is_put_back_waits,
        ]);
        $crate::conformance_group!($make_store, retries: [
            tries_of_an_agent_at_once_make_one,
            tries_of_a_tool_at_once_make_one,
            tries_of_a_credential_at_once_make_one,
            tries_of_a_grant_at_once_make_one,
            tries_of_a_hook_at_once_make_one,
            tries_of_a_webhook_endpoint_at_once_make_one,
            tries_of_a_session_at_once_make_one,
            tries_of_a_connector_at_once_make_one,
        ]);
        $crate::conformance_group!($make_store, hooks: [
            a_hook_is_found_by_its_token_until_it_is_revoked,
            a_retried_hook_is_the_same_hook,
            a_hooks_secret_is_replaced_and_gone_with_it,
            another_tenant_has_nothing_of_a_hook,
            an_organisation_has_so_many_hooks,
            a_refusal_is_noted_at_most_once_a_minute,
        ]);
        $crate::conformance_group!($make_store, inbound_events: [
            an_event_is_kept_as_it_came,
            a_delivery_that_comes_again_is_kept_once,
            of_many_deliveries_of_one_event_at_once_one_is_kept,
            a_digest_tells_deliveries_for_minutes_only,
            events_are_listed_newest_first_and_by_filter,
            a_list_of_events_ends_with_its_count_or_its_bytes,
            another_tenant_has_nothing_of_an_event,
            old_events_are_forgotten_the_oldest_first,
            a_tenant_keeps_so_many_bytes_of_events,
            what_comes_at_once_is_all_counted,
        ]);
        $crate::conformance_group!($make_store, webhooks: [
            an_endpoint_is_kept_changed_and_deleted,
            another_tenant_has_nothing_of_an_endpoint,
            an_end_is_noted_where_somebody_wants_to_hear_of_it,
            the_id_of_a_private_session_is_not_told,
            questions_are_noted_with_what_becomes_of_them,
            a_notice_becomes_its_messages_once,
            of_many_claimers_one_makes_an_attempt,
            an_endpoint_tells_how_it_fares_and_is_tried_again,
            an_endpoint_that_is_switched_off_or_gone_gets_nothing,
            a_secret_signs_on_while_the_next_one_does,
            a_slow_endpoint_holds_up_no_other,
            a_410_of_a_url_that_was_replaced_says_nothing_about_the_new_one,
            a_retried_request_makes_one_endpoint,
            old_messages_are_forgotten_when_no_attempt_is_to_come,
        ]);
        $crate::conformance_group!($make_store, standings: [
            access_by_a_key_is_lost_with_the_key,
            access_by_a_login_is_lost_with_the_login_and_with_the_account,
            access_of_a_client_is_lost_with_the_client,
            many_are_answered_in_the_order_of_the_question,
            a_presence_tells_on_what_it_rested,
            runs_of_a_revoked_key_are_found_until_they_are_cancelled_or_over,
            runs_of_a_deactivated_client_are_found,
            runs_of_a_deactivated_account_are_found,
        ]);
        $crate::conformance_group!($make_store, waits: [
            a_sleeping_run_says_what_it_waits_for,
            a_run_that_sleeps_until_a_time_is_claimable_when_it_has_come,
            the_end_of_a_child_wakes_the_run_that_started_it,
            the_end_of_a_child_is_not_slept_over,
        ]);
        $crate::conformance_group!($make_store, children: [
            a_child_is_what_its_parent_is_in_a_session_of_its_own,
            who_sees_a_run_sees_its_children_and_nobody_else_does,
            only_the_worker_of_a_run_that_is_under_way_starts_children,
            the_end_of_a_run_cancels_the_runs_below_it,
            a_cancel_reaches_the_runs_below_at_once,
            the_end_of_a_session_ends_the_sessions_of_the_runs_below,
            what_a_run_below_asks_wakes_the_runs_above_and_is_listed_with_them,
            the_files_of_children_are_known_to_their_parent,
            what_a_child_spends_counts_once_against_every_run_above,
        ]);
        $crate::conformance_group!($make_store, operations: [
            the_databases_clock_is_read_between_the_question_and_the_answer,
        ]);
        $crate::conformance_group!($make_store, blocked: [
            a_run_that_was_handed_back_rests_until_its_pause_is_over,
            a_worker_of_a_higher_level_takes_it_up_at_once,
            whatever_wakes_a_sleeping_run_wakes_one_that_was_handed_back,
            a_worker_that_lost_its_run_hands_nothing_back,
        ]);
        $crate::conformance_group!($make_store, journal: [
            a_step_is_written_as_one,
            an_end_is_kept_with_what_came_of_it,
            a_worker_that_lost_its_run_writes_nothing,
            a_lapsed_lease_that_nobody_took_may_still_be_written_under,
            a_run_that_is_over_takes_nothing_more,
            a_number_is_written_once_and_the_step_goes_with_it,
            a_step_that_fails_leaves_its_neighbours_alone,
            numbers_are_dense_after_a_clean_end,
            numbers_that_may_have_been_seen_are_never_given_again,
            a_block_is_never_made_smaller,
            progress_forgives_crashes,
            a_foreign_tenant_cannot_write_or_load,
        ]);
        $crate::conformance_group!($make_store, entries: [
            every_kind_of_entry_comes_back_as_it_was_written,
            an_entry_that_cannot_be_read_comes_back_byte_for_byte,
            the_same_deltas_are_folded_away_on_every_store,
            the_sessions_journal_is_read_in_windows_without_deltas,
            the_sessions_journal_is_read_on_over_all_its_runs_with_deltas,
            a_runs_journal_is_read_in_pages,
            folding_keeps_text_and_order,
            folding_takes_a_few_finished_runs_at_a_time,
        ]);
        $crate::conformance_group!($make_store, turns: [
            a_fresh_turn_is_loaded_with_its_agent_and_nothing_else,
            a_turn_is_loaded_without_deltas_and_with_what_came_before,
            a_turn_of_a_deleted_agent_is_loaded,
        ]);
        $crate::conformance_group!($make_store, calls: [
            the_calls_of_many_runs_come_in_the_order_they_were_planned,
            calls_without_a_result_are_closed_with_their_run,
            json_is_kept_as_it_was_written,
        ]);
        $crate::conformance_group!($make_store, approvals: [
            a_question_is_found_as_it_was_asked,
            what_waits_longest_is_known,
            each_decision_is_kept_and_wakes_the_run,
            of_twenty_deciders_at_once_one_wins,
            a_decision_while_the_worker_has_the_run_is_not_slept_over,
            falling_asleep_again_after_a_lost_answer_sleeps_over_nothing,
            asking_again_finds_the_first_question,
            cancelling_closes_what_is_still_open,
            nobody_decides_about_a_call_of_a_cancelled_run,
            questions_are_listed_oldest_first_and_by_filter,
            a_foreign_tenant_neither_sees_nor_decides,
            a_question_is_due_when_its_time_is_over_and_nobody_answered,
            a_question_that_is_replaced_decides_nothing_any_more,
        ]);
        $crate::conformance_group!($make_store, sessions: [
            a_session_is_found_as_it_was_stored,
            an_id_is_taken_once_by_its_user,
            sessions_of_an_id_are_found_in_all_tenants_when_they_are_somebodys,
            a_run_leaves_its_session_as_it_is,
            sessions_are_listed_by_their_newest_activity_page_by_page,
            a_session_is_renamed_by_its_tenant_while_it_lasts,
            an_ended_session_is_kept_and_its_open_runs_are_cancelled,
            a_step_changes_its_session_by_what_it_names,
            a_worker_that_lost_its_run_changes_no_session,
            a_user_was_present_where_and_when_they_were_seen,
            an_id_may_be_any_text,
        ]);
        $crate::conformance_group!($make_store, who: [
            a_colleague_finds_nothing_of_a_private_session,
            a_colleague_changes_nothing_of_a_private_session,
            a_session_of_the_tenant_is_everybodys_in_it,
            a_named_approver_sees_and_decides_the_approval_and_nothing_else,
            new_arguments_for_a_clients_call_come_from_the_owner_or_an_approver,
            an_administrator_reads_and_leaves_a_row_for_the_owner,
            an_administrator_decides_only_where_a_rule_names_administrators,
            a_service_works_in_the_session_that_it_names,
            two_users_have_two_sessions_of_one_name,
            of_many_users_who_begin_one_name_at_once_each_gets_a_session,
            a_unique_id_is_one_session_for_the_whole_tenant,
            a_name_that_looks_like_a_stored_id_is_nobody_elses,
            the_audit_log_hides_rows_about_a_colleagues_private_session,
            the_owner_of_a_session_finds_who_looked_into_it,
        ]);
        $crate::conformance_group!($make_store, drafts: [
            a_draft_is_seen_by_its_owner_and_by_administrators,
            a_colleague_changes_nothing_of_a_draft,
            an_administrator_changes_and_deletes_a_draft,
            a_copy_is_a_draft_of_whoever_made_it,
        ]);
        $crate::conformance_group!($make_store, answers: [
            each_answer_is_kept_in_the_calls_row_and_wakes_the_run,
            of_twenty_answers_at_once_one_is_accepted,
            a_session_waits_for_its_own_clients_calls_only,
            who_answers_a_call_that_is_asked_about_approves_it,
            a_call_that_was_approved_is_answered_later,
            a_call_that_was_refused_takes_no_answer,
            of_an_answer_and_a_refusal_at_once_one_counts,
            an_answer_while_the_worker_has_the_run_is_not_slept_over,
            a_run_that_is_over_takes_no_answer,
            what_is_journalled_about_an_answered_call_does_not_open_it_again,
            a_form_is_answered_once_and_its_run_is_woken,
            no_answer_counts_after_a_cancel,
            no_result_of_a_client_counts_after_a_cancel,
            a_worker_that_does_not_know_of_an_answer_cannot_end_its_call,
            of_an_answer_and_a_cancelled_end_at_once_one_counts,
            a_call_takes_no_answer_of_another_kind,
        ]);
        $crate::conformance_group!($make_store, forms: [
            a_form_is_found_as_it_was_asked_and_as_it_was_answered,
            a_form_without_values_says_why,
            forms_are_listed_oldest_first_and_by_filter,
            a_colleague_finds_no_form_of_a_private_session_and_answers_none,
            an_administrators_look_at_a_private_form_leaves_a_row,
        ]);
        $crate::conformance_group!($make_store, successors: [
            what_the_specialists_are_asked_is_kept,
            a_run_of_the_specialists_wakes_the_one_that_waits_before_it,
            a_run_that_is_followed_while_its_worker_has_it_does_not_fall_asleep,
            of_many_creates_at_once_each_wakes_the_one_that_waits,
            other_runs_of_a_session_wait_and_are_not_asked_about,
        ]);
        $crate::conformance_group!($make_store, jobs: [
            a_new_job_is_due_at_once_and_one_of_many_gets_it,
            a_finished_job_is_due_again_after_its_time,
            a_job_whose_holder_died_is_taken_over_when_its_lease_lapses,
            a_renewed_job_stays_its_holders,
            failures_are_counted_until_the_job_succeeds,
        ]);
        $crate::conformance_group!($make_store, approval_rules: [
            rules_are_kept_in_order_and_replaced_as_a_whole,
            rules_are_invisible_to_other_tenants,
        ]);
        $crate::conformance_group!($make_store, budgets: [
            a_budget_is_kept_for_the_tenant_and_for_each_agent,
            a_budget_is_invisible_to_other_tenants,
            what_is_set_aside_counts_until_it_is_settled,
            each_cap_is_kept_and_named,
            a_call_that_was_cut_off_stays_spent,
            a_call_over_midnight_counts_against_the_day_it_began,
            a_worker_that_lost_its_run_sets_nothing_aside,
            a_hundred_calls_at_once_stay_within_the_cap,
        ]);
        $crate::conformance_group!($make_store, llm_calls: [
            a_call_is_found_as_it_was_recorded_newest_first,
            a_batch_may_be_recorded_again,
            a_large_batch_is_recorded_whole,
            sums_are_by_day_agent_model_or_user,
            the_oldest_calls_are_forgotten_a_few_at_a_time,
            accounts_do_not_mix,
        ]);
        $crate::conformance_group!($make_store, artifacts: [
            an_artifact_is_found_when_its_bytes_are_stored_and_as_it_was_stored,
            what_was_broken_off_may_be_begun_again_and_what_is_there_is_there,
            of_many_who_finish_an_artifact_at_once_one_does,
            a_tenants_artifacts_have_so_many_bytes_and_no_more,
            of_many_artifacts_at_once_no_more_are_stored_than_there_is_room_for,
            a_colleague_finds_no_artifact_of_a_private_session_and_deletes_none,
            an_artifact_of_a_session_of_the_tenant_is_everybodys_in_it,
            an_administrators_look_at_a_private_artifact_leaves_a_row,
            a_deleted_artifact_is_swept_once_and_its_id_stays_taken_until_then,
            an_attempt_that_was_broken_off_long_ago_is_swept_and_cannot_be_finished,
            an_ephemeral_artifact_goes_with_its_session,
        ]);
        $crate::conformance_group!($make_store, workspaces: [
            a_file_is_found_at_its_path_and_listed_under_its_directories,
            a_new_file_at_a_path_takes_the_place_of_the_old_one,
            a_path_is_a_file_or_a_directory,
            a_workspace_has_at_most_a_gibibyte,
            of_many_writes_of_one_path_at_once_one_artifact_is_left,
            an_artifact_of_elsewhere_is_put_nowhere,
            a_colleague_neither_sees_nor_changes_a_private_workspace,
            a_workspace_ends_with_its_session,
            a_deleted_artifact_is_at_no_path,
        ]);
        $crate::conformance_group!($make_store, memory: [
            a_file_of_memory_is_written_read_replaced_and_deleted,
            files_of_memory_are_listed_by_path,
            a_file_of_memory_moves_to_a_free_path,
            a_change_of_memory_holds_to_the_expected_version,
            a_change_of_memory_made_again_finds_what_it_made,
            an_earlier_text_of_memory_is_restored,
            old_versions_of_memory_are_forgotten,
            versions_of_a_memory_have_a_bound,
            a_memory_is_its_users_own,
            a_memory_has_at_most_so_many_files,
        ]);
        $crate::conformance_group!($make_store, search: [
            words_are_found_in_all_their_forms,
            what_says_more_comes_first,
            an_index_changes_with_its_text,
            nobody_finds_what_is_not_theirs,
            a_rank_counts_ones_own_texts_only,
            whatever_is_typed_is_a_question,
            a_search_is_bounded_and_keeps_to_its_prefix,
        ]);
        $crate::conformance_group!($make_store, idempotency: [
            a_fresh_key_is_work_to_do,
            a_request_without_an_answer_keeps_its_id_and_keeps_nobody_out,
            an_answered_request_is_replayed,
            another_request_under_the_key_is_a_mismatch,
            many_at_once_work_under_one_id,
            a_key_is_forgotten_when_its_lifetime_is_over,
            an_abandoned_key_is_free_and_an_answered_one_is_not,
            keys_of_other_principals_and_tenants_are_other_keys,
            sweeping_removes_a_bounded_number_of_keys_whose_lifetime_is_over,
        ]);
        $crate::conformance_group!($make_store, identities: [
            a_principal_may_be_vouched_for_again_and_by_many_at_once,
            a_key_is_found_by_its_hash_as_it_was_stored,
            a_hash_is_unique_over_all_tenants,
            the_list_holds_the_users_own_keys_newest_first_and_no_revoked_ones,
            a_key_is_revoked_once_and_only_by_its_owner,
            a_key_stands_as_it_does_now,
            a_secret_is_kept_replaced_listed_and_deleted,
            a_secret_is_invisible_to_other_tenants,
        ]);
        $crate::conformance_group!($make_store, key_lines: [
            a_key_knows_the_keys_above_it,
            a_key_dies_with_any_key_above_it,
            a_key_expires_with_the_first_key_above_it,
            a_key_of_another_tenant_is_above_none,
            an_administrator_lists_and_revokes_every_key_of_the_tenant,
        ]);
        $crate::conformance_group!($make_store, agents: [
            an_agent_is_found_as_it_was_stored,
            creating_an_agent_again_gives_the_first_one,
            agents_are_listed_newest_first_page_by_page,
            agents_are_filtered_by_status_and_a_part_of_the_name,
            names_are_found_in_any_case_of_any_script,
            an_update_changes_only_what_it_names,
            a_deleted_agent_is_absent,
            an_agent_is_invisible_to_other_tenants,
            publishing_raises_the_version_and_keeps_a_snapshot,
            publishing_at_once_gives_every_version_once,
            rolling_back_restores_the_profile_and_the_bindings_as_a_new_version,
            rolling_back_to_a_version_that_never_was_changes_nothing,
            a_publication_that_is_asked_for_again_is_made_once,
            a_copy_is_a_draft_of_its_own_with_the_same_tools,
            a_copys_name_is_cut_to_two_hundred_characters,
        ]);
        $crate::conformance_group!($make_store, profiles: [
            an_agent_that_is_created_as_published_has_its_version_at_once,
            a_run_uses_the_version_that_it_names_whatever_is_changed_or_published_later,
            an_unpublished_change_is_used_by_who_asks_for_it_and_by_nobody_else,
            a_draft_is_run_as_it_is_and_has_no_version,
            a_draft_is_published_by_its_status_too,
            a_change_that_publishes_is_a_version_of_a_published_agent_only,
            a_binding_of_a_published_agent_is_in_its_next_version,
            a_binding_beside_an_unpublished_change_is_one_more_of_them,
            of_many_bindings_at_once_each_is_in_a_version,
            an_agent_that_is_switched_off_starts_no_run,
        ]);
        $crate::conformance_group!($make_store, agent_connectors: [
            a_list_of_connectors_keeps_its_order_and_is_replaced_as_a_whole,
            connectors_of_several_agents_are_found_at_once,
            connectors_are_those_of_ones_own_agents,
        ]);
        $crate::conformance_group!($make_store, organization_sessions: [
            a_session_of_an_organisation_is_private_and_made_once,
            sessions_of_an_organisation_are_found_by_agent_and_title,
            a_renamed_session_is_found_by_its_new_title,
            a_session_of_an_organisation_is_absent_to_everybody_else,
            a_worker_is_told_that_a_run_is_in_such_a_session,
        ]);
        $crate::conformance_group!($make_store, builtin_agents: [
            a_builtin_agent_is_made_once_in_each_tenant,
            a_builtin_agent_is_changed_by_its_settings_only,
            a_builtin_agent_is_read_only_before_its_first_use,
            a_builtin_agent_is_switched_off_and_on_again,
            another_model_of_a_builtin_agent_is_another_version,
            a_builtin_agent_that_an_earlier_release_let_be_changed_becomes_whole,
        ]);
        $crate::conformance_group!($make_store, tools: [
            a_tool_is_found_as_it_was_stored,
            creating_a_tool_again_gives_the_first_one,
            tools_are_listed_newest_first_page_by_page,
            an_update_of_a_tool_changes_only_what_it_names_and_raises_the_version,
            the_row_of_a_deleted_tool_stays,
            a_deleted_tool_is_absent_and_its_bindings_are_too,
            a_tool_is_invisible_to_other_tenants,
            a_binding_is_listed_with_its_tool_oldest_first,
            an_agent_has_a_tool_once,
            of_many_bindings_of_one_tool_at_once_one_is_made,
            an_agent_has_no_two_tools_whose_names_count_as_one,
            a_binding_needs_an_agent_and_a_tool_that_exist,
            an_update_of_a_binding_changes_only_what_it_names,
            an_unbound_tool_can_be_bound_again,
            a_binding_is_invisible_to_other_tenants,
        ]);
        $crate::conformance_group!($make_store, audit: [
            a_row_tells_who_did_what_from_where,
            a_tenant_without_rows_has_no_head,
            fifty_writes_at_once_make_a_chain_without_gaps,
            the_first_writes_at_once_make_one_chain,
            a_changed_a_removed_and_a_cut_off_row_show,
            the_chain_is_read_in_pieces,
            chains_of_tenants_do_not_mix,
            the_list_is_filtered_and_newest_first,
            every_change_of_an_agent_has_its_row,
            every_change_of_a_tool_and_a_binding_has_its_row,
            every_change_of_a_key_and_a_secret_has_its_row,
            starting_and_cancelling_a_run_have_their_rows,
        ]);
        $crate::conformance_group!($make_store, accounts: [
            an_account_is_found_by_username_and_by_email_in_any_case,
            a_name_and_an_email_are_taken_once_over_all_tenants,
            of_many_who_want_a_name_at_once_one_gets_it,
            accounts_are_listed_by_name_page_by_page,
            a_new_password_ends_every_login_but_the_one_that_is_kept,
            a_deactivated_account_has_no_logins_no_keys_and_gets_no_new_ones,
            no_login_survives_a_deactivation_that_happens_at_the_same_time,
            an_invitation_makes_one_account_in_its_tenant,
        ]);
        $crate::conformance_group!($make_store, codes: [
            a_code_makes_one_login_as_it_was_asked_for,
            a_code_that_is_used_again_takes_back_what_it_gave,
            a_code_is_good_for_its_own_client_redirect_and_verifier_only,
            a_code_expires,
            of_twenty_who_redeem_at_once_one_gets_a_login_and_it_is_taken_back,
            whoever_cannot_sign_in_gets_no_code_and_no_login,
            a_new_password_voids_codes_that_were_not_redeemed,
        ]);
        $crate::conformance_group!($make_store, logins: [
            a_login_is_found_by_its_token_and_noted_at_the_account,
            a_login_without_an_account_or_a_client_is_refused,
            a_chain_of_five_has_one_live_token_at_a_time,
            the_first_token_after_the_third_revokes_the_family,
            the_immediate_parent_may_come_again_for_a_moment,
            a_repeat_that_would_give_another_successor_is_a_reuse,
            of_fifty_uses_at_once_one_family_lives_and_all_get_the_same_token,
            a_token_expires_and_no_refresh_moves_the_families_end,
            another_client_gets_nothing_and_breaks_nothing,
            a_family_is_revoked_by_any_of_its_tokens_once,
            logins_of_a_user_are_revoked_one_by_one_by_client_or_all,
            what_ended_long_ago_is_swept_and_nothing_else,
        ]);
        $crate::conformance_group!($make_store, interleavings: [
            whatever_happens_at_once_at_most_one_token_of_a_login_lives,
        ]);
        $crate::conformance_group!($make_store, login_attempts: [
            after_five_attempts_a_name_is_locked_until_its_window_ends,
            a_refused_attempt_counts_for_nobody,
            a_right_password_makes_the_count_start_anew,
            of_fifty_guesses_at_once_five_are_looked_at,
        ]);
        $crate::conformance_group!($make_store, oauth_clients: [
            a_client_is_found_as_it_was_stored,
            a_clients_name_is_taken_once_over_all_tenants,
            a_new_secret_takes_the_place_of_the_old_one,
            a_deactivated_client_has_no_logins_and_gets_no_new_ones,
            a_third_partys_client_serves_its_own_tenant_only,
        ]);
        $crate::conformance_group!($make_store, sealed_values: [
            of_many_data_keys_at_once_one_is_the_tenants,
            everything_that_is_sealed_for_a_tenant_is_listed_and_sealed_anew,
            a_signing_key_is_sealed_anew_and_signs_on,
        ]);
        $crate::conformance_group!($make_store, signing_keys: [
            of_many_who_start_at_once_all_get_the_same_first_key,
            a_rotation_overlaps_until_the_old_key_ends,
            a_retiring_key_can_be_withdrawn_and_the_active_one_cannot,
        ]);
    };
}

/// The tests of one file.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_group {
    ($make_store:ident, $group:ident: [$($promise:ident),* $(,)?]) => {
        mod $group {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    let store: Option<std::sync::Arc<dyn $crate::Store>> = super::$make_store().await.into();
                    if let Some(store) = store {
                        $crate::conformance::$group::$promise(store).await;
                    }
                }
            )*
        }
    };
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    const LIST: &str = include_str!("mod.rs");

    /// The promises of all files beside this one, each as the group of its file and its name.
    fn promises() -> Vec<(String, String)> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conformance");
        let mut found = Vec::new();
        for file in std::fs::read_dir(here).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            let group = file.file_stem().unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&file).unwrap();
            let promises = text
                .lines()
                .filter_map(|line| line.strip_prefix("pub async fn ")?.strip_suffix("(store: Arc<dyn Store>) {"));
            found.extend(promises.map(|name| (group.to_owned(), name.to_owned())));
        }
        found
    }

    /// What stands between the brackets of `group: [`.
    fn listed(group: &str) -> Vec<&str> {
        let list = LIST.split_once(&format!("$make_store, {group}: [")).and_then(|(_, rest)| rest.split_once(']'));
        let (list, _) = list.unwrap_or_else(|| panic!("conformance_tests! has no group {group}"));
        list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect()
    }

    #[test]
    fn every_promise_is_listed() {
        let promises = promises();
        assert!(promises.len() > 200, "{}", promises.len());
        for (group, name) in promises {
            assert!(listed(&group).contains(&name.as_str()), "{group}::{name} is not in conformance_tests!");
        }
    }
}
