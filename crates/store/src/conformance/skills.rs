use std::collections::BTreeSet;
use std::sync::Arc;

use artel_domain::{Skill, SkillFile, SkillId, SkillName, SkillPath, UserId};
use artel_words::Query;
use serde_json::{Map, json};

use super::world::{World, at_once, uuid};
use crate::skills::MOST_SKILLS;
use crate::{NewSkill, Page, SkillPatch, SkillWrite, Store, Viewer};

const ALL: Page = Page { limit: 100, offset: 0 };

fn name(text: &str) -> SkillName {
    SkillName::parse(text).unwrap()
}

fn file(path: &str, content: &[u8]) -> SkillFile {
    SkillFile { path: SkillPath::parse(path).unwrap(), content: content.to_vec() }
}

fn skill(world: &World, called: &str) -> NewSkill {
    NewSkill {
        id: SkillId(uuid()),
        author: world.user,
        name: name(called),
        description: "Пишет отчёт о продажах. Writes the sales report.".to_owned(),
        extra: Map::from_iter([("license".to_owned(), json!("MIT"))]),
        prompt: "Collect the figures of the week.".to_owned(),
        files: vec![file("templates/отчёт.md", "# Отчёт".as_bytes()), file("a.bin", &[0, 255, 10])],
        is_enabled: true,
    }
}

async fn creates(world: &World, new: NewSkill) -> SkillWrite {
    world.store.create_skill(world.tenant, new, world.audit("skill.create")).await.unwrap()
}

async fn made(world: &World, called: &str) -> Skill {
    done(creates(world, skill(world, called)).await)
}

fn done(write: SkillWrite) -> Skill {
    let SkillWrite::Done(skill) = write else { panic!("it is done: {write:?}") };
    *skill
}

async fn updates(world: &World, viewer: &Viewer, id: SkillId, patch: SkillPatch) -> SkillWrite {
    world.store.update_skill(viewer, id, patch, world.audit("skill.update")).await.unwrap()
}

async fn deletes(world: &World, viewer: &Viewer, id: SkillId, request: uuid::Uuid) -> SkillWrite {
    world.store.delete_skill(viewer, id, request, world.audit("skill.delete")).await.unwrap()
}

async fn found(world: &World, words: &str) -> Vec<String> {
    let query = Query::read(words).unwrap();
    let found = world.store.search_skills(world.tenant, &query, 10).await.unwrap();
    found.into_iter().map(|(head, _)| head.name.to_string()).collect()
}

async fn listed(world: &World) -> Vec<String> {
    let (heads, total) = world.store.list_skills(world.tenant, ALL).await.unwrap();
    assert_eq!(total, i64::try_from(heads.len()).unwrap());
    heads.into_iter().map(|head| head.name.to_string()).collect()
}

pub async fn a_skill_is_kept_with_its_files_changed_and_deleted(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let new = skill(&ada, "weekly-report");
    let kept = done(creates(&ada, new.clone()).await);
    assert_eq!((&kept.head.name, &kept.prompt, &kept.extra), (&new.name, &new.prompt, &new.extra));
    assert_eq!((kept.head.bytes, kept.head.author_id), (new.bytes(), Some(ada.user)));
    let sizes: Vec<_> = kept.files.iter().map(|file| (file.path.as_str(), file.bytes)).collect();
    assert_eq!(sizes, [("a.bin", 3), ("templates/отчёт.md", "# Отчёт".len() as u64)]);
    assert_eq!(store.find_skill(ada.tenant, new.id).await.unwrap().unwrap(), kept);
    let files = store.load_skill_files(ada.tenant, new.id).await.unwrap();
    assert_eq!(files, [new.files[1].clone(), new.files[0].clone()], "by path, byte for byte");

    let patch = SkillPatch {
        name: Some(name("monthly-report")),
        prompt: Some("Of the month.".to_owned()),
        files: Some(vec![file("b.md", b"b")]),
        ..SkillPatch::default()
    };
    let changed = done(updates(&ada, &ada.viewer(), new.id, patch).await);
    assert_eq!((changed.head.name.as_str(), changed.prompt.as_str()), ("monthly-report", "Of the month."));
    assert_eq!((&changed.head.description, changed.head.bytes), (&new.description, 14), "what is absent stays");
    assert_eq!(store.load_skill_files(ada.tenant, new.id).await.unwrap(), [file("b.md", b"b")]);

    let request = uuid();
    done(deletes(&ada, &ada.viewer(), new.id, request).await);
    assert_eq!(store.find_skill(ada.tenant, new.id).await.unwrap(), None);
    assert_eq!(store.load_skill_files(ada.tenant, new.id).await.unwrap(), []);
    done(deletes(&ada, &ada.viewer(), new.id, request).await);
    assert_eq!(
        deletes(&ada, &ada.viewer(), new.id, uuid()).await,
        SkillWrite::Missing,
        "another request finds nothing"
    );
    assert_eq!(updates(&ada, &ada.viewer(), new.id, SkillPatch::default()).await, SkillWrite::Missing);
    let rows = store.audit_chain(ada.tenant, 0, 100).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.action.starts_with("skill.")).count(), 3, "one for each change");
}

pub async fn a_name_is_one_skills_and_free_when_that_is_gone(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let first = made(&ada, "report").await;
    assert_eq!(creates(&ada, skill(&ada, "report")).await, SkillWrite::NameTaken);
    let second = made(&ada, "other").await;
    let renames = SkillPatch { name: Some(name("report")), ..SkillPatch::default() };
    assert_eq!(updates(&ada, &ada.viewer(), second.head.id, renames.clone()).await, SkillWrite::NameTaken);
    done(updates(&ada, &ada.viewer(), first.head.id, renames.clone()).await);
    done(deletes(&ada, &ada.viewer(), first.head.id, uuid()).await);
    done(updates(&ada, &ada.viewer(), second.head.id, renames).await);
    let bob = World::new(&store).await;
    done(creates(&bob, skill(&bob, "report")).await);
    // Of many at once, one gets the name.
    let written = at_once((0..8).map(|_| {
        let ada = ada.clone();
        async move { creates(&ada, skill(&ada, "wanted")).await }
    }))
    .await;
    assert_eq!(written.iter().filter(|write| matches!(write, SkillWrite::Done(_))).count(), 1);
    assert_eq!(written.iter().filter(|write| **write == SkillWrite::NameTaken).count(), 7);
}

pub async fn a_retried_create_of_a_skill_finds_the_first_one(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let new = skill(&ada, "report");
    let written = at_once((0..8).map(|n| {
        let (ada, new) = (ada.clone(), NewSkill { prompt: format!("attempt {n}"), ..new.clone() });
        async move { done(creates(&ada, new).await) }
    }))
    .await;
    assert_eq!(written.iter().map(|skill| skill.prompt.as_str()).collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(listed(&ada).await, ["report"]);
}

pub async fn a_skill_is_found_by_its_words_while_it_is_switched_on(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let report = made(&ada, "weekly-report").await;
    let other = NewSkill {
        description: "Answers reviews.".to_owned(),
        prompt: "Отвечает на отзыв, а в отчёт не смотрит.".to_owned(),
        ..skill(&ada, "reviews")
    };
    let other = done(creates(&ada, other).await);
    assert_eq!(
        found(&ada, "отчёты продаж").await,
        ["weekly-report", "reviews"],
        "a description says more than a prompt"
    );
    assert_eq!(found(&ada, "weekly").await, ["weekly-report"], "a name has words");
    let query = Query::read("review").unwrap();
    assert_eq!(store.search_skills(ada.tenant, &query, 1).await.unwrap()[0].1, other.prompt);

    let off = SkillPatch { is_enabled: Some(false), ..SkillPatch::default() };
    assert!(!done(updates(&ada, &ada.viewer(), report.head.id, off).await).head.is_enabled);
    assert_eq!(found(&ada, "отчёт").await, ["reviews"]);
    assert_eq!(listed(&ada).await, ["reviews", "weekly-report"], "it is still there");
    let on = SkillPatch { is_enabled: Some(true), prompt: Some("Pie charts.".to_owned()), ..SkillPatch::default() };
    done(updates(&ada, &ada.viewer(), report.head.id, on).await);
    assert_eq!(found(&ada, "chart").await, ["weekly-report"]);
    assert_eq!(found(&ada, "figures").await, Vec::<String>::new(), "its words change with its text");
    done(deletes(&ada, &ada.viewer(), report.head.id, uuid()).await);
    assert_eq!(found(&ada, "chart").await, Vec::<String>::new());
}

pub async fn a_skill_is_its_tenants_and_its_authors_to_change(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let report = made(&ada, "report").await;
    let id = report.head.id;
    assert_eq!(store.find_skill(bob.tenant, id).await.unwrap(), None);
    assert_eq!(store.load_skill_files(bob.tenant, id).await.unwrap(), []);
    assert_eq!(listed(&bob).await, Vec::<String>::new());
    assert_eq!(found(&bob, "report").await, Vec::<String>::new());
    let off = SkillPatch { is_enabled: Some(false), ..SkillPatch::default() };
    assert_eq!(updates(&bob, &bob.viewer(), id, off.clone()).await, SkillWrite::Missing);
    assert_eq!(deletes(&bob, &Viewer::service(bob.tenant), id, uuid()).await, SkillWrite::Missing);

    let colleague = Viewer::user(ada.tenant, UserId(uuid()));
    assert_eq!(updates(&ada, &colleague, id, off.clone()).await, SkillWrite::Foreign);
    assert_eq!(deletes(&ada, &colleague, id, uuid()).await, SkillWrite::Foreign);
    assert_eq!(store.find_skill(ada.tenant, id).await.unwrap().unwrap(), report, "nothing was written");
    let administrator = colleague.as_administrator(ada.audit("session.access"));
    done(updates(&ada, &administrator, id, off).await);
    done(deletes(&ada, &Viewer::service(ada.tenant), id, uuid()).await);
}

pub async fn a_tenant_has_so_many_skills_of_so_many_bytes(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let small = |number: i64| NewSkill { files: Vec::new(), ..skill(&ada, &format!("skill-{number}")) };
    let large = vec![file("large.bin", &vec![7; 10 * 1024 * 1024])];
    assert_eq!(creates(&ada, NewSkill { files: large.clone(), ..small(0) }).await, SkillWrite::TooLarge);
    let first = done(creates(&ada, small(0)).await);
    let grows = SkillPatch { files: Some(large), ..SkillPatch::default() };
    assert_eq!(updates(&ada, &ada.viewer(), first.head.id, grows).await, SkillWrite::TooLarge);
    for number in 1..MOST_SKILLS {
        done(creates(&ada, small(number)).await);
    }
    assert_eq!(creates(&ada, small(MOST_SKILLS)).await, SkillWrite::TooMany);
    done(deletes(&ada, &ada.viewer(), first.head.id, uuid()).await);
    done(creates(&ada, small(MOST_SKILLS)).await);
    let second = Page { limit: 2, offset: 1 };
    let (page, total) = store.list_skills(ada.tenant, second).await.unwrap();
    assert_eq!((page.len(), total, page[0].name.as_str()), (2, MOST_SKILLS, "skill-10"), "by name");
}
