// `artel demo` as a process, in a directory of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Demo {
  private constructor(
    private readonly process: ChildProcess,
    private readonly directory: string,
    /** What it prints: the link that signs in once. */
    readonly link: string,
  ) {}

  static async start(): Promise<Demo> {
    const directory = mkdtempSync(join(tmpdir(), 'artel-demo-'));
    const env = { PATH: process.env.PATH, ENVIRONMENT: 'dev', ARTEL_DATA_DIR: directory };
    const child = spawn(process.env.ARTEL_BINARY ?? '../target/debug/artel', ['demo', '--addr', '127.0.0.1:0'], { env });
    const link = await new Promise<string>((found, failed) => {
      let printed = '';
      child.once('exit', (code) => failed(new Error(`the demo ended with ${code}`)));
      child.stdout.on('data', (chunk) => {
        printed += String(chunk);
        const line = /http:\/\/\S+\/console\/enter\/\w+/.exec(printed);
        if (line) found(line[0]);
      });
    });
    return new Demo(child, directory, link);
  }

  get url(): string {
    return new URL(this.link).origin;
  }

  async stop(): Promise<void> {
    await new Promise((done) => {
      this.process.removeAllListeners('exit').once('exit', done);
      this.process.kill('SIGKILL');
    });
    rmSync(this.directory, { recursive: true, force: true });
  }
}
