// External services: connecting an account, trying it, letting an agent use it, and taking it away.
import { createServer, type Server } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Artel } from './artel';
import { isTooWide, launch, signIn, violations, visit } from './browser';
import { furnish, until, type World } from './world';

const RIGHT = 'kept-from-everybody-7';
const WRONG = 'nobody-needs-this-1';

let artel: Artel;
let browser: Browser;
let world: World;
/** A 1C base that knows one user. */
let base: Server;
let address: string;

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
  world = await furnish(artel);
  const known = `Basic ${Buffer.from(`ada:${RIGHT}`).toString('base64')}`;
  base = createServer((request, response) => {
    response.statusCode = request.headers.authorization === known ? 200 : 401;
    response.setHeader('content-type', 'application/xml');
    response.end(response.statusCode === 200 ? '<edmx:Edmx Version="1.0"/>' : '');
  });
  await new Promise<void>((done) => base.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(base.address() as { port: number }).port}/base`;
});
afterAll(async () => {
  world?.close();
  base?.close();
  await Promise.all([artel?.stop(), browser?.close()]);
});

it('connects an account, says at once that its password is wrong, and lets an agent use it as far as allowed', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await page.getByRole('link', { name: 'Services' }).click();
  await page.getByText('No account is connected yet.').waitFor();
  await page.getByRole('button', { name: 'Connect an account' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Service').selectOption({ label: '1C (OData)' });
  await dialog.getByLabel('Name', { exact: true }).fill('The shop');
  await dialog.getByLabel('Address of the published base (required)').fill(address);
  await dialog.getByLabel('User (required)').fill('ada');
  await dialog.getByLabel('Password').fill(WRONG);
  expect(await dialog.getByLabel('Password').getAttribute('type')).toBe('password');
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
  const account = page.getByRole('listitem', { name: 'The shop' });
  await account.getByText('It does not work.').waitFor();

  await account.getByRole('button', { name: 'New secret of The shop' }).click();
  await dialog.getByLabel('Address of the published base (required)').fill(address);
  await dialog.getByLabel('User (required)').fill('ada');
  await dialog.getByLabel('Password').fill(RIGHT);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await account.getByText('It works.').waitFor();
  expect(await violations(page)).toEqual([]);

  await page.goto(`${artel.url}/console/agent/${world.agentId}`);
  const services = page.getByRole('region', { name: 'Services' });
  await services.getByText('The agent uses no external services yet.').waitFor();
  await services.getByLabel('Choose a service').selectOption({ label: '1C (OData)' });
  await services.getByRole('button', { name: 'Add the service' }).click();
  await services.getByRole('checkbox', { name: 'The shop' }).check();
  await services.getByLabel('Changes with The shop').selectOption('ask');
  const grants = () => world.api.get(`/v1/organizations/me/agents/${world.agentId}/grants`);
  await until(async () => (await grants())[0]?.scopes.write === 'ask');
  expect((await grants())[0].scopes.read).toBe(true);
  expect(await violations(page)).toEqual([]);

  await page.goto(`${artel.url}/console/connectors`);
  await account.getByRole('button', { name: 'Who uses it: The shop' }).click();
  await account.getByRole('link', { name: 'Clerk' }).waitFor();
  const audited = await world.api.get('/v1/audit?limit=1000');
  expect([await page.content(), JSON.stringify(audited)].some((text) => text.includes(RIGHT) || text.includes(WRONG))).toBe(false);
  await account.getByRole('button', { name: 'Rename The shop' }).click();
  await dialog.getByLabel('Name').fill('The old shop');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Disconnect The old shop' }).click();
  await dialog.getByRole('link', { name: 'Clerk' }).waitFor();
  await dialog.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('No account is connected yet.').waitFor();
  expect(await grants()).toEqual([]);
  expect(one.complaints).toEqual([]);
  expect(one.strangers).toEqual([]);
});

it('says at the field what the server does not take, and keeps what is written', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await page.goto(`${artel.url}/console/connector/telegram`);
  await page.getByRole('button', { name: 'Connect an account' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Bot');
  await dialog.getByLabel('Token of the bot (required)').fill('1:a');
  await dialog.getByLabel('Address of the Bot API server').fill('http://example.com');
  await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
  await dialog.locator('.fault', { hasText: 'begins with https://' }).waitFor();
  expect(await dialog.getByLabel('Token of the bot (required)').inputValue()).toBe('1:a');
  expect(await world.api.get('/v1/organizations/me/credentials')).toEqual([]);
});

it('shows a reader what a service can do, and no accounts, on a phone', async () => {
  const { key } = await world.api.post('/v1/api-keys', { name: 'reader', scopes: ['agents:read'] });
  const one = await visit(browser, artel, { width: 360, height: 740 });
  const { page } = one;
  await page.goto(`${artel.url}/console/connectors`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
  await page.getByLabel('Search services').fill('ozo');
  expect(await page.getByRole('link', { name: 'Accounts' }).count()).toBe(0);
  await page.getByRole('link', { name: 'Ozon' }).click();
  await page.getByRole('heading', { name: 'What agents can do there' }).waitFor();
  await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
  await page.getByText('changes something').first().waitFor();
  expect(await page.getByRole('heading', { name: 'Accounts' }).count()).toBe(0);
  expect(await isTooWide(page)).toBe(false);
  expect(await violations(page)).toEqual([]);
  await page.goto(`${artel.url}/console/connector/nothing`);
  await page.getByRole('alert').waitFor();
});
