//! Checks of the files that put Artel into operation, as far as a machine without a container engine can check them.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::{Path, PathBuf};

use serde_yaml_ng::Value;

const COMPOSE: [&str; 2] = ["compose.yaml", "deploy/compose/compose.yaml"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    let mut value: Value = serde_yaml_ng::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    value.apply_merge().unwrap();
    value
}

fn services(path: &str) -> Vec<(String, Value)> {
    let services = yaml(path)["services"].as_mapping().unwrap().clone();
    services.into_iter().map(|(name, service)| (name.as_str().unwrap().to_owned(), service)).collect()
}

#[test]
fn both_compose_files_are_made_of_one_image() {
    for file in COMPOSE {
        let services = services(file);
        let built: Vec<&Value> =
            services.iter().map(|(_, service)| &service["build"]).filter(|b| !b.is_null()).collect();
        assert!(built.len() >= 3, "{file}");
        for build in built {
            assert_eq!(build["dockerfile"], "deploy/compose/Dockerfile", "{file}");
            let context = root().join(file).parent().unwrap().join(build["context"].as_str().unwrap());
            assert_eq!(context.canonicalize().unwrap(), root().canonicalize().unwrap(), "{file}");
        }
    }
}

#[test]
fn a_service_waits_only_for_services_that_start_without_a_profile_of_their_own() {
    for file in COMPOSE {
        let services = services(file);
        for (name, service) in &services {
            let waits = service["depends_on"].as_mapping().cloned().unwrap_or_default();
            for (other, _) in waits {
                let other = other.as_str().unwrap();
                let there = services.iter().find(|(name, _)| name == other);
                assert!(
                    there.is_some_and(|(_, other)| other["profiles"].is_null()),
                    "{file}: {name} waits for {other}"
                );
            }
        }
    }
}

#[test]
fn the_platform_has_what_its_operators_know() {
    let services = services("compose.yaml");
    let names: Vec<&str> = services.iter().map(|(name, _)| name.as_str()).collect();
    for wanted in ["api", "tool-mock", "db", "redis", "nginx", "certbot", "pgadmin", "migrate"] {
        assert!(names.contains(&wanted), "{names:?}");
    }
    let of = |name: &str| services.iter().find(|(service, _)| service == name).unwrap().1.clone();
    assert_eq!(of("certbot")["profiles"][0], "tls");
    assert_eq!(of("pgadmin")["profiles"][0], "admin");
    let ports = of("nginx")["ports"].clone();
    assert_eq!((ports[0].as_str(), ports[1].as_str()), (Some("80:80"), Some("443:443")));
    let version: u32 = of("db")["image"].as_str().unwrap().split([':', '-']).nth(1).unwrap().parse().unwrap();
    assert!(version >= 15);
    let nginx = text("deploy/nginx/platform.conf");
    assert!(nginx.contains("listen 80 ") && nginx.contains("listen 443 ssl"));
}

#[test]
fn the_platforms_files_say_what_its_document_says() {
    let compose = text("compose.yaml");
    for line in ["REDIS_URL: redis://redis:6379/0", "image: redis:7-alpine", "TOOL_ALLOW_PRIVATE_HOSTS: tool-mock:9000"]
    {
        assert!(compose.lines().any(|given| given.trim() == line), "{line}");
    }
    let nginx = text("deploy/nginx/platform.conf");
    for line in ["proxy_set_header Host $http_host;", "proxy_set_header X-Forwarded-Proto $scheme;"] {
        assert!(nginx.lines().any(|given| given.trim() == line), "{line}");
    }
    assert!(text("LICENSE").starts_with("MIT License"));
    // A copy of the file changes nothing: what is set in it is the default.
    for line in text("env.example").lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        assert!(["ENVIRONMENT=production", "ALLOW_TEST_TOKENS=false"].contains(&line), "{line} is set in every copy");
    }
}

#[test]
fn only_nginx_and_loopback_are_reachable_from_outside() {
    for file in COMPOSE {
        for (name, service) in services(file) {
            for port in service["ports"].as_sequence().into_iter().flatten() {
                let port = port.as_str().unwrap();
                assert!(name == "nginx" || port.starts_with("127.0.0.1:"), "{file}: {name} publishes {port}");
            }
        }
    }
}

#[test]
fn nginx_of_codelab_is_at_port_80_unless_the_operator_says_otherwise() {
    let services = services("deploy/compose/compose.yaml");
    let (_, nginx) = services.iter().find(|(name, _)| name == "nginx").unwrap();
    assert_eq!(nginx["ports"], Value::from(vec!["${CODELAB_PORT:-80}:80"]));
}

#[test]
fn files_that_services_read_are_there() {
    for file in COMPOSE {
        let directory = root().join(file).parent().unwrap().to_owned();
        for (name, service) in services(file) {
            for volume in service["volumes"].as_sequence().into_iter().flatten() {
                let source = volume.as_str().unwrap().split(':').next().unwrap();
                let is_path = source.starts_with('.');
                assert!(!is_path || directory.join(source).is_file(), "{file}: {name} reads {source}");
            }
        }
    }
}

#[test]
fn nothing_is_mandatory_that_only_a_profile_needs() {
    // Compose fills in every service, also those of profiles that are not started.
    let compose = text("compose.yaml");
    let mandatory = compose.match_indices(":?").filter(|(at, _)| {
        let before = &compose[..*at];
        !before[..before.rfind("${").unwrap()].ends_with('$')
    });
    assert_eq!(mandatory.count(), 0);
}

#[test]
fn the_unit_gives_as_few_rights_as_it_can_and_time_to_stop() {
    let unit = text("deploy/systemd/artel.service");
    for line in [
        "NoNewPrivileges=true",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
        "PrivateDevices=true",
        "MemoryDenyWriteExecute=true",
        "SystemCallFilter=@system-service",
        "TimeoutStopSec=75",
        "LimitNOFILE=65536",
        "StateDirectoryMode=0700",
    ] {
        assert!(unit.lines().any(|given| given == line), "{line}");
    }
}
