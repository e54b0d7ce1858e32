// How pages look: to a screen reader, on a phone, in the dark, in both languages, empty and full. Pictures of all are
// left in tests/pictures.
import { gzipSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Artel } from './artel';
import { isTooWide, launch, signIn, violations, visit, type Look, type Visit } from './browser';
import { showPages } from './pages';
import { asker, asks, furnish, pays, until, waitsForForm, wantsForm, type World } from './world';

const PICTURES = 'tests/pictures';
const LOOKS: (Look & { name: string })[] = [
  { name: 'en-light', language: 'en', theme: 'light' },
  { name: 'ru-dark', language: 'ru', theme: 'dark' },
  { name: 'ru-phone', language: 'ru', theme: 'light', width: 360, height: 740 },
];

let artel: Artel;
let browser: Browser;

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
});
afterAll(async () => {
  await Promise.all([artel?.stop(), browser?.close()]);
});

const FORM = {
  title: 'Delivery',
  description: 'Where shall the parcel go, and when?',
  fields: [
    { name: 'city', label: 'City', type: 'text', required: true },
    { name: 'note', label: 'Note for the courier', type: 'textarea' },
    { name: 'day', label: 'Day', type: 'date' },
    { name: 'speed', label: 'Speed', type: 'select', options: ['normal', 'express'], default: 'normal' },
    { name: 'extras', label: 'Extras', type: 'multiselect', options: ['gift wrap', 'card'] },
    { name: 'call', label: 'Call before', type: 'boolean' },
    { name: 'contract', label: 'Contract', type: 'file' },
  ],
};

/** What each page says when there is nothing yet. */
const EMPTY: Record<string, string> = {
  '': 'There are no runs yet.',
  chat: 'There is no agent to talk to.',
  approvals: 'Nothing here.',
  'approvals/rules': 'There are no rules of your own.',
  runs: 'There are no runs yet.',
  tasks: 'There are no tasks yet.',
  agents: 'There are no agents yet.',
  tools: 'There are no own tools yet.',
  connectors: 'No account is connected yet.',
  'connectors/events': 'Nothing came yet.',
  usage: 'No model was called in this time.',
  access: 'There are no keys yet.',
  notifications: 'Nobody is told anything yet.',
  'access/looks': 'Nobody looked.',
};

async function look(one: Visit, path: string, picture: string): Promise<void> {
  await one.page.goto(`${artel.url}/console/${path}`);
  await one.page.locator('h1').waitFor();
  await until(async () => (await one.page.getByText(/^(Loading …|Загрузка…)$/).count()) === 0);
  await one.page.screenshot({ path: `${PICTURES}/${picture}.png`, fullPage: true });
  expect(await violations(one.page), picture).toEqual([]);
  expect(await isTooWide(one.page), `${picture} is too wide`).toBe(false);
}

describe.each(LOOKS)('in $name', (how) => {
  it('has an empty state that says what to do, on every page', async () => {
    const one = await visit(browser, artel, how);
    await one.page.goto(`${artel.url}/console/`);
    await one.page.locator('h1').waitFor();
    await one.page.screenshot({ path: `${PICTURES}/${how.name}-sign-in.png` });
    expect(await violations(one.page)).toEqual([]);
    await signIn(one, artel);
    if (how === LOOKS[0]) {
      for (const [page, text] of Object.entries(EMPTY)) {
        await look(one, page, `${how.name}-empty-${(page || 'home').replace('/', '-')}`);
        expect(await one.page.getByText(text, { exact: true }).count(), page).toBe(1);
      }
    }
    await look(one, 'nowhere', `${how.name}-missing`);
    expect(one.complaints).toEqual([]);
  });
});

describe('with something in it', () => {
  let world: World;
  let pages: Record<string, string>;

  beforeAll(async () => {
    world = await furnish(artel);
    await pays(artel, { to: 'ACME GmbH', amount: 1250.5 }, 'The invoice is **paid**.\n\n1. checked\n2. paid\n\n```py\nprint("done")  # all\n```');
    await world.api.put('/v1/approval-rules', { rules: [] });
    const session = { agent_id: world.agentId, session_id: 'chat-full' };
    const run = await world.api.post('/v1/runs', { ...session, input_message: 'Please pay the invoice of ACME' });
    await world.api.put('/v1/approval-rules', { rules: [{ tool: 'pay', effect: 'ask', reason: 'money leaves the house' }] });
    const approval = await asks(world, 'Pay 1250.50 to ACME GmbH');
    await artel.script({ replies: [{ status: 400, body: { error: { message: 'no such model' } } }] });
    await world.api.post('/v1/runs', { agent_id: world.agentId, input_message: 'This one fails' });
    await world.api.post('/v1/api-keys', { name: 'ci', scopes: ['runs:read', 'runs:write'], expires_in_days: 30 });
    await world.api.post(`/v1/agents/${world.agentId}/publish`);
    await wantsForm(artel, FORM);
    const form = await waitsForForm(world, await asker(world), 'Send the parcel');
    await world.api.put(`/v1/organizations/me/agents/${world.agentId}/connectors`, { connector_keys: ['ozon', 'telegram'] });
    const secret = { client_id: '1', api_key: 'x' };
    const account = await world.api.post('/v1/organizations/me/credentials', { service_name: 'ozon', account_label: 'The shop', secret });
    await world.api.post(`/v1/organizations/me/agents/${world.agentId}/grants`, { credential_id: account.id, scopes: { write: 'ask' } });
    const github = '/v1/organizations/me/connectors/github/hooks';
    await world.api.post(github, { secret: 'known-to-github-7' });
    await world.api.post(github, {});
    const { url } = await world.api.post('/v1/organizations/me/connectors/ozon/hooks', {});
    const posting = { message_type: 'TYPE_NEW_POSTING', posting_number: '24219509-0020-1', products: [{ sku: 147451959, quantity: 2 }] };
    await fetch(artel.url + url, { method: 'POST', body: JSON.stringify(posting) });
    const task = await keepTasks();
    const endpoint = await isTold();
    const condition = { argument: '/amount', is: 'gt', value: 100 };
    const rules = [
      { tool: 'pay*', agent_id: world.agentId, effect: 'ask', conditions: [condition], reason: 'more than 100 euros', approvers: { users: [], scopes: ['chief'] } },
      { tool: 'drop_*', effect: 'deny', reason: 'nobody drops tables here' },
      { tool: '*', effect: 'allow' },
    ];
    await world.api.put('/v1/approval-rules', { rules });
    const dialogue = await world.api.post('/v1/sessions/stream', { agent_id: world.agentId, message: 'Look at my files' });
    pages = {
      home: '',
      chat: 'chat/chat-full',
      'new-chat': 'chat/new',
      dialogue: `chat/${dialogue.session_id}`,
      form: `approvals/form/${form.id}`,
      'run-form': `run/${form.run_id}`,
      rules: 'approvals/rules',
      approvals: `approvals/${approval.id}`,
      runs: 'runs',
      run: `run/${run.id}`,
      waiting: `run/${approval.run_id}`,
      tasks: 'tasks',
      task: `task/${task.task_id}`,
      'new-task': 'task/new',
      agents: 'agents',
      agent: `agent/${world.agentId}`,
      'new-agent': 'agent/new',
      tools: 'tools',
      catalogue: 'tools/catalogue',
      tool: `tool/${world.toolId}`,
      'new-tool': 'tool/new',
      accounts: 'connectors',
      services: 'connectors/services',
      service: 'connector/ozon',
      hooks: 'connector/github',
      events: 'connectors/events',
      usage: 'usage',
      system: 'system',
      access: 'access',
      audit: 'access/audit',
      looks: 'access/looks',
      notifications: 'notifications',
      notification: `notification/${endpoint.id}`,
    };
  });

  /** Tasks of each kind; one of them waits for a decision. */
  async function keepTasks(): Promise<any> {
    await pays(artel, { to: 'ACME GmbH', amount: 90 });
    const make = (terms: object) => world.api.post('/v1/tasks', { prompt: 'Pay what is due this week.\nThen say what was paid.', agent_id: world.agentId, ...terms });
    const schedule = { cron: '0 9 * * 1-5', timezone: 'Asia/Tokyo', overlap: 'queue' };
    const task = await make({ title: 'Pay the invoices of the week', schedule, budget: { run_tokens: 50_000, run_cost_usd: 0.5 } });
    await make({ title: 'Tell the chief', parent_id: task.task_id });
    await make({ title: 'Look at each new order', trigger: { service: 'ozon', type: 'TYPE_NEW_POSTING' }, enabled: false });
    await make({ title: 'Close the year', schedule: { at: '2099-12-31T20:00:00Z' } });
    await world.api.post(`/v1/tasks/${task.task_id}/run`);
    await until(async () => (await world.api.get(`/v1/tasks/${task.task_id}`)).last_execution?.status === 'waiting');
    return task;
  }

  /** An address of this installation, which answers what it does not know with 404. */
  async function isTold(): Promise<any> {
    const events = ['approval.requested', 'run.succeeded', 'run.failed'];
    const endpoint = await world.api.post('/v1/webhooks/endpoints', { url: `${artel.url}/no/such/address`, description: 'The ticket system', events });
    await world.api.post(`/v1/webhooks/endpoints/${endpoint.id}/test`);
    await until(async () => (await world.api.get(`/v1/webhooks/endpoints/${endpoint.id}/deliveries`))[0]?.log.length > 0);
    return endpoint;
  }
  afterAll(() => world?.close());

  it.each(LOOKS)('has no violation of WCAG 2.2 AA and no sideways scrolling in $name', async (how) => {
    const one = await visit(browser, artel, how);
    await signIn(one, artel);
    for (const [name, path] of Object.entries(pages)) await look(one, path, `${how.name}-${name}`);
    expect(one.complaints).toEqual([]);
    expect(one.strangers).toEqual([]);
  }, 240_000);

  it('stays whole when the text is twice as large', async () => {
    const one = await visit(browser, artel, { width: 640, height: 900 });
    await signIn(one, artel);
    for (const path of Object.values(pages)) {
      await one.page.goto(`${artel.url}/console/${path}`);
      await one.page.locator('h1').waitFor();
      await one.page.evaluate(() => (document.documentElement.style.fontSize = '32px'));
      expect(await isTooWide(one.page), path).toBe(false);
    }
  });

  it('says without JavaScript what this is and where the API is', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    await showPages(context);
    const page = await context.newPage();
    await page.goto(artel.url);
    expect(page.url()).toBe(`${artel.url}/console/`);
    expect(await page.getByRole('link').first().getAttribute('href')).toBe('/docs');
    expect(await page.getByRole('main').innerText()).toContain('The console needs JavaScript');
  });
});

it('loads at most 120 kB of compressed JavaScript first, and at most 220 kB in all', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await one.page.goto(`${artel.url}/console/`, { waitUntil: 'networkidle' });
  await one.page.locator('h1').waitFor();
  const loaded = await one.page.evaluate(() => performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname));
  const size = (name: string) => gzipSync(readFileSync(`dist/assets/${name}`), { level: 9 }).length;
  const sum = (names: string[]) => names.reduce((total, name) => total + size(name), 0);
  const all = readdirSync('dist/assets').filter((name) => name.endsWith('.js'));
  const first = all.filter((name) => loaded.includes(`/console/assets/${name}`));
  console.log(`JavaScript of the console, compressed: ${sum(first)} bytes in ${first.length} files first, ${sum(all)} bytes in all`);
  expect(first.length).toBeGreaterThan(3);
  expect(sum(first)).toBeLessThanOrEqual(120_000);
  expect(sum(all)).toBeLessThanOrEqual(220_000);
});
