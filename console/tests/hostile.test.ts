// What a model, a tool or another person wrote is data, on every page: nothing runs, nothing is fetched, nothing leaves
// the window, and what is shown is what is sent.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Artel } from './artel';
import { isTooWide, launch, signIn, visit, type Visit } from './browser';
import { HOSTILE } from './hostile';
import { pieces } from '../src/text/invisible';
import { asker, asks, furnish, pays, until, waitsForForm, wantsForm, type World } from './world';

/** As many at once as one answer of a model carries. */
const TOGETHER = 12;
/** What the API takes as a text: no half surrogates, no NUL. */
const sendable = HOSTILE.filter((text) => !/\p{Cs}|\u0000/u.test(text));

let artel: Artel;
let browser: Browser;
let world: World;
let one: Visit;

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
  world = await furnish(artel);
  one = await visit(browser, artel, { width: 360 });
  await signIn(one, artel);
});
afterAll(async () => {
  world?.close();
  await Promise.all([artel?.stop(), browser?.close()]);
});

/** Nothing ran, nothing was fetched, nothing became markup, nothing is wider than the window. */
async function isHarmless(): Promise<void> {
  await new Promise((done) => setTimeout(done, 100));
  expect(one.complaints).toEqual([]);
  expect(one.strangers).toEqual([]);
  const found = await one.page.evaluate(() => ({
    markup: document.querySelectorAll('main :is(script, iframe, img, svg, object, embed, video, audio, link, style, form[action], base, [style*="url"], [onclick], [onerror], [onload])').length,
    addresses: [...document.querySelectorAll<HTMLAnchorElement>('main a')].map((link) => link.protocol),
    bases: document.querySelectorAll('base, meta[http-equiv]').length,
  }));
  expect(found.markup + found.bases).toBe(0);
  expect(found.addresses.filter((scheme) => !['http:', 'https:', 'mailto:', 'data:'].includes(scheme))).toEqual([]);
  expect(await isTooWide(one.page)).toBe(false);
}

it('has at least a hundred of them', () => {
  expect(new Set(HOSTILE).size).toBeGreaterThanOrEqual(100);
});

it('shows what a model says and what a tool is called with as text, in the chat', async () => {
  await world.api.put('/v1/approval-rules', { rules: [] });
  for (let from = 0; from < sendable.length; from += TOGETHER) {
    const some = sendable.slice(from, from + TOGETHER);
    const calls = some.map((text) => ({ tool: { name: 'pay', arguments: { to: text } } }));
    const replies = [
      { when: { role: 'tool' }, steps: [{ text: some }] },
      { when: { tools: true }, steps: [...some.map((text) => ({ text: `${text}\n\n` })), ...calls] },
    ];
    await artel.script({ replies });
    const body = { agent_id: world.agentId, input_message: some.find((text) => text.trim() !== '') ?? 'x', session_id: `chat-${from}` };
    await world.api.post('/v1/runs', body);
    await one.page.goto(`${artel.url}/console/chat/chat-${from}`);
    await one.page.locator('details.call').last().waitFor();
    await one.page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
    await isHarmless();
  }
}, 180_000);

it('shows them in the tables and on the page of a run', async () => {
  await one.page.goto(`${artel.url}/console/runs`);
  await one.page.getByRole('region', { name: 'Runs' }).waitFor();
  await isHarmless();
  const runs = await world.api.get<{ id: string }[]>('/v1/runs?limit=20');
  for (const run of runs) {
    await one.page.goto(`${artel.url}/console/run/${run.id}`);
    const journal = one.page.getByRole('region', { name: 'Journal' });
    await journal.waitFor();
    // The rows of the end are drawn when they can be seen.
    await until(async () => {
      await journal.evaluate((view) => (view.scrollTop = view.scrollHeight));
      return (await journal.getByRole('button', { name: 'result', exact: true }).count()) > 0;
    });
    await one.page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
    await isHarmless();
  }
  await one.page.goto(`${artel.url}/console/`);
  await one.page.getByRole('heading', { name: 'Home' }).waitFor();
  await isHarmless();
}, 120_000);

it('shows the arguments of an approval exactly, with what cannot be seen', async () => {
  await world.api.put('/v1/approval-rules', { rules: [{ tool: 'pay', effect: 'ask', reason: '<img src=x onerror=alert(1)>' }] });
  const args = Object.fromEntries(sendable.map((text, index) => [`a${index}`, text]));
  await pays(artel, { to: 'x', ...args });
  const approval = await asks(world, '<script>alert(1)</script>');
  await one.page.goto(`${artel.url}/console/approvals/${approval.id}`);
  await one.page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
  await isHarmless();
  for (const mark of ['U+202E', 'U+200B', 'U+E0041', 'U+00AD', 'U+FEFF', 'U+3164', 'U+2028', 'U+00A0', 'U+001B']) {
    expect(await one.page.locator('.values .mark', { hasText: mark }).count(), mark).toBeGreaterThan(0);
  }
  expect(await one.page.locator('.values .mark').evaluateAll((marks) => marks.every((mark) => (mark as HTMLElement).offsetWidth > 0))).toBe(true);
  // An edit that changes nothing sends the same bytes.
  const before = world.received.length;
  await one.page.getByRole('button', { name: 'Edit' }).click();
  await one.page.getByRole('button', { name: 'Approve as edited' }).click();
  await until(async () => world.received.length > before);
  expect(JSON.parse(world.received.at(-1) ?? '')).toEqual({ to: 'x', ...args });
});

it('shows them as names of agents and of keys, and as prompts', async () => {
  const names = sendable.filter((text) => text.length <= 200 && text.trim() !== '');
  const made: string[] = [];
  for (const [index, text] of names.entries()) {
    // Names have no characters that cannot be seen; prompts do.
    const name = pieces(text).some((piece) => piece.isMark) || text.includes('\n') ? `name ${index}` : text;
    const agent = await world.api.post('/v1/agents', { name, system_prompt: text, model: 'demo:echo' });
    made.push(agent.id);
    await world.api.post('/v1/api-keys', { name, scopes: ['runs:read'] });
  }
  for (const page of ['agents', 'agents?offset=50', 'access', 'access/audit', 'chat', 'runs']) {
    await one.page.goto(`${artel.url}/console/${page}`);
    await one.page.locator('h1').waitFor();
    await until(async () => (await one.page.getByText('Loading').count()) === 0);
    await isHarmless();
  }
  for (const id of made.filter((_, index) => index % 8 === 0)) {
    await one.page.goto(`${artel.url}/console/agent/${id}`);
    await one.page.getByLabel('Prompt').waitFor();
    await isHarmless();
  }
}, 120_000);

it('shows them in forms: as titles, labels, options and values', async () => {
  const agentId = await asker(world);
  const secret = /password|passwd|token|secret|api.?key|cvv|pin/i;
  const texts = sendable.filter((text) => text.length <= 200 && text.trim() !== '' && !secret.test(text));
  for (let from = 0; from < texts.length; from += TOGETHER) {
    const some = texts.slice(from, from + TOGETHER);
    const fields = some.map((label, index) => ({ name: `f${index}`, label, type: 'text', default: label }));
    const options = [...new Set(some)];
    await wantsForm(artel, {
      title: some[0],
      description: some.join('\n'),
      fields: [...fields, { name: 'one', label: some[0], type: 'select', options }, { name: 'many', label: some[0], type: 'multiselect', options }],
    });
    const form = await waitsForForm(world, agentId, some[0]);
    await one.page.goto(`${artel.url}/console/approvals/form/${form.id}?status=pending`);
    await one.page.getByRole('button', { name: 'Send' }).waitFor();
    await isHarmless();
    const hidden = some.filter((text) => text.includes('\u202e') || text.includes('\u200b')).length;
    expect(await one.page.getByText(/^Proposed: .*(U\+202E|U\+200B)/s).count()).toBe(hidden);
    // What is proposed is sent as it is.
    await one.page.getByRole('button', { name: 'Send' }).click();
    const { values } = await until(async () => {
      const now = await world.api.get(`/v1/forms/${form.id}`);
      return now.status === 'answered' && now;
    });
    const proposed = form.fields.filter((field: any) => typeof field.default === 'string' && field.default.trim() !== '');
    expect(values).toEqual(Object.fromEntries(proposed.map((field: any) => [field.name, field.default])));
    await one.page.goto(`${artel.url}/console/run/${form.run_id}`);
    await one.page.getByRole('button', { name: 'form_answered' }).waitFor();
    await isHarmless();
  }
}, 180_000);

it('shows them as names of accounts, in drafts, and as what a schema says of arguments', async () => {
  const texts = sendable.filter((text) => text.length <= 200 && text.trim() !== '');
  const org = '/v1/organizations/me';
  await world.api.put(`${org}/agents/${world.agentId}/connectors`, { connector_keys: ['http'] });
  let made = 0;
  for (const [index, text] of texts.entries()) {
    const account = { service_name: 'http', instance_id: `i${index}`, account_label: text, secret: { base_url: 'https://example.com' } };
    // Some the server refuses as names.
    await world.api.post(`${org}/credentials`, account).then(() => (made += 1), () => undefined);
  }
  expect(made).toBeGreaterThan(30);
  for (const path of ['connectors', 'connector/http', `agent/${world.agentId}`]) {
    await one.page.goto(`${artel.url}/console/${path}`);
    await one.page.locator('h1').waitFor();
    await until(async () => (await one.page.getByText('Loading').count()) === 0);
    await isHarmless();
  }

  const properties = Object.fromEntries(texts.slice(0, 20).map((text, index) => [`a${index}`, { title: text, description: text, enum: [text, 'x'] }]));
  const { endpoint } = await world.api.get(`/v1/tools/${world.toolId}`);
  const tool = { name: 'odd', input_schema: { type: 'object', properties }, execution_type: 'http_webhook', endpoint };
  const { id } = await world.api.post('/v1/tools', tool);
  await world.api.post(`/v1/agents/${world.agentId}/tools/${id}`, { allowed_domains: ['127.0.0.1'] });
  await world.api.put('/v1/approval-rules', { rules: [{ tool: 'odd', effect: 'ask' }] });
  const args = Object.fromEntries(Object.keys(properties).map((name) => [name, 'x']));
  await artel.script({ replies: [{ when: { role: 'tool' }, steps: [{ text: 'Done.' }] }, { when: { tools: true }, steps: [{ tool: { name: 'odd', arguments: args } }] }] });
  const approval = await asks(world);
  await one.page.goto(`${artel.url}/console/approvals/${approval.id}`);
  await one.page.getByRole('button', { name: 'Edit', exact: true }).click();
  await one.page.getByRole('button', { name: 'Edit as JSON' }).waitFor();
  await isHarmless();
  await one.page.getByRole('button', { name: 'Cancel' }).click();
  await one.page.getByRole('button', { name: 'Reject' }).click();

  const compose = await world.api.post('/v1/tools', { name: 'message_compose', execution_type: 'internal', input_schema: { type: 'object' } });
  await world.api.post(`/v1/agents/${world.agentId}/tools/${compose.id}`, {});
  await world.api.put('/v1/approval-rules', { rules: [] });
  for (let from = 0; from < 18; from += 6) {
    const [label = '', subject = '', text = '', ...more] = texts.slice(from, from + 6);
    const variants = [{ label, subject, text }, { label: `${more[0]} 2`, subject: more[1], text: more[2] }];
    const call = { tool: { name: 'message_compose', arguments: { channel: 'email', variants } } };
    await artel.script({ replies: [{ when: { role: 'tool' }, steps: [{ text: 'Done.' }] }, { when: { tools: true }, steps: [call] }] });
    const turn = await world.api.post('/v1/sessions/stream', { agent_id: world.agentId, message: 'Write' });
    await one.page.goto(`${artel.url}/console/chat/${turn.session_id}`);
    await one.page.getByRole('region', { name: 'Draft' }).waitFor();
    await isHarmless();
  }
}, 180_000);

it('shows them in rules, and as files of a dialogue', async () => {
  const tools = sendable.filter((text) => text.length <= 200 && text.trim() !== '' && !pieces(text).some((piece) => piece.isMark) && !text.includes('\n'));
  const rules = tools.map((tool) => ({ tool, effect: 'deny', reason: tool, conditions: [{ argument: '/to', is: 'eq', value: tool }] }));
  await world.api.put('/v1/approval-rules', { rules });
  await one.page.goto(`${artel.url}/console/approvals/rules`);
  await one.page.getByRole('listitem', { name: 'Rule 1', exact: true }).waitFor();
  await isHarmless();
  await one.page.getByRole('button', { name: 'Edit rule 1', exact: true }).click();
  await isHarmless();
  await world.api.put('/v1/approval-rules', { rules: [] });

  const { session_id } = await world.api.post('/v1/sessions/stream', { agent_id: world.agentId, message: 'Files' });
  const headers = { authorization: `Bearer ${world.api.token}` };
  let there = 0;
  for (const text of sendable.filter((name) => name.length <= 100)) {
    const name = text.replaceAll('/', '|');
    const answer = await fetch(`${artel.url}/v1/sessions/${session_id}/files/${encodeURIComponent(name)}`, { method: 'PUT', headers, body: text });
    there += answer.ok ? 1 : 0;
  }
  expect(there).toBeGreaterThan(30);
  await one.page.goto(`${artel.url}/console/chat/${session_id}`);
  await one.page.getByText('Files of this dialogue').click();
  await until(async () => (await one.page.locator('.files li').count()) > 30);
  await isHarmless();
});

it('shows them in what services send', async () => {
  const { url } = await world.api.post('/v1/organizations/me/connectors/ozon/hooks', {});
  const types = sendable.filter((text) => text.length <= 200);
  for (const type of types) await fetch(artel.url + url, { method: 'POST', body: JSON.stringify({ message_type: type, [type]: [type, { [type]: type }] }) });
  await one.page.goto(`${artel.url}/console/connectors/events?service=ozon`);
  const rows = one.page.locator('tbody button');
  await rows.nth(10).waitFor();
  await isHarmless();
  for (let index = 0; index < 20; index += 1) {
    await rows.nth(index).click();
    await one.page.getByRole('heading', { name: 'What it says' }).waitFor();
    await isHarmless();
  }
});

it('shows them in tasks and their executions, and in what a server that is told something answers', async () => {
  const make = (terms: object) => world.api.post('/v1/tasks', { title: 'Odd', agent_id: echo.id, ...terms });
  const echo = await world.api.post('/v1/agents', { name: 'Echo', model: 'demo:echo', status: 'published' });
  const texts = sendable.filter((text) => text.trim() !== '' && text.length <= 2000);
  // As many as fit beside the tools; all of them are prompts and titles of those that follow.
  let prompt = '';
  for (const text of texts) if (prompt.length + text.length < 1000) prompt += `${text}\n`;
  const trigger = { service: 'ozon', type: texts.find((text) => text.includes('onerror') && text.length <= 200) };
  const task = await make({ prompt, trigger });
  let titled = 0;
  for (const title of texts.filter((text) => text.length <= 200)) {
    // Some the server refuses as names.
    await make({ title, prompt: title, parent_id: task.task_id }).then(() => (titled += 1), () => undefined);
  }
  expect(titled).toBeGreaterThan(30);
  await world.api.post(`/v1/tasks/${task.task_id}/run`);
  await until(async () => (await world.api.get(`/v1/tasks/${task.task_id}`)).last_execution?.status === 'succeeded');
  for (const path of ['tasks', 'tasks?offset=50', `task/${task.task_id}`, `task/new?parent=${task.task_id}`]) {
    await one.page.goto(`${artel.url}/console/${path}`);
    await one.page.locator('h1').waitFor();
    await until(async () => (await one.page.getByText('Loading').count()) === 0);
    await isHarmless();
  }

  const { endpoint: url } = await world.api.get(`/v1/tools/${world.toolId}`);
  const description = '<svg onload=alert(1)>';
  const endpoint = await world.api.post('/v1/webhooks/endpoints', { url, description, events: ['run.failed'] });
  for (const text of texts.filter((_, index) => index % 8 === 0)) {
    world.answer = text;
    const sent = await world.api.post(`/v1/webhooks/endpoints/${endpoint.id}/test`);
    const told = () => world.api.get<any[]>(`/v1/webhooks/endpoints/${endpoint.id}/deliveries`);
    await until(async () => (await told()).find((one) => one.id === sent.id)?.state === 'delivered');
  }
  world.answer = '{"paid": true}';
  for (const path of ['notifications', `notification/${endpoint.id}`]) {
    await one.page.goto(`${artel.url}/console/${path}`);
    await one.page.getByText(description).first().waitFor();
    await one.page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
    await isHarmless();
  }
}, 180_000);

it('shows them in what subagents are asked to do, and in what they ask', async () => {
  const tool = await world.api.post('/v1/tools', { name: 'run_subagent', execution_type: 'internal', input_schema: { type: 'object' } });
  await world.api.post(`/v1/agents/${world.agentId}/tools/${tool.id}`, { scope: 'write' });
  await world.api.post(`/v1/agents/${world.agentId}/publish`);
  await world.api.put('/v1/approval-rules', { rules: [{ tool: 'pay', effect: 'ask', reason: '<img src=x onerror=alert(1)>' }] });
  const goals = sendable.filter((text) => text.length <= 2000 && text.trim() !== '');
  for (let from = 0; from < goals.length; from += 25) {
    const some = goals.slice(from, from + 5);
    const tasks = some.map((goal) => ({ kind: 'execute', goal }));
    const replies = [
      { when: { role: 'tool' }, steps: [{ text: 'Done.' }] },
      { when: { last: 'Hand it out' }, steps: [{ tool: { name: 'run_subagent', arguments: { tasks } } }] },
      { when: { tools: true }, steps: [{ tool: { name: 'pay', arguments: { to: some.join('\n') } } }] },
    ];
    await artel.script({ replies });
    const run = await world.api.post('/v1/runs?wait=false', { agent_id: world.agentId, input_message: 'Hand it out' });
    const open = () => world.api.get<{ id: string }[]>(`/v1/approvals?run_id=${run.id}&status=pending`);
    const questions = await until(async () => (await open()).length === some.length && (await open()));
    for (const path of [`run/${run.id}`, ...questions.slice(0, 2).map((question) => `approvals/${question.id}`)]) {
      await one.page.goto(`${artel.url}/console/${path}`);
      await one.page.getByRole('link', { name: "open the subagent's run" }).first().waitFor();
      await one.page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
      await isHarmless();
    }
    await world.api.post(`/v1/runs/${run.id}/cancel`);
  }
}, 120_000);

it('follows no address that an address names', async () => {
  for (const path of ['sign-in?error=<script>alert(1)</script>', 'run/<img src=x onerror=alert(1)>', '%E0%A4%A', 'runs?text=<svg onload=alert(1)>', 'agent/javascript:alert(1)']) {
    await one.page.goto(`${artel.url}/console/${path}`);
    await one.page.locator('main').waitFor();
    await isHarmless();
  }
  const answer = await one.context.request.get(`${artel.url}/console/sign-in/start?to=https://evil.example/`, { maxRedirects: 0 });
  expect(answer.headers()['location']).toMatch(/^\/oauth\/authorize\?/);
});
