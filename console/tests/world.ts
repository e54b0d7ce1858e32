// What is in the installation that the tests look at: an agent, a tool that is asked about, a service behind the tool.
import { createServer, type Server } from 'node:http';
import type { Api, Artel } from './artel';

export interface World {
  api: Api & { token: string };
  agentId: string;
  toolId: string;
  /** The bodies that the tool's service was sent. */
  received: string[];
  /** What the tool's service answers. */
  answer: string;
  close(): void;
}

/** Waits until the condition holds. */
export async function until<T>(look: () => Promise<T | undefined | false>, ms = 20_000): Promise<T> {
  for (const end = Date.now() + ms; ; ) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** An agent with the tool `pay`, each call of which a human is asked about. */
export async function furnish(artel: Artel): Promise<World> {
  const world = { received: [] as string[], answer: '{"paid": true}' };
  const service = await listen(world);
  const { port } = service.address() as { port: number };
  const api = await artel.api();
  const tool = await api.post('/v1/tools', {
    name: 'pay',
    description: 'Pays an invoice',
    input_schema: { type: 'object', properties: { to: { type: 'string' }, amount: { type: 'number' } }, required: ['to'] },
    execution_type: 'http_webhook',
    endpoint: `http://127.0.0.1:${port}/pay`,
    auth_type: 'none',
    effect: 'idempotent',
  });
  const profile = { name: 'Clerk', system_prompt: 'You pay invoices.', model: 'openai:gpt-4o-mini', status: 'published' };
  const agent = await api.post('/v1/agents', profile);
  await api.post(`/v1/agents/${agent.id}/tools/${tool.id}`, { allowed_domains: ['127.0.0.1'] });
  await api.put('/v1/approval-rules', { rules: [{ tool: 'pay', effect: 'ask', reason: 'money leaves the house' }] });
  return Object.assign(world, { api, agentId: agent.id, toolId: tool.id, close: () => void service.close() });
}

/** The model calls `pay` with these arguments (a JSON text or a value), and says `done` afterwards. */
export async function pays(artel: Artel, args: unknown, done = 'It is paid.'): Promise<void> {
  await artel.script({
    replies: [
      { when: { role: 'tool' }, steps: [{ text: done }] },
      { when: { tools: true }, steps: [{ tool: { name: 'pay', arguments: args } }] },
    ],
  });
}

/** An agent that may ask its user with forms. */
export async function asker(world: World): Promise<string> {
  const tool = await world.api.post('/v1/tools', { name: 'request_form', execution_type: 'internal', input_schema: { type: 'object' } });
  const agent = await world.api.post('/v1/agents', { name: 'Asker', system_prompt: 'You ask.', model: 'openai:gpt-4o-mini', status: 'published' });
  await world.api.post(`/v1/agents/${agent.id}/tools/${tool.id}`, {});
  return agent.id;
}

/** The model asks for this form, and says `done` afterwards. */
export async function wantsForm(artel: Artel, form: unknown, done = 'It is sent.'): Promise<void> {
  await artel.script({
    replies: [
      { when: { role: 'tool' }, steps: [{ text: done }] },
      { when: { tools: true }, steps: [{ tool: { name: 'request_form', arguments: form } }] },
    ],
  });
}

/** A run that waits for a form; the form. */
export async function waitsForForm(world: World, agentId: string, input = 'Send it'): Promise<any> {
  const run = await world.api.post('/v1/runs?wait=false', { agent_id: agentId, input_message: input });
  return until(async () => (await world.api.get(`/v1/forms?status=pending&run_id=${run.id}`))[0]);
}

/** A run that waits for a decision; the approval. */
export async function asks(world: World, input = 'Pay the invoice'): Promise<any> {
  const run = await world.api.post('/v1/runs?wait=false', { agent_id: world.agentId, input_message: input });
  return until(async () => (await world.api.get(`/v1/approvals?run_id=${run.id}`))[0]);
}

function listen(world: { received: string[]; answer: string }): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      world.received.push(body);
      response.setHeader('content-type', 'application/json');
      response.end(world.answer);
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}
