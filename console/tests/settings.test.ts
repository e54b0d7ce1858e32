// What authors and administrators set: the limits of tools, tools of the catalogue, what a form has no field for, the
// agents that are part of the product; and what operators see of the providers.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Artel } from './artel';
import { launch, signIn, violations, visit, type Visit } from './browser';
import { furnish, pays, until, type World } from './world';

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

async function at(path: string): Promise<Visit> {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await one.page.goto(`${artel.url}/console/${path}`);
  return one;
}

it('sets the limits within which an agent calls a tool', async () => {
  const one = await at(`agent/${world.agentId}`);
  const { page } = one;
  await page.getByRole('button', { name: 'Limits of pay' }).click();
  const form = page.getByRole('form', { name: 'Limits of pay' });
  await form.getByLabel('What it may do').selectOption({ label: 'writes' });
  await form.getByLabel('Seconds for a call').fill('2.5');
  await form.getByLabel('Calls at most').fill('often');
  expect(await violations(page)).toEqual([]);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.locator('.fault').waitFor();
  await form.getByLabel('Calls at most').fill('10/minute');
  await form.getByLabel('Secret').fill('PAY_KEY');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'detached' });
  const [binding] = await world.api.get(`/v1/agents/${world.agentId}/tools`);
  expect(binding).toMatchObject({ permission_scope: 'write', timeout_ms: 2500, rate_limit: '10/minute', secrets_ref: 'PAY_KEY', allowed_domains: ['127.0.0.1'] });
  await page.getByRole('button', { name: 'Limits of pay' }).click();
  await form.getByLabel('Calls at most').fill('');
  await form.getByLabel('Secret').fill('');
  await form.getByRole('button', { name: 'Save' }).click();
  await until(async () => (await world.api.get(`/v1/agents/${world.agentId}/tools`))[0].secrets_ref === null);
  expect((await world.api.get(`/v1/agents/${world.agentId}/tools`))[0].rate_limit).toBe(null);
  expect(one.complaints).toEqual([]);
});

it('gives an agent a tool of the catalogue in one step', async () => {
  const one = await at(`agent/${world.agentId}`);
  const tools = one.page.getByRole('region', { name: 'Tools' });
  await tools.getByLabel('Choose a tool').selectOption({ label: 'Page Fetch' });
  await tools.getByRole('button', { name: 'Add' }).click();
  await tools.getByRole('link', { name: 'web_fetch' }).waitFor();
  expect(await tools.getByRole('option', { name: 'Page Fetch' }).count()).toBe(0);
  const bound = await world.api.get<{ tool: { name: string } }[]>(`/v1/agents/${world.agentId}/tools`);
  expect(bound.map((binding) => binding.tool.name).sort()).toEqual(['pay', 'web_fetch']);
});

it('sets of a tool as JSON what the form has no field for, and the form leaves it as it is', async () => {
  const one = await at(`tool/${world.toolId}`);
  const { page } = one;
  await page.getByRole('button', { name: 'As JSON' }).click();
  const field = page.getByLabel('All members (JSON)');
  const written = JSON.parse(await field.inputValue());
  await field.fill(JSON.stringify({ ...written, custom_headers: { 'x-shop': 'one' }, response_transform: 'paid[' }));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.fault', { hasText: 'response_transform' }).waitFor();
  await field.fill(JSON.stringify({ ...written, custom_headers: { 'x-shop': 'one' }, response_transform: 'paid' }));
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.getByRole('button', { name: 'As a form' }).click();
  await page.getByLabel('Description').fill('Pays an invoice of a shop');
  await page.getByLabel('Sign-in').selectOption({ label: 'bearer token' });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  const changed = { description: 'Pays an invoice of a shop', auth_type: 'bearer_token' };
  expect(await world.api.get(`/v1/tools/${world.toolId}`)).toMatchObject({ ...changed, custom_headers: { 'x-shop': 'one' }, response_transform: 'paid' });
  expect(one.complaints).toEqual([]);
});

it('switches off an agent that is part of the product, and on again', async () => {
  const [system] = await world.api.get<any[]>('/v1/organizations/me/agents');
  const one = await at(`agent/${system.id}`);
  const { page } = one;
  const state = async () => (await world.api.get<any[]>('/v1/builtin-agents')).find((agent) => agent.agent_id === system.id);
  const form = page.getByRole('form', { name: 'This agent is part of the product' });
  await form.getByLabel('It may run').uncheck();
  await form.getByLabel('Tokens of a day').fill('1000');
  expect(await violations(page)).toEqual([]);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('Saved.').waitFor();
  expect(await state()).toMatchObject({ is_enabled: false, budget: { daily_tokens: 1000 } });
  await form.getByLabel('It may run').check();
  await form.getByLabel('Tokens of a day').fill('');
  await form.getByRole('button', { name: 'Save' }).click();
  await until(async () => (await state()).is_enabled && (await state()).budget.daily_tokens === null);
});

it('makes a key for one agent, with a limit', async () => {
  const one = await at('access');
  await one.page.getByRole('button', { name: 'New key' }).click();
  const dialog = one.page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('narrow');
  await dialog.getByText('Narrower: one agent, a limit').click();
  await dialog.getByLabel('Only for the agent').selectOption({ label: 'Clerk' });
  await dialog.getByLabel('Requests of a day at most').fill('5');
  await dialog.getByLabel('runs:write').check();
  expect(await violations(one.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  await dialog.locator('[data-secret]').waitFor();
  const keys = await world.api.get<any[]>('/v1/api-keys');
  expect(keys.find((key) => key.name === 'narrow')).toMatchObject({ agent_id: world.agentId, daily_limit: 5 });
});

it('finds in the audit log all about one thing, and a day', async () => {
  const one = await at('access/audit?type=tool');
  const { page } = one;
  await page.getByRole('button', { name: 'tool.update' }).first().click();
  await page.getByRole('button', { name: 'All about this' }).click();
  await page.getByRole('button', { name: 'About everything' }).waitFor();
  await until(async () => (await page.getByRole('button', { name: 'tool.create' }).count()) === 1);
  await page.getByLabel('Until').fill('2020-01-01');
  await page.getByLabel('Until').blur();
  await page.getByText('No entry matches.').waitFor();
});

it('shows an operator the providers of models and the work that waits', async () => {
  await pays(artel, { to: 'ACME' });
  await world.api.post('/v1/runs', { agent_id: world.agentId, input_message: 'Pay' });
  const one = await at('system');
  const providers = one.page.getByRole('region', { name: 'Models and work' });
  await providers.getByRole('listitem').filter({ hasText: 'openai' }).getByText('is asked', { exact: true }).waitFor();
  expect(await providers.getByText('Runs at work').count()).toBe(1);
  expect(await violations(one.page)).toEqual([]);
});
