// What services send by themselves: making an address, trying it, reading what came, and taking the address away.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Artel } from './artel';
import { isTooWide, launch, signIn, violations, visit } from './browser';
import { furnish, until, type World } from './world';

const HOSTILE = '<img src=x onerror=alert(1)>\u202e';

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

const hooksOf = (service: string) => world.api.get(`/v1/organizations/me/connectors/${service}/hooks`);

it('makes an address with a secret, proves with a test that it is asked for, and shows what came', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/connectors/events`);
  await page.getByText('Nothing came yet.').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.goto(`${artel.url}/console/connector/github`);
  const hooks = page.getByRole('region', { name: 'What it sends by itself' });
  await hooks.getByText('There is no address yet.').waitFor();
  await hooks.getByRole('button', { name: 'New address' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make one up' }).click();
  const secret = await dialog.getByLabel('Secret').inputValue();
  expect(secret).toMatch(/^[0-9a-f]{48}$/);
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Make the address' }).click();
  await dialog.getByText('It is shown this once').waitFor();
  const address = await dialog.locator('[data-secret]').first().innerText();
  expect(address).toMatch(new RegExp(`^${artel.url}/v1/hooks/[^/]+/github/artel_hk_`));
  await dialog.getByRole('button', { name: 'Copy the address' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
  await dialog.getByText('reachable from this machine alone').waitFor();
  await dialog.getByRole('button', { name: 'Send a test' }).click();
  await dialog.getByText('It arrived and is kept.').waitFor();
  expect(await violations(page)).toEqual([]);

  // What nothing proves is refused, and the page says that it came.
  expect((await fetch(address, { method: 'POST', body: '{}' })).status).toBe(404);
  await page.keyboard.press('Escape');
  await hooks.getByText('proved by a secret').waitFor();
  await hooks.getByText('refused last').waitFor();
  const body = await page.content();
  expect([address.split('/').at(-1) ?? '', secret].some((hidden) => body.includes(hidden))).toBe(false);

  await hooks.getByRole('link', { name: 'What came' }).click();
  await page.waitForURL('**/console/connectors/events?service=github');
  await page.getByRole('button', { name: 'without a type' }).click();
  await page.getByRole('region', { name: 'without a type' }).getByText('artel_test').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('combobox', { name: 'Service' }).selectOption({ label: 'Ozon' });
  await page.getByText('No delivery matches.').waitFor();
  expect(one.complaints).toEqual([]);
  expect(one.strangers).toEqual([]);
});

it('says that a secret is missing, takes one, and takes the address away, on a phone', async () => {
  const one = await visit(browser, artel, { width: 375, height: 760 });
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/connector/telegram`);
  const hooks = page.getByRole('region', { name: 'What it sends by itself' });
  await hooks.getByRole('button', { name: 'New address' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make the address' }).click();
  await dialog.getByRole('button', { name: 'Send a test' }).click();
  await dialog.getByText('It was refused: nothing proves where it is from.').waitFor();
  expect(await isTooWide(page)).toBe(false);
  await page.keyboard.press('Escape');
  await hooks.getByText('no secret yet').waitFor();
  const [hook] = await hooksOf('telegram');
  await hooks.getByRole('button', { name: `Secret of …${hook.last4}` }).click();
  await dialog.getByLabel('Secret', { exact: true }).fill('known-to-telegram-7');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Only deliveries that the secret proves are taken.').waitFor();
  await page.keyboard.press('Escape');
  await hooks.getByText('proved by a secret').waitFor();
  expect(await isTooWide(page)).toBe(false);
  expect(await violations(page)).toEqual([]);
  await hooks.getByRole('button', { name: `Revoke …${hook.last4}`.replace('…', '') }).click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await hooks.getByText('There is no address yet.').waitFor();
  expect(await hooksOf('telegram')).toEqual([]);
  expect(one.complaints).toEqual([]);
});

it('shows what anybody sent as it is, newest first, and adds what comes meanwhile', async () => {
  const { url } = await world.api.post('/v1/organizations/me/connectors/ozon/hooks', {});
  const comes = (type: string) => fetch(artel.url + url, { method: 'POST', body: JSON.stringify({ message_type: type, text: HOSTILE, amount: 1.1e3 }) });
  expect((await comes(HOSTILE)).status).toBe(200);
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/connectors/events?service=ozon`);
  await page.getByRole('button', { name: '<img' }).click();
  await page.getByText('U+202E').first().waitFor();
  await comes('TYPE_NEW_POSTING');
  await until(async () => (await page.getByRole('button', { name: 'TYPE_NEW_POSTING' }).count()) === 1);
  const types = await page.locator('tbody button').allInnerTexts();
  expect([types.length, types[0]]).toEqual([2, 'TYPE_NEW_POSTING']);
  await page.getByLabel('Type').fill('TYPE_NEW_POSTING');
  await page.keyboard.press('Enter');
  await until(async () => (await page.locator('tbody button').count()) === 1);
  expect(one.complaints).toEqual([]);
  expect(one.strangers).toEqual([]);
});

it('lets a reader see addresses and what came, and change nothing', async () => {
  const { key } = await world.api.post('/v1/api-keys', { name: 'reader', scopes: ['agents:read', 'credentials:read'] });
  const { page } = await visit(browser, artel);
  await page.goto(`${artel.url}/console/connector/ozon`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
  await page.getByText('the address alone').waitFor();
  expect(await page.getByRole('button', { name: /New address|Secret|Revoke/ }).count()).toBe(0);
});
