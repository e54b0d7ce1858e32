// The real binary as a process, on SQLite in a directory of its own, with a scripted model provider beside it.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const PASSWORD = 'correct-horse-battery-1A!';
const BINARY = process.env.ARTEL_BINARY ?? '../target/debug/artel';
const STARTS_WITHIN_MS = 20_000;

export interface Api {
  get<T = any>(path: string): Promise<T>;
  post<T = any>(path: string, body?: unknown): Promise<T>;
  put<T = any>(path: string, body: unknown): Promise<T>;
}

export class Artel {
  private process: ChildProcess | undefined;
  private constructor(
    private readonly directory: string,
    readonly port: number,
    private readonly modelPort: number,
    private readonly models: ChildProcess,
  ) {}

  /** Starts a server on a new database. */
  static async start(): Promise<Artel> {
    const directory = mkdtempSync(join(tmpdir(), 'artel-console-'));
    const [port, modelPort] = [await freePort(), await freePort()];
    const models = spawn(BINARY, ['model-mock', '--addr', `127.0.0.1:${modelPort}`], { stdio: 'ignore' });
    const artel = new Artel(directory, port, modelPort, models);
    await artel.resume();
    return artel;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the process again, at the same port, on the same data. */
  async resume(): Promise<void> {
    this.process = spawn(BINARY, ['serve'], { env: this.environment(), stdio: ['ignore', 'pipe', 'ignore'] });
    await firstLine(this.process);
  }

  async kill(): Promise<void> {
    await ended(this.process, 'SIGKILL');
  }

  async stop(): Promise<void> {
    await Promise.all([ended(this.process, 'SIGTERM'), ended(this.models, 'SIGKILL')]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** What models answer from now on. */
  async script(script: unknown): Promise<void> {
    const body = JSON.stringify(script);
    const answer = await fetch(`http://127.0.0.1:${this.modelPort}/__mock/script`, { method: 'PUT', body });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** Runs a subcommand on the same data; returns what it printed. */
  async command(...args: string[]): Promise<string> {
    const child = spawn(BINARY, args, { env: this.environment(), stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    for await (const chunk of child.stdout) printed += String(chunk);
    return printed.trim();
  }

  /** The API with a token that may do these things. */
  async api(scopes = 'admin', ...more: string[]): Promise<Api & { token: string }> {
    const token = await this.command('token', '--scopes', scopes, ...more);
    return { ...caller(this.url, token), token };
  }

  private environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      ENVIRONMENT: 'dev',
      ARTEL_DATA_DIR: this.directory,
      ARTEL_PUBLIC_ADDR: `127.0.0.1:${this.port}`,
      ARTEL_RUNTIME_ADDR: '127.0.0.1:0',
      ARTEL_LLM_PROXY_ADDR: '127.0.0.1:0',
      ARTEL_AUTH_ADDR: '127.0.0.1:0',
      AUTH_SERVICE__MASTER_KEY: PASSWORD,
      RATE_LIMIT_DEFAULT: '1000000/second',
      RATE_LIMIT_RUNS: '1000000/second',
      TOOL_ALLOW_PRIVATE_HOSTS: '127.0.0.1',
      LEASE_SECONDS: '2',
      OPENAI_BASE_URL: `http://127.0.0.1:${this.modelPort}/v1`,
      OPENAI_API_KEY: 'any',
      LOG_LEVEL: 'warn',
    };
  }
}

function caller(url: string, token: string): Api {
  const call = async (method: string, path: string, body?: unknown) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(url + path, init);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
  };
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => found(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** The process says in one line that it is ready. */
async function firstLine(child: ChildProcess): Promise<void> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const signal = AbortSignal.timeout(STARTS_WITHIN_MS);
  await new Promise<void>((ready, failed) => {
    lines.once('line', () => ready());
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}`)));
    signal.addEventListener('abort', () => failed(new Error('the server is not ready')));
  });
}

async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((done) => {
    child.once('exit', done);
    child.kill(signal);
  });
}
