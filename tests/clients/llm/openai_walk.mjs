// OpenAI's own client for JavaScript: chat, streams, a tool loop, structured output, hanging up, errors.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

// The packages are outside of the checkout.
const { default: OpenAI } = createRequire(`${process.env.CLIENTS_DIR}/`)('openai');

const options = { baseURL: `${process.env.ARTEL_LLM_URL}/v1`, apiKey: process.env.ARTEL_LLM_KEY, maxRetries: 0 };
const client = new OpenAI(options);
const SNOW = 'Snow, and the pass is closed.';
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const ask = (content) => [{ role: 'user', content }];
const said = (model, text) => (model.startsWith('demo:') ? `You said: ${text}` : text);

async function walk(model) {
  const answer = await client.chat.completions.create({ model, messages: ask('Ahoy') });
  assert.equal(answer.choices[0].message.content, said(model, 'Ahoy'));
  assert.ok(answer.usage.total_tokens > 0);

  let words = '';
  let usage = null;
  const stream = await client.chat.completions.create({
    model, messages: ask('Ahoy there'), stream: true, stream_options: { include_usage: true },
  });
  for await (const chunk of stream) {
    words += chunk.choices[0]?.delta?.content ?? '';
    usage = chunk.usage ?? usage;
  }
  assert.equal(words, said(model, 'Ahoy there'));
  assert.ok(usage.total_tokens > 0);

  for (const streamed of [false, true]) {
    const seen = [];
    const weather = (given) => { seen.push(given); return SNOW; };
    const tools = [{ type: 'function', function: { name: 'weather', description: 'The weather', parameters, parse: JSON.parse, function: weather } }];
    const runner = client.chat.completions.runTools({
      model, messages: ask("What is the weather in 'Rome'? Use the tool."), tools, stream: streamed,
    });
    assert.ok((await runner.finalContent()).includes(SNOW));
    assert.equal(seen.length, 1);
    assert.ok('city' in seen[0]);
  }
}

async function structured(model) {
  const schema = { type: 'object', properties: { city: { type: 'string' }, degrees: { type: 'integer' } }, required: ['city', 'degrees'], additionalProperties: false };
  const answer = await client.chat.completions.parse({
    model, messages: ask('Rome as JSON'), response_format: { type: 'json_schema', json_schema: { name: 'weather', schema, strict: true } },
  });
  assert.deepEqual(JSON.parse(answer.choices[0].message.content), { city: 'Rome', degrees: 21 });
}

async function errors(model) {
  await assert.rejects(client.chat.completions.create({ model, messages: ask('be busy') }), OpenAI.RateLimitError);
  let words = '';
  const broken = async () => {
    for await (const chunk of await client.chat.completions.create({ model, messages: ask('break off'), stream: true })) {
      words += chunk.choices[0].delta.content ?? '';
    }
  };
  await assert.rejects(broken, OpenAI.APIError);
  assert.ok(words.startsWith('One two'), words);
  // Whoever has heard enough hangs up.
  for await (const chunk of await client.chat.completions.create({ model, messages: ask('Ahoy there'), stream: true })) {
    assert.equal(chunk.object, 'chat.completion.chunk');
    break;
  }
}

for (const model of ['openai:scripted', 'anthropic:scripted', 'ollama:scripted', 'demo:echo']) await walk(model);
for (const model of ['openai:scripted', 'anthropic:scripted', 'ollama:scripted']) {
  await structured(model);
  await errors(model);
}
await assert.rejects(client.chat.completions.create({ model: 'nobody:x', messages: ask('?') }), OpenAI.NotFoundError);
await assert.rejects(new OpenAI({ ...options, apiKey: 'wrong' }).models.list(), OpenAI.AuthenticationError);
const vectors = await client.embeddings.create({ model: 'openai:scripted', input: 'one' });
assert.equal(typeof vectors.data[0].embedding[0], 'number');
console.log('openai for JavaScript is served');
