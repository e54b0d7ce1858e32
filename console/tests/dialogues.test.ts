// Dialogues: the list of one's own, files that go with messages, files that tools made, and the workspace.
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Artel, type Api } from './artel';
import { isTooWide, launch, signIn, violations, visit, type Visit } from './browser';
import { furnish, until, type World } from './world';

const COLLEAGUE = '00000000-0000-0000-0000-0000000000c0';
const CLERK = 'runs:read,runs:write,agents:read';

let artel: Artel;
let browser: Browser;
let world: World;
let echoId: string;

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
  world = await furnish(artel);
  await world.api.put('/v1/approval-rules', { rules: [{ tool: '*', effect: 'allow' }] });
  echoId = (await world.api.post('/v1/agents', { name: 'Echo', model: 'demo:echo', status: 'published' })).id;
});
afterAll(async () => {
  world?.close();
  await Promise.all([artel?.stop(), browser?.close()]);
});

async function withKey(scopes: string): Promise<Visit> {
  const { key } = await world.api.post('/v1/api-keys', { name: 'clerk', scopes: scopes.split(',') });
  const one = await visit(browser, artel);
  await one.page.goto(`${artel.url}/console/chat`);
  await one.page.getByLabel('API key').fill(key);
  await one.page.getByRole('button', { name: 'Sign in with the key' }).click();
  return one;
}

async function says(api: Api, message: string): Promise<any> {
  return api.post('/v1/sessions/stream', { agent_id: echoId, message });
}

async function say(page: Page, agent: string, text: string): Promise<void> {
  await page.goto(`${artel.url}/console/chat/new?agent=${agent}`);
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/);
}

/** What a link to a file saves. */
async function saved(page: Page, name: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
  expect(download.suggestedFilename()).toBe(name);
  return readFileSync(await download.path(), 'utf8');
}

it('lists, searches and goes on with as many dialogues as there are', async () => {
  for (let made = 1; made <= 53; made += 1) await says(world.api, `topic ${made}`);
  const one = await withKey(CLERK);
  const { page } = one;
  const list = page.getByRole('region', { name: 'Dialogues' });
  await list.getByRole('link', { name: 'topic 53' }).waitFor();
  expect(await list.getByRole('link').count()).toBe(50);
  await list.getByRole('button', { name: 'Show more' }).click();
  await list.getByRole('link', { name: 'topic 1', exact: false }).last().waitFor();
  await until(async () => (await list.getByRole('link').count()) === 53);
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('Search dialogues').fill('TOPIC 17');
  await until(async () => (await list.getByRole('link').count()) === 1);
  await list.getByRole('link', { name: 'topic 17' }).click();
  await page.getByRole('log').getByText('topic 17').first().waitFor();
  await page.getByRole('textbox', { name: 'Message' }).fill('and more');
  await page.keyboard.press('Enter');
  await page.locator('.markdown', { hasText: 'and more' }).waitFor();
  expect(one.complaints).toEqual([]);
});

it('keeps one dialogue in one place: the address changes, nothing is drawn anew, and a second dialogue is another one', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await say(one.page, echoId, 'first');
  await one.page.locator('.markdown', { hasText: 'first' }).waitFor();
  const address = one.page.url();
  await one.page.getByRole('textbox', { name: 'Message' }).fill('second');
  await one.page.keyboard.press('Enter');
  await one.page.locator('.markdown', { hasText: 'second' }).waitFor();
  expect(one.page.url()).toBe(address);
  await one.page.getByRole('button', { name: 'New dialogue' }).click();
  await one.page.getByText('Write something to begin.').waitFor();
  await one.page.getByRole('textbox', { name: 'Message' }).fill('third');
  await one.page.keyboard.press('Enter');
  await one.page.locator('.markdown', { hasText: 'third' }).waitFor();
  await expect.poll(() => one.page.url()).not.toBe(address);
  await one.page.goBack();
  await one.page.locator('.markdown', { hasText: 'second' }).waitFor();
  await expect.poll(() => one.page.getByText('third').count()).toBe(1);
  expect(one.complaints).toEqual([]);
});

it('gives a dialogue another name, and deletes it, by keyboard', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await say(page, echoId, 'a long beginning of a dialogue');
  const session = page.url().split('/').at(-1);
  const list = page.getByRole('region', { name: 'Dialogues' });
  await list.getByRole('button', { name: 'Rename' }).press('Enter');
  await page.getByRole('dialog').getByLabel('Name').fill('Beginnings');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await list.getByRole('link', { name: 'Beginnings' }).waitFor();
  expect((await world.api.get(`/v1/sessions/${session}`)).title).toBe('Beginnings');
  await list.getByRole('button', { name: 'Delete' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter');
  await page.waitForURL('**/console/chat');
  await until(async () => (await list.getByRole('link', { name: 'Beginnings' }).count()) === 0);
  await expect(world.api.get(`/v1/sessions/${session}`)).rejects.toThrow('404');
  expect(one.complaints).toEqual([]);
});

it('leaves dialogues of others to them: an administrator does not even look', async () => {
  const colleague = await artel.api(CLERK, '--user', COLLEAGUE);
  await says(colleague, 'a private topic');
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await say(one.page, echoId, 'a topic of mine');
  await one.page.getByRole('region', { name: 'Dialogues' }).getByRole('link', { name: 'a topic of mine' }).waitFor();
  expect(await one.page.getByText('a private topic').count()).toBe(0);
  expect(await world.api.get('/v1/audit?action=session.access')).toEqual([]);
});

it('tells a person who looked into their private dialogues, and an administrator into whose they looked', async () => {
  const scopes = `${CLERK},api-keys:write`;
  const colleague = await artel.api(scopes, '--user', COLLEAGUE);
  const { session_id } = await says(colleague, 'another private topic');
  const { key } = await colleague.post('/v1/api-keys', { name: 'mine', scopes: CLERK.split(',') });
  const one = await visit(browser, artel, { width: 375, height: 760 });
  const { page } = one;
  await page.goto(`${artel.url}/console/access/looks`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
  await page.getByText('Nobody looked.').waitFor();
  await world.api.get(`/v1/sessions/${session_id}`);
  await page.reload();
  await page.getByRole('link', { name: session_id }).waitFor();
  expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0);
  expect(await isTooWide(page)).toBe(false);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('link', { name: session_id }).click();
  await page.getByRole('log').getByText('another private topic').first().waitFor();

  const admin = await visit(browser, artel);
  await signIn(admin, artel);
  await admin.page.getByRole('link', { name: 'Access' }).click();
  await admin.page.getByRole('link', { name: 'Who looked' }).click();
  await admin.page.getByText(session_id).waitFor();
  // A look from here would be one more.
  expect(await admin.page.getByRole('link', { name: session_id }).count()).toBe(0);
  expect([...one.complaints, ...admin.complaints]).toEqual([]);
});

it('sends files with a message: chosen, pasted and dropped', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/chat/new?agent=${echoId}`);
  await page.getByLabel('Attach files').setInputFiles({ name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from('a;b\n1;2\n') });
  const attached = page.getByRole('list', { name: 'Files that go with the message' });
  await attached.getByText('orders.csv').waitFor();
  for (const [kind, name] of [['paste', 'pasted.txt'], ['drop', 'dropped.txt']] as const) {
    await page.getByRole('textbox', { name: 'Message' }).evaluate(give, { kind, name });
    await attached.getByText(name).waitFor();
  }
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Remove dropped.txt' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Read these');
  await page.keyboard.press('Enter');
  const log = page.getByRole('log');
  await log.getByRole('link', { name: 'orders.csv' }).waitFor();
  await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/);
  const session = page.url().split('/').at(-1);
  const [said] = await world.api.get(`/v1/sessions/${session}/messages`);
  expect(said.content).toMatch(/^Read these\n\nAttached files:\n- orders\.csv .*artifact_id .*\n- pasted\.txt .*$/);
  await page.reload();
  await log.getByRole('link', { name: 'pasted.txt' }).waitFor();
  expect(await log.getByText('Attached files').count()).toBe(0); // They are links.
  expect(await saved(page, 'orders.csv')).toBe('a;b\n1;2\n');
  expect(one.complaints).toEqual([]);
});

it('says which files a message leaves out', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await one.page.goto(`${artel.url}/console/chat/new?agent=${echoId}`);
  const file = (index: number) => ({ name: `f${index}.txt`, mimeType: 'text/plain', buffer: Buffer.from(String(index)) });
  await one.page.locator('form input[type=file]').setInputFiles(Array.from({ length: 23 }, (_, index) => file(index)));
  await one.page.getByText('3 files were left out: a message carries at most 20.').waitFor();
  const list = one.page.getByRole('list', { name: 'Files that go with the message' });
  await until(async () => (await list.getByRole('listitem').count()) === 20);
});

it('shows the files that a tool made', async () => {
  const form = new FormData();
  form.append('file', new Blob(['made']), 'report.txt');
  const headers = { authorization: `Bearer ${world.api.token}` };
  const made: any = await (await fetch(`${artel.url}/v1/artifacts`, { method: 'POST', headers, body: form })).json();
  world.answer = JSON.stringify({ files: [{ artifact_id: made.artifact_id }, { artifact_id: COLLEAGUE }] });
  const steps = [{ tool: { name: 'pay', arguments: { to: 'ACME' } } }];
  await artel.script({ replies: [{ when: { role: 'tool' }, steps: [{ text: 'Here it is.' }] }, { when: { tools: true }, steps }] });
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await say(one.page, world.agentId, 'Make a report');
  await one.page.getByText('Here it is.').waitFor();
  await one.page.getByRole('link', { name: 'report.txt' }).waitFor();
  expect(await saved(one.page, 'report.txt')).toBe('made');
  // A file of nobody is no link.
  expect(await one.page.getByRole('log').locator('a[download]').count()).toBe(1);
  expect(one.complaints).toEqual([]);
});

it('shows pictures in place, and drafts to change and to copy', async () => {
  const tool = await world.api.post('/v1/tools', { name: 'message_compose', execution_type: 'internal', input_schema: { type: 'object' } });
  const agent = await world.api.post('/v1/agents', { name: 'Writer', system_prompt: 'You write.', model: 'openai:gpt-4o-mini', status: 'published' });
  await world.api.post(`/v1/agents/${agent.id}/tools/${tool.id}`, {});
  const variants = [
    { label: 'Formal', subject: 'Your order', text: 'Dear Ada,\nit is on its way.' },
    { label: 'Short', text: 'On its way!' },
  ];
  const steps = [{ tool: { name: 'message_compose', arguments: { channel: 'email', variants } } }];
  await artel.script({ replies: [{ when: { role: 'tool' }, steps: [{ text: 'Two drafts.' }] }, { when: { tools: true }, steps }] });
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/chat/new?agent=${agent.id}`);
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==', 'base64');
  await page.locator('form input[type=file]').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: png });
  await page.getByRole('listitem').filter({ hasText: 'dot.png' }).waitFor();
  await page.getByRole('textbox', { name: 'Message' }).fill('Write to Ada');
  await page.keyboard.press('Enter');
  const draft = page.getByRole('region', { name: 'Draft' });
  await draft.getByLabel('Subject').waitFor();
  await draft.getByLabel('Text').fill('Dear Ada, soon.');
  await draft.getByRole('button', { name: 'Short' }).click();
  expect(await draft.getByLabel('Text').inputValue()).toBe('On its way!');
  await draft.getByRole('button', { name: 'Formal' }).click();
  await draft.getByRole('button', { name: 'Copy' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('Your order\n\nDear Ada, soon.');
  const picture = page.getByRole('img', { name: 'dot.png' });
  await until(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth === 1));
  await page.getByRole('button', { name: 'Copy the answer' }).click();
  await until(async () => (await page.evaluate(() => navigator.clipboard.readText())) === 'Two drafts.');
  expect(await violations(page)).toEqual([]);
  expect(one.complaints).toEqual([]);
  expect(one.strangers).toEqual([]);
});

it('lists, adds, saves and deletes the files of the workspace', async () => {
  const one = await visit(browser, artel, { width: 360, height: 740 });
  await signIn(one, artel);
  const { page } = one;
  await say(page, echoId, 'Lorem ipsum');
  await page.locator('.markdown', { hasText: 'Lorem ipsum' }).waitFor();
  const session = page.url().split('/').at(-1);
  const headers = { authorization: `Bearer ${world.api.token}` };
  const path = `${artel.url}/v1/sessions/${session}/files/reports/${encodeURIComponent('июль 100%.csv')}`;
  expect((await fetch(path, { method: 'PUT', headers, body: 'x;y' })).status).toBe(201);

  await page.getByText('Files of this dialogue').click();
  await page.getByRole('button', { name: 'reports' }).click();
  expect(await saved(page, 'июль 100%.csv')).toBe('x;y');
  await page.getByRole('button', { name: 'Up' }).click();
  const add = (text: string) => page.getByLabel('Add files').setInputFiles({ name: 'a b.txt', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await add('one');
  await page.getByRole('link', { name: 'a b.txt' }).waitFor();
  // One of the same name takes the place of none.
  await add('two');
  await page.getByRole('link', { name: 'a b (2).txt' }).waitFor();
  expect([await saved(page, 'a b.txt'), await saved(page, 'a b (2).txt')]).toEqual(['one', 'two']);
  expect(await violations(page)).toEqual([]);
  expect(await isTooWide(page)).toBe(false);
  await page.getByRole('button', { name: 'Delete a b.txt' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await until(async () => (await page.getByRole('link', { name: 'a b.txt' }).count()) === 0);
  expect((await world.api.get(`/v1/sessions/${session}/files`)).map((entry: any) => entry.path)).toEqual(['a b (2).txt', 'reports']);
  expect(one.complaints).toEqual([]);
});

/** Pastes or drops a file; in the page. */
function give(field: Element, { kind, name }: { kind: 'paste' | 'drop'; name: string }): void {
  const data = new DataTransfer();
  data.items.add(new File([name], name, { type: 'text/plain' }));
  const init = { bubbles: true, cancelable: true };
  field.dispatchEvent(kind === 'paste' ? new ClipboardEvent(kind, { ...init, clipboardData: data }) : new DragEvent(kind, { ...init, dataTransfer: data }));
}
