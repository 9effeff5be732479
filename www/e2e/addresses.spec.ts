import { expect, test } from './test';

const HUB = 'https://huggingface.co';
const GPT2 = `${HUB}/openai-community/gpt2/resolve/main/`;

const names: [string, string][] = [
  ['gpt2', GPT2],
  ['gpt2-xl', `${HUB}/openai-community/gpt2-xl/resolve/main/`],
  ['distilgpt2', `${HUB}/distilbert/distilgpt2/resolve/main/`],
  ['gpt2@v1', `${HUB}/openai-community/gpt2/resolve/v1/`],
  [' openai-community/gpt2 ', GPT2],
  ['owner/name@refs/pr/3', `${HUB}/owner/name/resolve/refs%2Fpr%2F3/`],
  ['huggingface.co/gpt2', GPT2],
];

const addresses: [string, string][] = [
  [`${HUB}/gpt2`, GPT2],
  [`${HUB}/constructor/name`, `${HUB}/constructor/name/resolve/main/`],
  [`${HUB}/openai-community/gpt2/`, GPT2],
  [`${HUB}/openai-community/gpt2?library=transformers#usage`, GPT2],
  [`${HUB}/openai-community/gpt2/tree/main`, GPT2],
  [`${HUB}/openai-community/gpt2/blob/main/config.json`, GPT2],
  [`${HUB}/openai-community/gpt2/resolve/main/`, GPT2],
  [`${HUB}/openai-community/gpt2/resolve/main/pytorch_model.bin?download=true`, GPT2],
  [`${HUB}/openai-community/gpt2/raw/main/tokenizer.json`, GPT2],
  [`${HUB}/gpt2/resolve/main/model.safetensors`, GPT2],
  [`${HUB}/openai-community/gpt2/discussions`, GPT2],
  [`${HUB}/openai-community/gpt2/commit/607a30d783dfa663caf39e06633721c8d4cfcd7e`, `${HUB}/openai-community/gpt2/resolve/607a30d783dfa663caf39e06633721c8d4cfcd7e/`],
  [`${HUB}/owner/name/tree/main/sub/folder`, `${HUB}/owner/name/resolve/main/sub/folder/`],
  [`${HUB}/owner/name/blob/main/sub/folder/config.json`, `${HUB}/owner/name/resolve/main/sub/folder/`],
  [`${HUB}/owner/name/tree/refs/pr/3`, `${HUB}/owner/name/resolve/refs%2Fpr%2F3/`],
  [`${HUB}/owner/name/tree/refs%2Fpr%2F3/sub`, `${HUB}/owner/name/resolve/refs%2Fpr%2F3/sub/`],
  [`${HUB}/owner/name/tree/100%`, `${HUB}/owner/name/resolve/100%25/`],
  ['https://hf.co/owner/name', `${HUB}/owner/name/resolve/main/`],
  ['www.huggingface.co/owner/name/tree/main', `${HUB}/owner/name/resolve/main/`],
  ['  huggingface.co/gpt2  ', GPT2],
  ['https://example.org/a%20model', 'https://example.org/a%20model/'],
  ['https://example.org/100%/model', 'https://example.org/100%/model/'],
  ['https://example.org/model/pytorch_model.bin', 'https://example.org/model/'],
  ['https://example.org/model/model.safetensors.index.json?x=1', 'https://example.org/model/'],
  ['https://example.org/model/vocab.json', 'https://example.org/model/'],
];

const refused: [string, RegExp][] = [
  ['bert-base-uncased', /owner\/name/],
  ['not a model', /owner\/name/],
  ['', /owner\/name/],
  [`${HUB}/datasets/squad`, /is the address of a dataset/],
  [`${HUB}/spaces/owner/name`, /is the address of a space/],
  [`${HUB}/collections/owner/name-1`, /is the address of a collection/],
  [`${HUB}/papers/1706.03762`, /is the address of a paper/],
  [`${HUB}/openai-community`, /is the address of a user or an organization/],
];

test('names and addresses of models are read as people write them', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const read = await page.evaluate(
    async ({ api, names, addresses, refused }) => {
      const { hubFolder, modelFolder } = (await import(api)) as typeof import('../src/api/logitscope');
      const told = (read: () => string) => {
        try {
          return read();
        } catch (error) {
          return `${(error as Error).name}: ${(error as Error).message}`;
        }
      };
      return {
        names: names.map(([name]) => [name, told(() => hubFolder(name))]),
        addresses: addresses.map(([address]) => [address, told(() => modelFolder(address))]),
        refused: refused.map((text) => told(() => (text.startsWith('https:') ? modelFolder(text) : hubFolder(text)))),
        users: told(() => modelFolder('https://huggingface.co@example.org/model/')),
      };
    },
    { api: `${server.page}logitscope.js`, names, addresses, refused: refused.map(([text]) => text) },
  );
  expect(read.names).toEqual(names);
  expect(read.addresses).toEqual(addresses);
  refused.forEach(([text, says], i) => {
    expect(read.refused[i], text).toMatch(/^ArgumentError: /);
    expect(read.refused[i], text).toMatch(says);
  });
  expect(read.users).toMatch(/^ArgumentError: example\.org: an address with a user's name/);
});
