//! What each metric means, as `# HELP` says it.

use metrics::{describe_counter, describe_gauge, describe_histogram};

const COUNTERS: [(&str, &str); 17] = [
    ("artel_http_requests_total", "HTTP requests that were answered."),
    ("artel_runs_ended_total", "Runs that ended in this process, by `succeeded` or error code."),
    (
        "artel_runs_handed_back_total",
        "Runs that were left to a newer version, because their journal cannot be read here.",
    ),
    ("artel_model_answers_total", "Answers of models that runs got."),
    ("artel_model_tokens_total", "Tokens of the answers that runs got."),
    ("artel_answers_started_again_total", "Answers of models that a crash cut off."),
    ("artel_tool_calls_total", "Tool calls that ended."),
    (
        "artel_tool_results_looked_up_total",
        "Calls of tools whose results are kept: `hit` was answered by a kept result, `miss` was made.",
    ),
    (
        "artel_webhook_attempts_total",
        "Attempts to deliver a message to a receiver: `delivered`, `retried` (another one follows) or `failed`.",
    ),
    ("artel_budget_refusals_total", "Model calls that a budget left no room for, by whose budget it is."),
    ("artel_llm_calls_total", "Model calls that ended."),
    ("artel_llm_cost_nano_usd_total", "Cost of model calls in billionths of a US dollar, where the price is known."),
    ("artel_llm_calls_dropped_total", "Model calls that could not be written down."),
    ("messages_processed_total", "Messages of users that came in over CodeLab's gateway."),
    ("auth_token_requests_total", "Requests for tokens at the auth service."),
    ("auth_refresh_token_rotations_total", "Refresh tokens that were replaced by their successor."),
    ("auth_failed_login_attempts_total", "Logins with a wrong password or username."),
];

const GAUGES: [(&str, &str); 17] = [
    ("artel_build_info", "Always 1: which version this process is, and which database it uses."),
    ("artel_db_up", "1 when the database answered just now, else 0."),
    ("artel_db_connections_active", "Connections to the database that are at work."),
    (
        "artel_db_connections_counted",
        "Connections that count against the limit: on SQLite those at work, else all open.",
    ),
    ("artel_db_connections_open", "Connections to the database that are open."),
    ("artel_db_connections_max", "Connections that the database allows."),
    ("artel_db_pool_capacity", "Connections that this process may open."),
    ("artel_db_latency_seconds_now", "A round trip to the database just now."),
    ("artel_redis_up", "1 when Redis answered just now, else 0; absent without REDIS_URL."),
    ("artel_runs_open", "Runs of the whole installation that are not over, by phase."),
    ("artel_run_oldest_queued_seconds", "Age of the oldest run that a worker could take now; 0 when there is none."),
    (
        "artel_approval_oldest_pending_seconds",
        "Age of the oldest question that a human has not decided; 0 when there is none.",
    ),
    ("artel_streams_open", "Answers of this process that go on: events, models' streams."),
    ("artel_sockets_open", "WebSockets that are open in this process."),
    ("artel_llm_in_flight", "Model calls that are under way."),
    ("artel_llm_models_not_asked", "Models whose circuit breaker is not closed."),
    ("artel_llm_breaker_state", "Circuit breaker of the provider's worst model: 0 closed, 1 half open, 2 open."),
];

const HISTOGRAMS: [(&str, &str); 8] = [
    ("artel_http_request_seconds", "How long requests took; a stream counts until it begins."),
    ("artel_run_seconds", "How long runs took, from acceptance to end."),
    ("artel_tool_call_seconds", "How long tool calls took."),
    ("artel_webhook_attempt_seconds", "How long receivers of messages took to answer."),
    ("artel_llm_time_to_first_token_seconds", "From the start of a model call to the first piece of its answer."),
    ("gen_ai_client_operation_duration_seconds", "How long model calls took."),
    ("gen_ai_client_token_usage", "Tokens of one model call."),
    ("auth_token_request_duration_seconds", "How long requests for tokens took."),
];

/// Tells the recorder all of it.
pub(super) fn describe() {
    for (name, text) in COUNTERS {
        describe_counter!(name, text);
    }
    for (name, text) in GAUGES {
        describe_gauge!(name, text);
    }
    for (name, text) in HISTOGRAMS {
        describe_histogram!(name, text);
    }
}
