// The pages as they are in a directory, in place of those that the binary carries. So a change of the console is tested
// without a new binary. Everything else of an answer is the server's: its status, its policies, its cookies.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';

const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
const OF_THE_SERVER = /^\/console\/(session|sign-in\/|enter\/)/;

/** Shows the pages of the directory that `ARTEL_PAGES` names; without it, the binary's. */
export async function showPages(context: BrowserContext, directory = process.env.ARTEL_PAGES): Promise<void> {
  if (!directory) return;
  await context.route(/\/console\//, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (!pathname.startsWith('/console/') || OF_THE_SERVER.test(pathname)) return route.fallback();
    const file = join(directory, pathname.slice('/console/'.length));
    if (pathname.startsWith('/console/assets/') && existsSync(file)) {
      const type = TYPES[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
      return route.fulfill({ body: readFileSync(file), headers: { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' } });
    }
    const response = await route.fetch({ maxRedirects: 0 });
    const isPage = response.ok() && (response.headers()['content-type'] ?? '').startsWith('text/html') && !isFile(file);
    return isPage ? route.fulfill({ response, body: readFileSync(join(directory, 'index.html')) }) : route.fulfill({ response });
  });
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
