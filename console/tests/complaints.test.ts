// What people complain about in such consoles: traces that load for ever or are gone, answers that are lost, many clicks
// to read a dialogue, tokens that are found nowhere, a list of keys that is too long for the page.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Artel } from './artel';
import { launch, signIn, violations, visit, type Visit } from './browser';
import { furnish, pays, until, type World } from './world';

const KEYS = 2000;
/** Requests that are made at once. */
const TOGETHER = 20;

let artel: Artel;
let browser: Browser;
let world: World;

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
  world = await furnish(artel);
  await world.api.put('/v1/approval-rules', { rules: [] });
});
afterAll(async () => {
  world?.close();
  await Promise.all([artel?.stop(), browser?.close()]);
});

async function signedIn(): Promise<Visit> {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  return one;
}

/** The visitor clicks; how often is counted by the caller. */
async function click(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('main').getByRole('link', { name }).first().click();
}

it('says of a trace that does not come that it does not come, and shows it when it does', async () => {
  await pays(artel, { to: 'ACME', amount: 1 });
  const run = await world.api.post('/v1/runs', { agent_id: world.agentId, input_message: 'Pay slowly' });
  const one = await signedIn();
  const silent = new RegExp(`/v1/runs/${run.id}$`);
  await one.page.route(silent, () => undefined);
  await one.page.goto(`${artel.url}/console/run/${run.id}`);
  await one.page.getByText('The server cannot be reached.').waitFor({ timeout: 40_000 });
  await one.page.unroute(silent);
  await one.page.getByRole('button', { name: 'Try again' }).click();
  await one.page.getByRole('heading', { name: 'Run: Pay slowly' }).waitFor();
  await one.page.locator('details.call', { hasText: 'pay' }).waitFor();
});

it('shows the trace of an answer of five thousand pieces, and reaches its end', async () => {
  const pieces = Array.from({ length: 5000 }, (_, index) => `p${index} `);
  await artel.script({ replies: [{ steps: [{ text: pieces }] }] });
  const run = await world.api.post('/v1/runs', { agent_id: world.agentId, input_message: 'Say much' });
  const one = await signedIn();
  await one.page.goto(`${artel.url}/console/run/${run.id}`);
  const journal = one.page.getByRole('region', { name: 'Journal' });
  await until(async () => {
    await journal.evaluate((view) => (view.scrollTop = view.scrollHeight));
    return (await journal.getByRole('button', { name: 'result', exact: true }).count()) > 0;
  });
  expect(await journal.locator('tbody tr').count()).toBeLessThan(80);
  await one.page.getByText('p4999').first().waitFor();
  expect(one.complaints).toEqual([]);
});

it('shows the same trace after a reload, in another browser, and when nothing but its address is known', async () => {
  await pays(artel, { to: 'ACME', amount: 7 }, 'It is paid for good.');
  const run = await world.api.post('/v1/runs', { agent_id: world.agentId, input_message: 'Pay 7 to ACME' });
  const read = async (page: Page) => {
    await page.getByText('It is paid for good.').first().waitFor();
    const bars = page.getByRole('region', { name: 'Where the time went' }).getByRole('listitem');
    await bars.first().waitFor();
    const rows = await page.getByRole('region', { name: 'Journal' }).locator('tbody tr').allInnerTexts();
    return [await page.locator('article').innerText(), rows, await bars.allInnerTexts()];
  };
  const one = await signedIn();
  await one.page.goto(`${artel.url}/console/run/${run.id}`);
  const first = await read(one.page);
  expect(String(first[2])).toMatch(/Model[\s\S]*Call pay/);
  await one.page.reload();
  expect(await read(one.page)).toEqual(first);
  const other = await signedIn();
  await other.page.goto(`${artel.url}/console/run/${run.id}`);
  expect(await read(other.page)).toEqual(first);
  expect(await violations(other.page)).toEqual([]);
});

it('loses nothing of an answer when the reader leaves the chat or reloads in the middle', async () => {
  const words = Array.from({ length: 80 }, (_, index) => `w${index} `);
  await artel.script({ replies: [{ steps: [{ text: words }], timing: { gap_ms: 60 } }] });
  const one = await signedIn();
  const { page } = one;
  const said = () => page.locator('.markdown').last().innerText();
  await page.goto(`${artel.url}/console/chat/new?agent=${world.agentId}`);
  await page.getByRole('textbox', { name: 'Message' }).fill('Count to eighty');
  await page.keyboard.press('Enter');
  await page.getByText('w10 ').waitFor();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Runs' }).click();
  await page.getByRole('heading', { name: 'Runs' }).waitFor();
  await page.goBack();
  await page.getByText('w25 ').waitFor();
  await page.reload();
  await page.getByText('w79').waitFor();
  expect((await said()).trim()).toBe(words.join('').trim());
  await page.reload();
  await page.getByText('w79').waitFor();
  expect((await said()).trim()).toBe(words.join('').trim());
  expect(one.complaints).toEqual([]);
});

it('leads from Home to a whole dialogue in two clicks, and from turn to turn in one', async () => {
  await artel.script({ replies: [{ steps: ['echo'] }] });
  const ids: string[] = [];
  for (const text of ['first question', 'second question', 'third question']) {
    const run = await world.api.post('/v1/runs', { agent_id: world.agentId, input_message: text, session_id: 'three' });
    ids.push(run.id);
  }
  await artel.script({ replies: [{ status: 400, body: { error: { message: 'no such model' } } }] });
  await world.api.post('/v1/runs', { agent_id: world.agentId, input_message: 'fourth question', session_id: 'three' });
  const one = await signedIn();
  const { page } = one;
  await click(page, 'fourth question');
  await click(page, 'Read the whole dialogue');
  const log = page.getByRole('log');
  for (const text of ['first question', 'second question', 'third question']) await log.getByText(text).first().waitFor();
  await page.goBack();
  await click(page, 'The run before');
  await page.getByRole('heading', { name: 'Run: third question' }).waitFor();
  expect(page.url()).toContain(ids[2]);
  await click(page, 'The run before');
  await page.getByRole('heading', { name: 'Run: second question' }).waitFor();
  await click(page, 'The run after');
  await page.getByRole('heading', { name: 'Run: third question' }).waitFor();
});

it('shows the tokens of each agent one click from everywhere, without a budget', async () => {
  await artel.script({ replies: [{ steps: [{ text: 'Yes.' }], usage: { input: 1200, output: 34 } }] });
  const profile = { name: '=Spender', system_prompt: 'You spend.', model: 'openai:gpt-4o-mini', status: 'published' };
  const agent = await world.api.post('/v1/agents', profile);
  for (let made = 0; made < 3; made += 1) await world.api.post('/v1/runs', { agent_id: agent.id, input_message: 'Spend' });
  // The account is written in the background.
  await until(async () => (await world.api.get<any[]>('/v1/usage?group_by=agent')).some((sum) => sum.key === agent.id && sum.calls === 3));
  const one = await signedIn();
  const { page } = one;
  const cells = async (region: string) => {
    const row = page.getByRole('region', { name: region }).locator('tr', { hasText: '=Spender' });
    await row.waitFor();
    return (await row.locator('td').allInnerTexts()).map((text) => text.trim());
  };
  await page.getByRole('link', { name: 'Usage' }).click();
  expect((await cells('Calls of models')).slice(0, 6)).toEqual(['=Spender', '3', '0', '3,600', '102', '3,702']);
  const href = await page.getByRole('link', { name: 'As CSV' }).getAttribute('href');
  expect(decodeURIComponent(href ?? '')).toContain('"\'=Spender",3,0,3600,102,');
  await page.locator('label', { hasText: 'By' }).locator('select').selectOption({ label: 'Model' });
  await page.getByRole('region', { name: 'Calls of models' }).getByText('openai:gpt-4o-mini').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(one.complaints).toEqual([]);

  // Who is no administrator sees the sums of the runs that they see.
  const { key } = await world.api.post('/v1/api-keys', { name: 'reader', scopes: ['runs:read', 'agents:read'] });
  const reader = await visit(browser, artel);
  await reader.page.goto(`${artel.url}/console/usage?days=1`);
  await reader.page.getByLabel('API key').fill(key);
  await reader.page.getByRole('button', { name: 'Sign in with the key' }).click();
  const row = reader.page.getByRole('region', { name: 'Tokens of runs' }).locator('tr', { hasText: '=Spender' });
  await row.waitFor();
  expect((await row.locator('td').allInnerTexts()).map((text) => text.trim())).toEqual(['=Spender', '3', '3,600', '102', '3,702']);
  expect(await violations(reader.page)).toEqual([]);
});

it('lets somebody who may only read read dialogues', async () => {
  await artel.script({ replies: [{ steps: ['echo'] }] });
  const { key } = await world.api.post('/v1/api-keys', { name: 'reader', scopes: ['runs:read'] });
  const dialogue = await world.api.post('/v1/sessions/stream', { agent_id: world.agentId, message: 'read me' });
  const { page } = await visit(browser, artel);
  await page.goto(`${artel.url}/console/chat/${dialogue.session_id}`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
  await page.getByRole('log').getByText('read me').first().waitFor();
  expect(await page.getByRole('textbox', { name: 'Message' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: /New dialogue|Rename|Delete|Send/ }).count()).toBe(0);
});

it('lists thousands of keys without drawing them all, and finds one among them', async () => {
  for (let made = 0; made < KEYS; made += TOGETHER) {
    const make = (_: unknown, index: number) => world.api.post('/v1/api-keys', { name: `key ${made + index}`, scopes: ['runs:read'] });
    await Promise.all(Array.from({ length: TOGETHER }, make));
  }
  const one = await signedIn();
  const { page } = one;
  await page.goto(`${artel.url}/console/access`);
  await page.getByText(/^2,0\d\d keys$/).waitFor();
  expect(await page.locator('tbody tr').count()).toBeLessThan(80);
  await page.getByLabel('Search keys').fill('key 17');
  await page.getByText(/^111 keys$/).waitFor();
  await page.getByLabel('Search keys').fill('key 1717');
  await page.getByRole('button', { name: 'Revoke key 1717' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('No key matches.').waitFor();
  await until(async () => !(await world.api.get<{ name: string }[]>('/v1/api-keys')).some((key) => key.name === 'key 1717'));
}, 180_000);
