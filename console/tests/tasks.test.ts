// What agents do by themselves: making a task, seeing when it starts, starting it, what it waits for, what came of it.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Artel } from './artel';
import { isTooWide, launch, signIn, violations, visit, type Look, type Visit } from './browser';
import { asker, furnish, pays, until, wantsForm, type World } from './world';

let artel: Artel;
let browser: Browser;
let world: World;

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
  world = await furnish(artel);
  await pays(artel, { to: 'ACME' });
});
afterAll(async () => {
  world?.close();
  await Promise.all([artel?.stop(), browser?.close()]);
});

async function at(path: string, look: Look = {}): Promise<Visit> {
  const one = await visit(browser, artel, look);
  await signIn(one, artel);
  await one.page.goto(`${artel.url}/console/${path}`);
  return one;
}

const taskOf = async (title: string) => (await world.api.get<any[]>('/v1/tasks?limit=100')).find((task) => task.title === title);
/** A task of the person who is signed in: keys of the tests are of the same user. */
const make = (more: object) => world.api.post('/v1/tasks', { title: 'Any', prompt: 'Do it', agent_id: world.agentId, ...more });

it('makes a task by a schedule in plain words, and shows beforehand when it starts', async () => {
  const one = await at('tasks');
  const { page } = one;
  await page.getByText('There are no tasks yet.').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('link', { name: 'New task' }).first().click();
  await page.getByLabel('Name').fill('Pay what is due');
  await page.getByLabel('What the agent is told').fill('Pay the invoices of the week.');
  await page.getByLabel('Agent', { exact: true }).selectOption({ label: 'Clerk' });
  await page.getByLabel('How often').selectOption({ label: 'Every week' });
  await page.getByLabel('At', { exact: true }).fill('18:30');
  await page.getByLabel('At', { exact: true }).blur();
  await page.getByRole('checkbox', { name: 'Friday' }).check();
  await page.getByRole('checkbox', { name: 'Monday' }).uncheck();
  await page.getByLabel('Time zone').fill('Asia/Tokyo');
  const times = page.getByRole('region', { name: 'Next starts' }).getByRole('listitem');
  await until(async () => (await times.count()) === 5 && /^Fri.*18:30.*for you Fri/.test(await times.first().innerText()));
  expect(await violations(page)).toEqual([]);

  // What the server does not understand is said at its field.
  await page.getByLabel('Time zone').fill('Mars/Olympus');
  await page.locator('.fault', { hasText: 'IANA' }).waitFor();
  expect(await times.count()).toBe(0);
  await page.getByLabel('Time zone').fill('Asia/Tokyo');
  await page.getByLabel('How often').selectOption({ label: 'As a cron line says' });
  await page.getByLabel('Cron line').fill('61 * * * *');
  await page.locator('.fault', { hasText: 'minute' }).waitFor();
  await page.getByLabel('Cron line').fill('30 18 * * FRI');
  await until(async () => (await times.count()) === 5);

  await page.getByLabel('When the last execution is not over yet').selectOption({ label: 'begin after it' });
  await page.getByLabel('Dollars of a run').fill('0.5');
  await page.getByRole('button', { name: 'Make the task' }).click();
  await page.getByRole('heading', { name: 'Pay what is due' }).waitFor();
  const made = await taskOf('Pay what is due');
  expect(made).toMatchObject({
    agent_id: world.agentId,
    schedule: { cron: '30 18 * * FRI', timezone: 'Asia/Tokyo', overlap: 'queue', misfire: 'run_once' },
    budget: { run_cost_usd: 0.5 },
    state: 'active',
  });
  expect(page.url()).toContain(made.task_id);
  await page.getByText('Fri at 18:30 (Asia/Tokyo)').waitFor();
  await page.getByText('When the last execution is not over yet: begin after it').waitFor();
  await page.getByText('It has not run yet.').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(one.complaints).toEqual([]);
  expect(one.strangers).toEqual([]);
});

it('starts a task by hand, says what it waits for, and shows what came of it', async () => {
  const task = await make({ title: 'Pay ACME', prompt: 'Pay ACME' });
  const one = await at(`task/${task.task_id}`);
  const { page } = one;
  await page.getByText('by hand only').waitFor();
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('link', { name: 'Open the run' }).waitFor();
  const waits = page.getByRole('region', { name: 'What it waits for' });
  await waits.getByText('a decision', { exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  await waits.getByRole('link', { name: 'Decide about pay' }).click();
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await until(async () => (await taskOf('Pay ACME')).last_execution.status === 'succeeded');
  await page.goto(`${artel.url}/console/task/${task.task_id}`);
  const executions = page.getByRole('region', { name: 'Executions' });
  await executions.getByText('It is paid.').waitFor();
  await executions.getByText('started by hand').waitFor();
  expect(await waits.count()).toBe(0);
  await executions.getByRole('link').first().click();
  await page.waitForURL(`**/console/run/${(await taskOf('Pay ACME')).last_execution.run_id}`);
  await page.goto(`${artel.url}/console/tasks`);
  await page.getByRole('row', { name: /Pay ACME/ }).getByText('succeeded').waitFor();
  expect(one.complaints).toEqual([]);
});

it('leads to a form that an execution waits for', async () => {
  await wantsForm(artel, { title: 'Which shop?', fields: [{ name: 'shop', label: 'Shop', type: 'text' }] });
  const task = await make({ title: 'Ask first', agent_id: await asker(world) });
  await world.api.post(`/v1/tasks/${task.task_id}/run`);
  const one = await at(`task/${task.task_id}`);
  await one.page.getByRole('link', { name: 'Answer: Which shop?' }).click();
  await one.page.getByRole('button', { name: 'Send' }).waitFor();
  await one.page.getByRole('button', { name: 'Do not answer' }).click();
  await pays(artel, { to: 'ACME' });
});

it('changes what is changed and nothing else, by keyboard, and shows what the server refuses', async () => {
  const schedule = { cron: '0 9 * * 1', timezone: 'UTC', overlap: 'skip', misfire: 'skip' };
  const task = await make({ title: 'Weekly', schedule, budget: { run_tokens: 5000 } });
  const one = await at(`task/${task.task_id}`);
  const { page } = one;
  const sent: any[] = [];
  page.on('request', (request) => request.method() === 'PATCH' && sent.push(request.postDataJSON()));
  await page.getByText('Mon at 09:00 (UTC)').waitFor();
  await page.getByText('nothing could be started: leave it out').waitFor();
  await page.getByText('Tokens of a run: 5,000').waitFor();
  await page.getByRole('button', { name: 'Edit' }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Name').focus();
  await page.keyboard.press('End');
  await page.keyboard.type(' report');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Weekly report' }).waitFor();
  expect(sent).toEqual([{ title: 'Weekly report' }]);

  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('radio', { name: 'Once' }).check();
  await page.getByLabel('When', { exact: true }).fill('2020-01-01T09:00');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.fault', { hasText: 'still to come' }).waitFor();
  await page.getByRole('radio', { name: 'By hand only' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('by hand only').waitFor();
  expect((await taskOf('Weekly report')).schedule).toBe(null);
  expect(one.complaints).toEqual([]);
});

it('pauses and resumes a task, says why a start came to nothing, and deletes it with those that follow', async () => {
  const schedule = { cron: '0 9 * * *', timezone: 'UTC' };
  const task = await make({ title: 'Daily', schedule });
  const one = await at(`task/${task.task_id}`);
  const { page } = one;
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('paused', { exact: true }).waitFor();
  expect((await taskOf('Daily')).state).toBe('paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  expect((await taskOf('Daily')).state).toBe('active');

  // One execution waits for a decision, and the rule allows no second one.
  await page.getByRole('button', { name: 'Run now' }).click();
  await until(async () => (await taskOf('Daily')).last_execution?.status === 'waiting');
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('alert').getByText('An execution of the task is not over').waitFor();

  await page.getByRole('link', { name: 'Add a task that follows' }).click();
  await page.getByRole('radio', { name: 'After another task' }).waitFor();
  expect(await page.getByRole('radio', { name: 'After another task' }).isChecked()).toBe(true);
  await until(async () => (await page.getByLabel('After which task').inputValue()) === task.task_id);
  await page.getByLabel('Name').fill('Tell the chief');
  await page.getByLabel('What the agent is told').fill('Tell the chief what was paid.');
  await page.getByRole('button', { name: 'Make the task' }).click();
  await page.getByRole('heading', { name: 'Tell the chief' }).waitFor();
  expect(await taskOf('Tell the chief')).toMatchObject({ parent_id: task.task_id, schedule: null });
  await page.getByRole('link', { name: 'Daily' }).click();
  await page.getByRole('link', { name: 'Tell the chief' }).waitFor();

  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The tasks that follow it are deleted too.').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await taskOf('Daily')).toBeDefined();
  await page.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.waitForURL('**/console/tasks');
  expect([await taskOf('Daily'), await taskOf('Tell the chief')]).toEqual([undefined, undefined]);
  expect(one.complaints).toEqual([]);
});

it('makes a task that an event of a service starts, on a phone', async () => {
  const { url } = await world.api.post('/v1/organizations/me/connectors/ozon/hooks', {});
  const comes = () => fetch(artel.url + url, { method: 'POST', body: JSON.stringify({ message_type: 'TYPE_NEW_POSTING', at: Date.now() }) });
  await comes();
  const one = await at('task/new', { width: 360, height: 740 });
  const { page } = one;
  await page.getByLabel('Name').fill('Look at the order');
  await page.getByLabel('What the agent is told').fill('Look at the new order.');
  await page.getByRole('radio', { name: 'When a service sends something' }).check();
  await page.getByLabel('Service', { exact: true }).selectOption({ label: 'Ozon' });
  const proposed = page.locator('datalist option[value=TYPE_NEW_POSTING]');
  await proposed.waitFor({ state: 'attached' });
  await page.getByLabel('Type of the event').fill('TYPE_NEW_POSTING');
  expect(await isTooWide(page)).toBe(false);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Make the task' }).click();
  await page.getByText('when Ozon sends TYPE_NEW_POSTING').waitFor();
  await comes();
  await page.getByText('a service sent something').waitFor();
  expect(await isTooWide(page)).toBe(false);
  expect(one.complaints).toEqual([]);
});

it('lets an administrator read and delete tasks of others, and a reader change none', async () => {
  const ana = await artel.api('admin', '--user', '00000000-0000-0000-0000-0000000000a9');
  const task = await ana.post('/v1/tasks', { title: 'Of Ana', prompt: 'Do it', agent_id: world.agentId });
  const one = await at(`task/${task.task_id}`);
  await one.page.getByText("This is somebody else's task").waitFor();
  expect(await one.page.getByRole('button', { name: /Run now|Pause|Edit/ }).count()).toBe(0);
  expect(await one.page.getByRole('button', { name: 'Delete' }).count()).toBe(1);
  // Whoever looks asks for it, and nothing looks again by itself.
  const asked: string[] = [];
  one.page.on('request', (request) => request.url().includes('/v1/tasks') && asked.push(request.url()));
  await one.page.getByRole('button', { name: 'Show them' }).click();
  await one.page.getByText('It has not run yet.').waitFor();
  await one.page.waitForTimeout(6000);
  expect(asked.length).toBe(1);
  await make({ title: 'Mine' });
  await one.page.goto(`${artel.url}/console/tasks`);
  await one.page.getByRole('link', { name: 'Mine' }).waitFor();
  expect(await one.page.getByRole('link', { name: 'Of Ana' }).count()).toBe(0);
  await one.page.getByLabel('Tasks of others too').check();
  await one.page.getByRole('link', { name: 'Of Ana' }).waitFor();

  const { key } = await world.api.post('/v1/api-keys', { name: 'reader', scopes: ['runs:read'] });
  const { page } = await visit(browser, artel);
  await page.goto(`${artel.url}/console/tasks`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
  await page.getByRole('link', { name: 'Mine' }).click();
  await page.getByRole('heading', { name: 'Mine' }).waitFor();
  expect(await page.getByRole('button', { name: /Run now|Pause|Edit|Delete/ }).count()).toBe(0);
  expect(await page.getByRole('link', { name: /New task|that follows/ }).count()).toBe(0);
});

it('says that there is no such task, and goes on when the server comes back', async () => {
  const task = await make({ title: 'Patient' });
  const one = await at('task/0198d1f2-0000-7000-8000-000000000000');
  const { page } = one;
  await page.getByRole('alert').waitFor();
  await page.goto(`${artel.url}/console/task/${task.task_id}`);
  await page.getByText('It has not run yet.').waitFor();
  await artel.kill();
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('alert').getByText('The server cannot be reached').first().waitFor();
  await artel.resume();
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByText('It has begun.').waitFor();
  expect((await world.api.get<any[]>(`/v1/tasks/${task.task_id}/executions`)).length).toBe(1);
});
