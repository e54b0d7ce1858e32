// Forms that runs ask people to fill in: in the dialogue and in the inbox.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Artel } from './artel';
import { isTooWide, launch, signIn, violations, visit } from './browser';
import { asker, asks, furnish, pays, until, waitsForForm, wantsForm, type World } from './world';

const EVERY_FIELD = {
  title: 'Delivery',
  description: 'Where shall it go?',
  fields: [
    { name: 'city', label: 'City', type: 'text', required: true },
    { name: 'note', label: 'Note', type: 'textarea' },
    { name: 'count', label: 'How many', type: 'number' },
    { name: 'day', label: 'Day', type: 'date' },
    { name: 'speed', label: 'Speed', type: 'select', options: ['normal', 'express'], default: 'normal' },
    { name: 'extras', label: 'Extras', type: 'multiselect', options: ['gift', 'card', 'ribbon'], default: ['card'] },
    { name: 'call', label: 'Call before', type: 'boolean' },
    { name: 'contract', label: 'Contract', type: 'file' },
  ],
};
const SHORT = { title: 'Which account?', fields: [{ name: 'account', label: 'Account', type: 'text', required: true }] };

let artel: Artel;
let browser: Browser;
let world: World;
let agentId: string;

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
  world = await furnish(artel);
  agentId = await asker(world);
});
afterAll(async () => {
  world?.close();
  await Promise.all([artel?.stop(), browser?.close()]);
});

it('is filled in where the run asks, with every kind of field, and says what is wrong', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await wantsForm(artel, EVERY_FIELD);
  await page.goto(`${artel.url}/console/chat?agent=${agentId}`);
  await page.getByLabel('Agent of a new dialogue').selectOption(agentId);
  await page.getByRole('button', { name: 'New dialogue' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Send it to me');
  await page.keyboard.press('Enter');
  const card = page.getByRole('region', { name: 'Delivery' });
  await card.getByText('Where shall it go?').waitFor();
  expect(await violations(page)).toEqual([]);

  // What is wrong is said at the field, which gets the focus, and nothing that is written is lost.
  await card.getByLabel('How many').fill('many');
  await card.getByRole('button', { name: 'Send' }).click();
  await card.getByText('Please fill this in.').waitFor();
  await card.getByText('This must be a number.').waitFor();
  expect(await card.getByLabel('City (required)').evaluate((field) => field === document.activeElement)).toBe(true);
  await page.keyboard.type('Kazan');
  await card.getByLabel('How many').fill('12345678901234567890');
  await card.getByLabel('Note').fill('Ring\ntwice');
  await card.getByLabel('Day').fill('2026-07-01');
  await card.getByLabel('Speed').selectOption('express');
  await card.getByLabel('ribbon').check();
  await card.getByLabel('Call before').check();
  await card.getByLabel('Contract').setInputFiles({ name: 'contract.txt', mimeType: 'text/plain', buffer: Buffer.from('agreed') });
  await card.getByText('contract.txt').waitFor();
  await card.getByRole('button', { name: 'Send' }).click();
  await page.getByText('It is sent.').waitFor();
  await card.getByText('answered', { exact: true }).waitFor();
  await card.getByText('12345678901234567890').waitFor();
  expect(await card.evaluate((section) => section === document.activeElement)).toBe(true);

  const [form] = (await world.api.get('/v1/forms?status=answered')) as any[];
  const { contract, count, ...rest } = form.values;
  expect(rest).toEqual({ city: 'Kazan', note: 'Ring\ntwice', day: '2026-07-01', speed: 'express', extras: ['card', 'ribbon'], call: true });
  const file = await fetch(`${artel.url}/v1/artifacts/${contract.artifact_id}`, { headers: { authorization: `Bearer ${world.api.token}` } });
  expect(await file.text()).toBe('agreed');
  expect(one.complaints).toEqual([]);
});

it('waits in the inbox beside approvals, and is answered there by keyboard', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const { page } = one;
  await pays(artel, { to: 'ACME', amount: 3 });
  const approval = await asks(world);
  await wantsForm(artel, SHORT);
  const form = await waitsForForm(world, agentId);
  await page.goto(`${artel.url}/console/`);
  await page.getByRole('link', { name: 'Which account?' }).waitFor();
  await page.goto(`${artel.url}/console/approvals/${approval.id}?status=pending`);
  await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
  const list = page.getByRole('navigation', { name: 'Inbox' });
  expect(await list.getByRole('link').count()).toBe(2);
  await page.keyboard.press('j');
  await page.waitForURL(`**/approvals/form/${form.id}?status=pending`);
  await page.getByRole('heading', { name: 'Which account?' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Tab');
  await page.getByLabel('Account (required)').focus();
  await page.keyboard.type('ma');
  // A look at something else loses nothing of what is written.
  await list.getByRole('link', { name: 'pay' }).click();
  await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
  await list.getByRole('link', { name: 'Which account?' }).click();
  await page.getByLabel('Account (required)').focus();
  await page.keyboard.press('End');
  await page.keyboard.type('in');
  await page.keyboard.press('Enter');
  await until(async () => (await world.api.get(`/v1/forms/${form.id}`)).status === 'answered');
  expect((await world.api.get(`/v1/forms/${form.id}`)).values).toEqual({ account: 'main' });
  // The approval that waits is next.
  await page.waitForURL(`**/approvals/${approval.id}?status=pending`);
  await until(async () => (await list.getByRole('link').count()) === 1);
  await world.api.post(`/v1/approvals/${approval.id}/decision`, { decision: 'reject' });
  expect(one.complaints).toEqual([]);
});

it('opens what came first, also when the list of forms comes later than that of calls', async () => {
  const agentId = await asker(world);
  await wantsForm(artel, { title: 'Came first', fields: [{ name: 'a', label: 'A', type: 'text' }] });
  const form = await waitsForForm(world, agentId);
  await pays(artel, { to: 'ACME', amount: 1 });
  const approval = await asks(world);
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await one.page.goto(`${artel.url}/console/approvals?status=expired`);
  await one.page.getByText('Nothing here.').waitFor();
  await one.page.route(/v1\/forms/, async (route) => {
    await new Promise((done) => setTimeout(done, 1500));
    await route.fallback();
  });
  await one.page.getByLabel('Show').selectOption({ label: 'waits' });
  await one.page.waitForURL(new RegExp(`approvals/form/${form.id}`));
  await world.api.post(`/v1/forms/${form.id}/answer`, { reason: 'no' });
  await world.api.post(`/v1/approvals/${approval.id}/decision`, { decision: 'reject' });
});

it('is left without an answer, with a reason that the model reads, on a phone', async () => {
  const one = await visit(browser, artel, { width: 360, height: 740 });
  await signIn(one, artel);
  const { page } = one;
  await wantsForm(artel, EVERY_FIELD);
  const form = await waitsForForm(world, agentId);
  await page.goto(`${artel.url}/console/approvals/form/${form.id}?status=pending`);
  await page.getByLabel('City (required)').waitFor();
  expect(await isTooWide(page)).toBe(false);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Do not answer' }).click();
  await page.getByLabel('Why not? (optional)').fill('not my order');
  await page.getByRole('button', { name: 'Do not answer' }).click();
  const declined = await until(async () => {
    const now = await world.api.get(`/v1/forms/${form.id}`);
    return now.status === 'declined' && now;
  });
  expect(declined.reason).toBe('not my order');
});

it('tells who comes second what became of the form', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await wantsForm(artel, SHORT);
  const form = await waitsForForm(world, agentId);
  await one.page.goto(`${artel.url}/console/approvals/form/${form.id}?status=pending`);
  await one.page.getByLabel('Account (required)').fill('mine');
  await world.api.post(`/v1/forms/${form.id}/answer`, { values: { account: 'theirs' } });
  await one.page.getByRole('button', { name: 'Send' }).click();
  await one.page.getByRole('alert').waitFor();
  await one.page.reload();
  await one.page.getByText('theirs').waitFor();
});

it('shows a form to a reader, who does not answer it', async () => {
  await wantsForm(artel, SHORT);
  const form = await waitsForForm(world, agentId);
  const { key } = await world.api.post('/v1/api-keys', { name: 'reader', scopes: ['runs:read'] });
  const { page } = await visit(browser, artel);
  await page.goto(`${artel.url}/console/approvals/form/${form.id}`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
  await page.getByText('You may see this form, not answer it.').waitFor();
  expect(await page.getByRole('button', { name: 'Send' }).count()).toBe(0);
  await world.api.post(`/v1/forms/${form.id}/answer`, { reason: 'over' });
});

it('shows at once what another tab answered, and that a run which is stopped asks no more', async () => {
  const one = await visit(browser, artel, { language: 'ru' });
  await signIn(one, artel);
  const { page } = one;
  const ask = async () => {
    await page.goto(`${artel.url}/console/chat/new?agent=${agentId}`);
    await page.getByRole('textbox', { name: 'Сообщение' }).fill('Спроси меня');
    await page.keyboard.press('Enter');
    await page.getByLabel('Account (обязательно)').fill('written');
    const session = page.url().split('/').at(-1);
    return until(async () => (await world.api.get(`/v1/forms?status=pending&session_id=${session}`))[0]);
  };
  await wantsForm(artel, SHORT);
  const form = await ask();
  await world.api.post(`/v1/forms/${form.id}/answer`, { values: { account: 'from the other tab' } });
  await page.getByText('from the other tab').waitFor();
  expect(await page.getByLabel('Account (обязательно)').count()).toBe(0);
  await ask();
  await page.getByRole('button', { name: 'Остановить' }).click();
  await page.getByText('отменена', { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Отправить' }).count()).toBe(1);
  expect(one.complaints).toEqual([]);
});

it('asks which account of a service is connected', async () => {
  const credential = { service_name: 'ozon', account_label: 'Main shop', secret: { client_id: '1', api_key: 'a-key-of-a-shop-1234' } };
  const { instance_id } = await world.api.post('/v1/organizations/me/credentials', credential);
  await wantsForm(artel, { title: 'Connect the shop', connect: { service: 'ozon' } });
  const form = await waitsForForm(world, agentId);
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await one.page.goto(`${artel.url}/console/approvals/form/${form.id}`);
  await one.page.getByText('ozon').first().waitFor();
  await one.page.getByLabel('Account').selectOption({ label: 'Main shop' });
  expect(await violations(one.page)).toEqual([]);
  await one.page.getByRole('button', { name: 'It is connected' }).click();
  await until(async () => (await world.api.get(`/v1/forms/${form.id}`)).status === 'answered');
  expect((await world.api.get(`/v1/forms/${form.id}`)).values).toEqual({ instance_id });
});

it('leaves a form of a colleague\'s private dialogue to the colleague: an administrator does not even look', async () => {
  const colleague = await artel.api('runs:read,runs:write', '--user', '00000000-0000-0000-0000-0000000000c0');
  await wantsForm(artel, { ...SHORT, title: 'A private question' });
  const body = { agent_id: agentId, input_message: 'Ask me', session_id: 'mine', visibility: 'private' };
  const run = await colleague.post('/v1/runs?wait=false', body);
  await until(async () => (await colleague.get(`/v1/forms?status=pending&run_id=${run.id}`))[0]);
  await wantsForm(artel, SHORT);
  const form = await waitsForForm(world, agentId);
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await one.page.goto(`${artel.url}/console/approvals`);
  await one.page.locator(`nav a[href*="form/${form.id}"]`).waitFor();
  expect(await one.page.getByText('A private question').count()).toBe(0);
  await one.page.goto(`${artel.url}/console/`);
  await one.page.getByRole('link', { name: 'Which account?' }).waitFor();
  expect(await one.page.getByText('A private question').count()).toBe(0);
  expect(await world.api.get('/v1/audit?action=session.access')).toEqual([]);
});
