// The list of runs: what narrows it, in the address, over more runs than a page has.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Artel } from './artel';
import { isTooWide, launch, signIn, violations, visit } from './browser';
import { asks, furnish, pays, until, type World } from './world';

const MANY = 130;

let artel: Artel;
let browser: Browser;
let world: World;

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
  world = await furnish(artel);
  await artel.script({ replies: ['Hello'] });
  const starts = (input: string) => world.api.post('/v1/runs', { agent_id: world.agentId, input_message: input });
  await starts('The needle of the haystack');
  for (let begun = 0; begun < MANY; begun += 10) await Promise.all(Array.from({ length: 10 }, () => starts('Hay')));
  await pays(artel, { to: 'ACME', amount: 3 });
  await asks(world, 'This one waits');
  const stopped = await asks(world, 'This one is stopped');
  await world.api.post(`/v1/runs/${stopped.run_id}/cancel`);
  await until(async () => (await world.api.get(`/v1/runs/${stopped.run_id}`)).phase === 'cancelled');
});
afterAll(async () => {
  world?.close();
  await Promise.all([artel?.stop(), browser?.close()]);
});

it('narrows by state as people name it, by text in older runs too, and by day', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  const rows = page.locator('tbody a');
  await page.goto(`${artel.url}/console/runs?own=true`);
  await rows.nth(20).waitFor();
  await page.getByLabel('State').selectOption('waiting');
  await until(async () => (await rows.allInnerTexts()).join() === 'This one waits');
  await page.getByLabel('State').selectOption('cancelled');
  await until(async () => (await rows.allInnerTexts()).join() === 'This one is stopped');
  await page.getByLabel('State').selectOption('failed');
  await page.getByText('No run matches.').waitFor();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await rows.nth(20).waitFor();
  expect(new URL(page.url()).search).toBe('');

  // Of others' private dialogues an administrator looks at no more than a page without being asked to.
  await page.getByLabel('Text').fill('needle');
  await page.getByText('sought in the latest 100 runs').waitFor();
  await page.getByRole('button', { name: 'Search older ones' }).click();
  await until(async () => (await rows.allInnerTexts()).join() === 'The needle of the haystack');
  await page.getByText('1 run found').waitFor();
  expect(await page.getByRole('button', { name: 'Search older ones' }).count()).toBe(0);
  await page.getByLabel('Without private dialogues of others').check();
  await until(async () => (await rows.allInnerTexts()).join() === 'The needle of the haystack');
  expect(await violations(page)).toEqual([]);

  const tomorrow = new Date(Date.now() + 86_400_000 * 2).toISOString().slice(0, 10);
  await page.getByLabel('From').fill(tomorrow);
  await page.getByText('No run matches.').waitFor();
  expect(await page.getByRole('button', { name: 'Search older ones' }).count()).toBe(0);
  await page.reload();
  await page.getByText('No run matches.').waitFor();
  expect(await page.getByLabel('Text').inputValue()).toBe('needle');
  expect(one.complaints).toEqual([]);
});

it('keeps its filters on a phone', async () => {
  const one = await visit(browser, artel, { language: 'ru', width: 375, height: 760 });
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/runs?status=cancelled`);
  await until(async () => (await page.locator('tbody a').allInnerTexts()).join() === 'This one is stopped');
  expect(await isTooWide(page)).toBe(false);
  expect(await violations(page)).toEqual([]);
});
