// Subagents: their questions in the inbox and where their parent is watched, and the tree of a run.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Artel } from './artel';
import { isTooWide, launch, signIn, violations, visit } from './browser';
import { furnish, until, type World } from './world';

let artel: Artel;
let browser: Browser;
let world: World;

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
  world = await furnish(artel);
  const tool = await world.api.post('/v1/tools', { name: 'run_subagent', execution_type: 'internal', input_schema: { type: 'object' } });
  await world.api.post(`/v1/agents/${world.agentId}/tools/${tool.id}`, { scope: 'write' });
  await world.api.post(`/v1/agents/${world.agentId}/publish`);
});
afterAll(async () => {
  world?.close();
  await Promise.all([artel?.stop(), browser?.close()]);
});

/** The model hands two tasks out; the first of them pays, the second says something. */
async function handsOut(): Promise<void> {
  const tasks = [{ kind: 'execute', goal: 'Pay ACME its 100' }, { kind: 'explore', goal: 'Look who else waits' }];
  await artel.script({
    replies: [
      { when: { role: 'tool' }, steps: [{ text: 'All is paid.' }] },
      { when: { last: 'Pay ACME' }, steps: [{ tool: { name: 'pay', arguments: { to: 'ACME', amount: 100 } } }] },
      { when: { last: 'Look who' }, steps: [{ text: 'Nobody waits.' }] },
      { when: { last: 'Settle' }, steps: [{ tool: { name: 'run_subagent', arguments: { tasks } } }] },
    ],
  });
}

/** A run whose subagent asks; the question. */
async function asksBelow(): Promise<{ run: any; approval: any }> {
  const run = await world.api.post('/v1/runs?wait=false', { agent_id: world.agentId, input_message: 'Settle what is due' });
  const approval = await until(async () => (await world.api.get(`/v1/approvals?run_id=${run.id}&status=pending`))[0]);
  return { run, approval };
}

const stateOf = async (run: any) => (await world.api.get(`/v1/runs/${run.id}`)).status;

it('says in the inbox on whose behalf a subagent asks, and leads to both runs', async () => {
  await handsOut();
  const { run, approval } = await asksBelow();
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/approvals`);
  await page.getByRole('navigation', { name: 'Inbox' }).getByText('subagent').waitFor();
  const card = page.locator('section[data-keys]');
  await card.getByText('A subagent asks').waitFor();
  const path = card.getByRole('listitem');
  await path.nth(1).waitFor();
  expect(await path.count()).toBe(2);
  expect(await path.nth(0).innerText()).toMatch(/Clerk.*Settle what is due/s);
  expect(await path.nth(1).innerText()).toMatch(/subagent.*Pay ACME its 100/s);
  expect(await card.getByRole('link', { name: 'the run', exact: true }).count()).toBe(1);
  expect(await path.nth(0).getByRole('link').getAttribute('href')).toBe(`/console/run/${run.id}`);
  expect(await violations(page)).toEqual([]);
  await card.getByRole('link', { name: "open the subagent's run" }).click();
  await page.waitForURL(`**/console/run/${approval.run_id}`);
  await page.getByRole('heading', { name: 'Run: Pay ACME its 100' }).waitFor();
  await page.goBack();
  await card.getByText('A subagent asks').waitFor();
  await page.keyboard.press('a');
  await until(async () => (await stateOf(run)) === 'succeeded');
  expect(one.complaints).toEqual([]);
});

it('asks in the run above too, and takes the decision there', async () => {
  await handsOut();
  const { run } = await asksBelow();
  const one = await visit(browser, artel, { width: 375, height: 760 });
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/run/${run.id}`);
  const card = page.locator('details.call', { hasText: 'A subagent asks' });
  await card.getByRole('button', { name: 'Approve' }).waitFor();
  await card.getByText('money leaves the house').waitFor();
  await card.getByRole('listitem').nth(1).waitFor();
  await page.getByText('Waits for a decision.').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await isTooWide(page)).toBe(false);
  const paid = world.received.length;
  await card.getByRole('button', { name: 'Approve' }).click();
  await until(async () => (await stateOf(run)) === 'succeeded');
  await card.locator('.badge', { hasText: 'approved' }).waitFor();
  expect(world.received.length).toBe(paid + 1);
  expect(one.complaints).toEqual([]);
});

it('shows in the page of a run its subagents, while they work and afterwards, and of a subagent for whom it works', async () => {
  await handsOut();
  const { run, approval } = await asksBelow();
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/run/${run.id}`);
  const tree = page.getByRole('region', { name: 'Subagents' });
  const paying = tree.getByRole('listitem').filter({ hasText: 'Pay ACME its 100' });
  await paying.getByText('waiting').waitFor();
  await tree.getByRole('listitem').filter({ hasText: 'Look who else waits' }).getByText('succeeded').waitFor();
  await world.api.post(`/v1/approvals/${approval.id}/decision`, { decision: 'approve' });
  await paying.getByText('succeeded').waitFor();
  await paying.getByText('acts', { exact: true }).waitFor();
  await paying.getByText('Tokens:').waitFor();
  expect(await tree.getByRole('listitem').count()).toBe(2);
  expect(await violations(page)).toEqual([]);
  await paying.getByRole('link').click();
  await page.waitForURL(`**/console/run/${approval.run_id}`);
  await tree.getByText('Works for').waitFor();
  await tree.getByRole('link', { name: 'Settle what is due' }).click();
  await page.waitForURL(`**/console/run/${run.id}`);
  expect(one.complaints).toEqual([]);
});

it('reads no tree of a run without subagents', async () => {
  await artel.script({ replies: ['Hello'] });
  const run = await world.api.post('/v1/runs', { agent_id: world.agentId, input_message: 'Say hello' });
  const { page, complaints } = await visit(browser, artel);
  await signIn({ page, context: page.context(), strangers: [], complaints }, artel);
  await page.goto(`${artel.url}/console/run/${run.id}`);
  await page.getByRole('heading', { name: 'Journal' }).waitFor();
  expect(await page.getByRole('heading', { name: 'Subagents' }).count()).toBe(0);
});
