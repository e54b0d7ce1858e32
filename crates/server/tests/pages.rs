//! Every command of every page of the documentation, in order, against the real program: a page that shows what does
//! not work fails here. What no test can do is listed with what stands in for it.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use artel_testkit::Database;
use tokio::process::Command;

/// A page whose commands are run.
struct Page {
    file: &'static str,
    /// What the reader has done before, in bash.
    before: &'static str,
    /// What the page leaves to its reader, and what stands for it here.
    changes: &'static [(&'static str, &'static str)],
    /// How commands begin that are not run, and why, or which test stands in for them.
    left_out: &'static [(&'static str, &'static str)],
}

/// A server, what pages call it, and a token.
const SERVED: &str = "serve; base; key\n";
const IMAGE: &str = "a container engine; `compose.rs` runs every command of the services";

const PAGES: [Page; 20] = [
    Page {
        file: "README.md",
        before: "",
        changes: &[("cargo run --release -- demo", "artel demo; stop demo"), ("cp env", "cp $ROOT/env")],
        left_out: &[
            ("docker", IMAGE),
            ("./scripts/test", "it runs this test"),
            ("cargo install", "builds the program that this test runs"),
        ],
    },
    Page {
        file: "docs/quickstart.md",
        before: "",
        changes: &[("kill -9 PID ", "kill -9 $(cat serve.pid); rm serve.pid; sleep 0.3; serve ")],
        left_out: &[],
    },
    Page {
        file: "docs/approvals.md",
        before: SERVED,
        changes: &[
            ("\"0199…\"", "\"'$AGENT'\""),
            ("curl -X POST \"$ARTEL/approvals/$ID", "ask; curl -X POST \"$ARTEL/approvals/$ID"),
        ],
        left_out: &[],
    },
    Page {
        file: "docs/artifacts.md",
        before: "serve; base; key; echo a,b | tee report.pdf > report.csv; SESSION=$(session)\n",
        changes: &[],
        left_out: &[],
    },
    Page {
        file: "docs/auth.md",
        before: "serve; password\n",
        changes: &[("<kid>", "-- $(artel keys list | awk '/retiring/ { print $1; exit }')")],
        left_out: &[],
    },
    Page { file: "docs/budgets.md", before: SERVED, changes: &[], left_out: &[] },
    Page {
        file: "docs/codelab.md",
        before: "serve; password\n",
        changes: &[],
        left_out: &[
            ("websocat", "`codelab/handshake.rs` opens sockets so"),
            ("{\"type\"", "what is typed into that socket; `codelab/task.rs`"),
            ("cd deploy", IMAGE),
            ("cp example.env", IMAGE),
            ("docker", IMAGE),
        ],
    },
    Page {
        file: "docs/connectors.md",
        before: "cp $ROOT/crates/connectors/connectors/telegram.yaml my.yaml; openapi > openapi.yaml\n",
        changes: &[],
        left_out: &[(
            "artel connectors test",
            "asks the service itself; `services.rs` does it with a service of its own",
        )],
    },
    Page {
        file: "docs/console.md",
        before: "",
        changes: &[("artel demo ", "artel demo; stop demo ")],
        left_out: &[
            ("scripts/console", "`.ci/run` does it"),
            ("ARTEL_PAGES", "`.ci/run` does it"),
            ("cd console", "a server for whoever changes the pages"),
        ],
    },
    Page { file: "docs/llm-proxy.md", before: "serve\n", changes: &[], left_out: &[] },
    Page { file: "docs/model-calls.md", before: SERVED, changes: &[], left_out: &[] },
    Page { file: "docs/model-mock.md", before: "", changes: &[], left_out: &[] },
    Page {
        file: "docs/models.md",
        before: SERVED,
        changes: &[("}'\n", "}'; export LLM_PROVIDERS; artel config check > /dev/null\n")],
        left_out: &[],
    },
    Page {
        file: "docs/operating.md",
        before: "serve; base; key; WEATHER_KEY=secret\n",
        changes: &[
            ("postgresql://artel:secret@db:5432/artel", "$POSTGRES"),
            ("redis://redis:6379/0", "$REDIS"),
            ("/var/lib/artel", "artel-data"),
            ("/backup/", ""),
            ("cp env", "cp $ROOT/env"),
        ],
        left_out: &[("docker", IMAGE)],
    },
    Page {
        file: "docs/organizations.md",
        before: SERVED,
        changes: &[
            ("\"api_key\": \"…\"", "\"api_key\": \"k\""),
            ("8a4b9c12-…", "'$AGENT'"),
            ("curl -N \"$BASE/sessions/$SESSION", "talk; curl -N \"$BASE/sessions/$SESSION"),
        ],
        left_out: &[(
            "curl -X POST \"$BASE/organizations/me/connectors/import\"",
            "fetches from the public internet; `own_connectors.rs` imports from a server of its own",
        )],
    },
    Page { file: "docs/documents.md", before: SERVED, changes: &[], left_out: &[] },
    Page { file: "docs/memory.md", before: SERVED, changes: &[], left_out: &[] },
    Page { file: "docs/skills.md", before: SERVED, changes: &[], left_out: &[] },
    Page { file: "docs/tasks.md", before: SERVED, changes: &[], left_out: &[] },
    Page {
        file: "docs/real-model.md",
        before: "artel model-mock --addr 127.0.0.1:18080\n",
        changes: &[("cargo run --release -- demo", "artel demo; stop demo"), ("9000 &", "9000")],
        left_out: &[],
    },
];

/// Pages whose commands are none of the program's, and what runs them.
const OTHERS: [(&str, &str); 2] = [
    ("docs/benchmarks.md", "measurements of half an hour"),
    ("docs/kubernetes.md", "needs a cluster; `scripts/kubernetes --check` renders and checks the chart"),
];

/// What every page may use. `artel` and `curl` are stand-ins: the one leaves servers in the background when they are
/// ready, the other fails when the answer is an error.
const TOOLS: &str = r#"
set -euo pipefail
export PATH=$PWD/bin:$PATH
trap 'for pid in *.pid; do kill $(cat $pid) 2> /dev/null || true; done' EXIT
stop() { kill $(cat $1.pid); rm $1.pid; sleep 0.3; }
serve() { ENVIRONMENT=dev TOOL_ALLOW_PRIVATE_HOSTS=127.0.0.1 artel serve > /dev/null; }
base() { BASE=http://127.0.0.1:8000 ARTEL=$BASE API=$BASE TENANT=00000000-0000-0000-0000-000000000001 USER_ID=$TENANT; }
send() { curl "$BASE$1" -H "x-api-key: $KEY" -d "$2"; }
key() {
    KEY=$(artel keys create --scopes admin) TOKEN=$KEY
    AGENT=$(send /v1/agents '{"name": "Scribe", "model": "demo:echo", "status": "published"}' | jq -er .id)
}
session() { send /v1/runs '{"agent_id": "'$AGENT'", "input_message": "Hello"}' | jq -er .session_id; }
password() { PASSWORD='Correct!Horse7'; echo $PASSWORD | artel users set-password admin --password-stdin > /dev/null; }
# A call that waits for a human.
ask() {
    local tool; tool=$(send /v1/tools '{"name": "write_file", "input_schema": {"type": "object", "properties": {}},
        "execution_type": "http_webhook", "endpoint": "http://127.0.0.1:1/never"}' | jq -er .id)
    send /v1/agents/$AGENT/tools/$tool '{"require_approval": true}' > /dev/null
    send '/v1/runs?wait=false' '{"agent_id": "'$AGENT'", "input_message": "Use the tool"}' > /dev/null
    for _ in $(seq 100); do
        ID=$(curl "$BASE/v1/approvals?status=pending" -H "x-api-key: $KEY" | jq -r '.[0].id // empty')
        [ -z "$ID" ] || return 0
        sleep 0.1
    done
    echo "nobody was asked"; return 1
}
talk() {
    local told; told=$(send /v1/sessions/stream '{"message": "Hello", "agent_id": "'$AGENT'"}')
    SESSION=$(jq -er .session_id <<< "$told") TURN=$(jq -er .turn_id <<< "$told")
}
openapi() {
    echo '{"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "servers": [{"url": "https://shop.example"}],
        "paths": {"/orders": {"get": {"operationId": "list_orders", "responses": {"200": {"description": "Orders"}}}}}}'
}
"#;

const ARTEL: &str = r#"#!/usr/bin/env bash
set -euo pipefail
name=${1-}
args=("$@")
case $name in
serve) ready='"ready":true' ;;
demo) ready='Ctrl-C stops it' ; args+=(--addr $PUBLIC) ;;
tool-mock) ready='"ready":true' ; [ $# -gt 1 ] || args+=(--addr $TOOL) ;;
model-mock) ready='"ready":true' ; [ $# -gt 1 ] || args+=(--addr $MODEL) ;;
*) exec $BINARY "$@" ;;
esac
export ARTEL_PUBLIC_ADDR=127.0.0.1:0 ARTEL_RUNTIME_ADDR=127.0.0.1:0 ARTEL_LLM_PROXY_ADDR=127.0.0.1:0 ARTEL_AUTH_ADDR=127.0.0.1:0
mine=$name
if [ -e $name.pid ] && kill -0 $(cat $name.pid) 2> /dev/null; then
    mine=$name.$RANDOM$RANDOM # one more, at other ports
elif [ $name = serve ]; then
    export ARTEL_PUBLIC_ADDR=$PUBLIC ARTEL_LLM_PROXY_ADDR=$PROXY
fi
$BINARY "${args[@]}" > $mine.out 2> $mine.err < /dev/null &
echo $! > $mine.pid
for _ in $(seq 300); do
    if grep -q "$ready" $mine.out; then cat $mine.out; exit 0; fi
    kill -0 $(cat $mine.pid) 2> /dev/null || break
    sleep 0.1
done
cat $mine.out $mine.err; exit 1
"#;

const CURL: &str = "#!/bin/sh\nexec $CURL --silent --show-error --fail-with-body --max-time 60 \"$@\"\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The commands of a page: the lines of its blocks of shell, each with its number.
fn commands(file: &str) -> Vec<(usize, String)> {
    let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let (mut shell, mut found) = (false, Vec::new());
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            shell = !shell && matches!(line, "```sh" | "```bash");
            found.extend(shell.then(|| (index + 1, String::new())));
        } else if shell {
            found.push((index + 1, line.to_owned()));
        }
    }
    found
}

fn heading(file: &str, number: usize) -> String {
    format!("echo '--- {file}:{number}'")
}

impl Page {
    /// The page as a script.
    fn script(&self) -> String {
        let (mut script, mut used, mut continues) = (String::new(), BTreeSet::new(), false);
        for (number, line) in commands(self.file) {
            if line.is_empty() {
                script.push_str(&heading(self.file, number));
            } else if let Some((begin, _)) = self.left_out.iter().find(|(begin, _)| line.starts_with(begin)) {
                used.insert(*begin);
                continues = line.ends_with('\\');
            } else if continues {
                continues = line.ends_with('\\');
            } else {
                script += &line;
            }
            script += "\n";
        }
        for (from, to) in self.changes {
            assert!(script.contains(from), "{} has no more {from:?}", self.file);
            script = script.replace(from, to);
        }
        for (begin, _) in self.left_out {
            assert!(used.contains(begin), "{} has no more commands that begin with {begin:?}", self.file);
        }
        format!("{TOOLS}\n{}\n{script}\n", self.before)
    }
}

/// Free now; another process could only take it within the next moments.
fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn write_program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs the page in an empty directory, with addresses of its own in place of those that it names.
async fn runs(file: &str) {
    let page = PAGES.iter().find(|page| page.file == file).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let bin = directory.path().join("bin");
    fs::create_dir(&bin).unwrap();
    write_program(&bin.join("artel"), ARTEL);
    write_program(&bin.join("curl"), CURL);
    let places = [("PUBLIC", "8000"), ("TOOL", "9000"), ("MODEL", "9100"), ("PROXY", "8002"), ("REAL", "18080")];
    let mut script = page.script();
    let mut command = Command::new("bash");
    for (name, port) in places {
        let address = free_address();
        script = script.replace(&format!("localhost:{port}"), &address).replace(&format!("127.0.0.1:{port}"), &address);
        command.env(name, address);
    }
    fs::write(directory.path().join("page.sh"), script).unwrap();
    let nothing_of_ours = ["DATABASE_URL", "REDIS_URL", "ENVIRONMENT", "OPENAI_API_KEY", "OPENAI_BASE_URL"];
    for name in nothing_of_ours {
        command.env_remove(name);
    }
    command.env("ROOT", root()).env("BINARY", env!("CARGO_BIN_EXE_artel")).env("CURL", which("curl"));
    // Without servers the variables are empty, which counts as absent.
    let servers = if page.changes.iter().any(|(_, to)| *to == "$POSTGRES") { Database::postgres().await } else { None };
    let given = servers.as_ref().map(Database::environment).unwrap_or_default();
    for (name, of) in [("POSTGRES", "DATABASE_URL"), ("REDIS", "REDIS_URL")] {
        let value = given.iter().find(|(given, _)| given == of).map(|(_, value)| value.clone());
        command.env(name, value.unwrap_or_default());
    }
    command.arg("page.sh").current_dir(directory.path()).stdin(Stdio::null()).kill_on_drop(true);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let ended = tokio::time::timeout(Duration::from_secs(150), command.output()).await;
    let output = ended.unwrap_or_else(|_| panic!("{file} takes longer than 150 s")).unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{file} cannot be followed ({}):\n{said}", output.status);
}

/// The path of a program of this machine: the page finds a stand-in of that name.
fn which(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|program| program.is_file()).unwrap()
}

#[test]
fn every_page_with_commands_is_run_or_says_why_not() {
    let mut pages: Vec<String> = ["README.md".to_owned()].into();
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        // Translations have the commands of their originals: `cargo xtask tidy` compares them.
        if name.strip_suffix(".md").is_some_and(|page| page.strip_suffix(".ru").is_none()) {
            pages.push(format!("docs/{name}"));
        }
    }
    let with_commands: BTreeSet<String> = pages.into_iter().filter(|page| !commands(page).is_empty()).collect();
    let known = PAGES.iter().map(|page| page.file).chain(OTHERS.map(|(file, _)| file));
    assert_eq!(with_commands, known.map(str::to_owned).collect(), "a page is run, or it is not true for long");
    let reasons = PAGES.iter().flat_map(|page| page.left_out).chain(&OTHERS);
    assert!(reasons.clone().all(|(_, why)| !why.is_empty()));
    // A test that stands in for commands exists.
    for name in reasons.flat_map(|(_, why)| why.split('`')).filter(|word| word.strip_suffix(".rs").is_some()) {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name).is_file(), "{name}");
    }
}

macro_rules! pages {
    ($($name:ident: $file:literal;)*) => {
        $(#[tokio::test]
        async fn $name() {
            runs($file).await;
        })*

        #[test]
        fn each_page_has_its_test() {
            assert_eq!([$($file),*], PAGES.each_ref().map(|page| page.file));
        }
    };
}

pages! {
    the_readme_is_true: "README.md";
    the_quickstart_is_true: "docs/quickstart.md";
    the_page_about_approvals_is_true: "docs/approvals.md";
    the_page_about_artifacts_is_true: "docs/artifacts.md";
    the_page_about_auth_is_true: "docs/auth.md";
    the_page_about_budgets_is_true: "docs/budgets.md";
    the_page_about_codelab_is_true: "docs/codelab.md";
    the_page_about_connectors_is_true: "docs/connectors.md";
    the_page_about_the_console_is_true: "docs/console.md";
    the_page_about_the_llm_proxy_is_true: "docs/llm-proxy.md";
    the_page_about_model_calls_is_true: "docs/model-calls.md";
    the_page_about_the_model_mock_is_true: "docs/model-mock.md";
    the_page_about_models_is_true: "docs/models.md";
    the_page_about_operating_is_true: "docs/operating.md";
    the_page_about_organizations_is_true: "docs/organizations.md";
    the_page_about_documents_is_true: "docs/documents.md";
    the_page_about_memory_is_true: "docs/memory.md";
    the_page_about_skills_is_true: "docs/skills.md";
    the_page_about_tasks_is_true: "docs/tasks.md";
    the_page_about_real_models_is_true: "docs/real-model.md";
}
