// `artel demo`, as somebody sees it who has never seen the product.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch } from './browser';
import { showPages } from './pages';

const directory = mkdtempSync(join(tmpdir(), 'artel-demo-'));
let demo: ChildProcess;
let browser: Browser;
let link = '';

beforeAll(async () => {
  browser = await launch();
  const environment = { PATH: process.env.PATH, ENVIRONMENT: 'dev', ARTEL_DATA_DIR: directory };
  demo = spawn(process.env.ARTEL_BINARY ?? '../target/debug/artel', ['demo', '--addr', '127.0.0.1:0'], { env: environment });
  link = await new Promise((found) => {
    let printed = '';
    demo.stdout?.on('data', (chunk) => {
      printed += String(chunk);
      const line = /http:\/\/\S+\/console\/enter\/\w+/.exec(printed);
      if (line) found(line[0]);
    });
  });
});
afterAll(async () => {
  demo?.kill('SIGKILL');
  await browser?.close();
  rmSync(directory, { recursive: true, force: true });
});

it('signs in with the printed link, talks to an agent, and sees its tool call happen, within a minute', async () => {
  const started = Date.now();
  const context = await browser.newContext({ locale: 'en-GB' });
  await showPages(context);
  const page = await context.newPage();
  await page.goto(link);
  await page.waitForURL('**/console/');
  await page.getByRole('link', { name: 'Talk to an agent' }).click();
  await page.getByRole('button', { name: 'New dialogue' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Echo the word hello using the tool');
  await page.keyboard.press('Enter');
  await page.locator('details.call', { hasText: 'echo_tool' }).getByText('succeeded').waitFor();
  expect(Date.now() - started).toBeLessThan(60_000);

  // The link has been used up, for everybody.
  const other = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  await other.goto(link);
  await other.getByText('This link was used already').waitFor();
});
