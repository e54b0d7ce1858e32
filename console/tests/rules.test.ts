// The rules about calls: read in plain words, written, ordered and deleted by administrators.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Artel } from './artel';
import { isTooWide, launch, signIn, violations, visit } from './browser';
import { asks, furnish, pays, until, type World } from './world';

let artel: Artel;
let browser: Browser;
let world: World;

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
  world = await furnish(artel);
});
afterAll(async () => {
  world?.close();
  await Promise.all([artel?.stop(), browser?.close()]);
});
beforeEach(() => world.api.put('/v1/approval-rules', { rules: [] }));

const rules = async () => (await world.api.get('/v1/approval-rules')).rules;

it('writes a rule, which then holds a call, and reads it back in plain words', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/approvals`);
  await page.getByRole('link', { name: 'Rules' }).click();
  await page.getByText('There are no rules of your own.').waitFor();
  await page.getByRole('button', { name: 'New rule' }).click();
  // The first field has the focus.
  await page.keyboard.type('pay*');
  await page.getByLabel('Agent', { exact: true }).selectOption({ label: 'Clerk' });
  await page.getByLabel('What becomes of the call').selectOption('ask');
  await page.getByRole('button', { name: 'Add a condition' }).click();
  const condition = page.getByRole('group', { name: 'Condition 1' });
  await condition.getByLabel('Place of the argument').fill('/amount');
  await condition.getByLabel('Comparison').selectOption('gt');
  await condition.getByLabel('Value').fill('much');
  await page.getByLabel('Reason').fill('more than 100 euros');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  // The server says what is wrong, at the condition, and what is written stays.
  await page.locator('.fault', { hasText: 'must be a number' }).waitFor();
  await condition.getByLabel('Value').fill('100');
  await page.getByRole('button', { name: 'Save' }).click();
  const rule = page.getByRole('listitem', { name: 'Rule 1' });
  await rule.getByText('waits for a person').waitFor();
  expect(await rule.innerText()).toMatch(/A call of pay\* by the agent Clerk[\s\S]*\/amount is more than 100[\s\S]*more than 100 euros/);
  expect(await violations(page)).toEqual([]);
  expect(await rules()).toEqual([
    { tool: 'pay*', agent_id: world.agentId, conditions: [{ argument: '/amount', is: 'gt', value: 100 }], effect: 'ask', reason: 'more than 100 euros' },
  ]);

  await pays(artel, { to: 'ACME', amount: 101 });
  expect((await asks(world)).reason).toBe('more than 100 euros');
  expect(one.complaints).toEqual([]);
});

it('orders, changes and deletes rules by keyboard, and loses no digit', async () => {
  const big = '{"rules": [{"tool": "a", "effect": "deny", "conditions": [{"argument": "/id", "is": "eq", "value": 12345678901234567890}]}, {"tool": "b", "effect": "allow"}]}';
  const headers = { authorization: `Bearer ${world.api.token}`, 'content-type': 'application/json' };
  expect((await fetch(`${artel.url}/v1/approval-rules`, { method: 'PUT', headers, body: big })).status).toBe(200);
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/approvals/rules`);
  await page.getByRole('button', { name: 'Move rule 1 down' }).press('Enter');
  await page.getByRole('listitem', { name: 'Rule 2' }).getByText('12345678901234567890').waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Rule 2');
  await page.getByRole('button', { name: 'Edit rule 2' }).press('Enter');
  await page.keyboard.press('End');
  await page.keyboard.type('*');
  await page.keyboard.press('Enter');
  await page.getByRole('listitem', { name: 'Rule 2' }).getByText('a*', { exact: true }).waitFor();
  expect(await (await fetch(`${artel.url}/v1/approval-rules`, { headers })).text()).toContain('12345678901234567890');
  await page.getByRole('button', { name: 'Delete rule 1' }).press('Enter');
  await page.getByRole('dialog').getByText('is made without a question').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter');
  await until(async () => (await rules()).length === 1);
  expect((await rules())[0].tool).toBe('a*');
  expect(one.complaints).toEqual([]);
});

it('overwrites nothing that another administrator changed meanwhile', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/approvals/rules`);
  await page.getByRole('button', { name: 'New rule' }).click();
  await page.getByLabel('Tool', { exact: true }).fill('mine');
  await world.api.put('/v1/approval-rules', { rules: [{ tool: 'theirs', effect: 'deny' }] });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody else changed the rules meanwhile.').waitFor();
  expect(await page.getByLabel('Tool', { exact: true }).inputValue()).toBe('mine');
  await page.getByText('theirs', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await until(async () => (await rules()).length === 2);
  expect((await rules()).map((rule: { tool: string }) => rule.tool)).toEqual(['theirs', 'mine']);
});

it('shows the rules to administrators alone, and fits a phone', async () => {
  await world.api.put('/v1/approval-rules', { rules: [{ tool: '<img src=x onerror=alert(1)>', effect: 'ask', approvers: { users: [], scopes: ['chief'] } }] });
  const one = await visit(browser, artel, { width: 360, height: 740 });
  await signIn(one, artel);
  await one.page.goto(`${artel.url}/console/approvals/rules`);
  await one.page.getByText('May decide too').waitFor();
  expect(await isTooWide(one.page)).toBe(false);
  await one.page.getByRole('button', { name: 'Edit rule 1' }).click();
  await one.page.getByRole('button', { name: 'Add a condition' }).click();
  expect(await isTooWide(one.page)).toBe(false);
  expect(one.complaints).toEqual([]);

  const { key } = await world.api.post('/v1/api-keys', { name: 'clerk', scopes: ['runs:read', 'runs:write'] });
  const { page } = await visit(browser, artel);
  await page.goto(`${artel.url}/console/approvals/rules`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
  await page.getByText('This needs the scope admin.').waitFor();
  await page.getByRole('link', { name: 'Inbox' }).click();
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
  expect(await page.getByRole('link', { name: 'Rules' }).count()).toBe(0);
});
