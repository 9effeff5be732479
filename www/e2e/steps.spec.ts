import { expect, test, type Checkpoint, type Logitscope } from './test';

/** What the slider says of a checkpoint. */
const says = ({ step }: Checkpoint) => step.toLocaleString('en');

const weightsIn = (paths: string[]) => paths.filter((path) => path.endsWith('.safetensors')).map((path) => path.split('/').at(-1));

/** Where the address bar says that a question is asked. */
async function linked(scope: Logitscope): Promise<string | null> {
  return new URLSearchParams(new URL(scope.page.url()).hash.slice(1)).get('model');
}

test('the slider goes through the training: other numbers for the same question, and each adds up', async ({ scope }) => {
  const checkpoints = await scope.checkpoints();
  const last = checkpoints.length - 1;
  expect(last).toBeGreaterThan(3);
  const [first] = checkpoints;
  await expect(scope.steps).toHaveValue(String(last));
  const before = await scope.numbers();
  const scale = async () => /\+\S+ logits/.exec((await scope.download('SVG')).bytes.toString())?.[0];
  const colours = await scale();
  expect(colours).toBeDefined();
  const asked = ({ tokens, position, answer, incorrect }: typeof before) => ({ tokens, position, answer, incorrect });

  for (const [index, checkpoint] of checkpoints.slice(0, -1).entries()) {
    await scope.goTo(index);
    await expect(scope.steps).toHaveAttribute('aria-valuetext', new RegExp(`^${says(checkpoint)} of `));
    await expect(scope.modelButton).toHaveAccessibleName(`Model: bundled model, step ${checkpoint.step}`);
    await expect(scope.identity).toContainText('The parts add up');
    const numbers = await scope.numbers();
    expect(asked(numbers)).toEqual(asked(before));
    expect(numbers.labels).toEqual(before.labels);
    expect(numbers.attribution).not.toEqual(before.attribution);
    if (checkpoint !== first) continue;
    // What is not yet learned is next to nothing, and is drawn so.
    expect(Math.abs(numbers.logit[0] ?? NaN)).toBeLessThan((before.logit[0] ?? NaN) / 10);
    expect(await scale()).toBe(colours);
  }
  await scope.goTo(last);
  await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
  expect(await scope.numbers()).toEqual(before);
});

test('the curve over the slider is filled as far as the training was', async ({ scope, page }) => {
  const last = (await scope.checkpoints()).length - 1;
  const canvas = page.locator('training-steps canvas');
  /** How far the accent's colour goes, as a share of the curve, which leaves a margin of 4 CSS pixels. */
  const filled = () =>
    canvas.evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
      let right = 0;
      for (let i = 0; i < data.length; i += 4) {
        const off = [0x0a, 0x67, 0x5c].map((channel, c) => Math.abs((data[i + c] ?? 0) - channel));
        if (Math.max(...off) < 16) right = Math.max(right, ((i / 4) % width) + 1);
      }
      const margin = 4 * devicePixelRatio;
      return Math.round((100 * Math.max(0, right - margin)) / (width - 2 * margin));
    });
  await expect.poll(filled).toBeGreaterThan(98);
  for (const index of [3, 0, 5]) {
    await scope.goTo(index);
    const share = Math.round((100 * index) / last);
    await expect.poll(async () => Math.abs((await filled()) - share), `at ${share}%`).toBeLessThanOrEqual(1);
  }
});

test('only the checkpoint asked for is fetched, and none twice', async ({ scope, server }) => {
  const checkpoints = await scope.checkpoints();
  await expect(scope.steps).toBeVisible();
  expect(weightsIn(server.requests)).toEqual(['model.safetensors']);
  await scope.goTo(1);
  await scope.goTo(checkpoints.length - 1);
  await scope.goTo(1);
  expect(weightsIn(server.requests)).toEqual(['model.safetensors', checkpoints[1]?.weights]);
});

test('the likeliest answer of one checkpoint stays the question at another, with position and selection', async ({ scope }) => {
  await scope.prompt.fill('When Mary and John went to the store, John gave a drink to Mary');
  await scope.answer.fill('');
  await scope.incorrect.fill('');
  await expect(scope.tokens.last()).toHaveText('·Mary');
  await scope.answered();
  await scope.tokens.nth(14).click();
  await expect.poll(async () => (await scope.numbers()).position).toBe(14);
  await scope.unit('Heads').click();
  await scope.table.getByRole('button', { name: /L1H2$/ }).click();
  const { answer } = await scope.numbers();

  await scope.goTo(0);
  await expect(scope.answer).toHaveValue(answer.text.replaceAll(' ', '·'));
  await expect(scope.tokens.nth(14)).toHaveAttribute('aria-pressed', 'true');
  await expect(scope.selected).toContainText('L1H2');
  const numbers = await scope.numbers();
  expect([numbers.answer.id, numbers.position]).toEqual([answer.id, 14]);
});

test('the arrow keys go from checkpoint to checkpoint', async ({ scope, page }) => {
  const checkpoints = await scope.checkpoints();
  const last = checkpoints.length - 1;
  await expect(scope.steps).toHaveValue(String(last));
  await scope.steps.focus();
  for (const [key, index] of [['ArrowLeft', last - 1], ['ArrowLeft', last - 2], ['Home', 0], ['ArrowRight', 1], ['End', last]] as const) {
    await page.keyboard.press(key);
    await expect(scope.steps).toHaveValue(String(index));
  }
  await scope.answered();
  await expect(scope.steps).toHaveValue(String(last));
  await expect(scope.identity).toContainText('The parts add up');
});

test('a link restores the step; one that there is not is said, and the trained model opened', async ({ scope, page, server }) => {
  const checkpoints = await scope.checkpoints();
  const second = checkpoints[1]!;
  await scope.goTo(1);
  const numbers = await scope.numbers();
  await expect.poll(() => linked(scope)).toBe(`bundled@${second.step}`);
  const link = page.url();
  await page.goto('about:blank');
  await page.goto(link);
  await scope.answered();
  await expect(scope.steps).toHaveValue('1');
  expect(await scope.numbers()).toEqual(numbers);

  await page.goto('about:blank');
  await page.goto(link.replace(`bundled%40${second.step}`, 'bundled%40123456'));
  await scope.answered();
  await expect(page.getByText('There is no checkpoint after 123,456 steps')).toBeVisible();
  await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
  await expect(scope.steps).toHaveValue(String(checkpoints.length - 1));
  await expect.poll(() => linked(scope)).toBeNull();
  expect(page.url().startsWith(server.page)).toBe(true);
});

test('a checkpoint that cannot be fetched is explained; the model in use stays, and so does the slider', async ({ scope, page, server }) => {
  scope.expected = /Failed to load resource/;
  const checkpoints = await scope.checkpoints();
  const last = checkpoints.length - 1;
  const { weights, step } = checkpoints[2]!;
  const before = await scope.numbers();
  await expect(scope.steps).toBeVisible();
  server.faults.set(weights, 'missing');
  await scope.goTo(2);
  await expect(scope.alert).toContainText(`bundled model, step ${step} did not load`);
  await expect(scope.alert).toContainText(weights);
  const heads = await scope.chart('Heads').boundingBox();
  expect(heads && heads.y + heads.height, 'the charts stay on the first screen').toBeLessThanOrEqual(900);
  await expect(scope.steps).toHaveValue(String(last));
  expect(await scope.numbers()).toEqual(before);

  server.faults.clear();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(scope.steps).toHaveValue('2');
  await scope.answered();
  await expect(scope.alert).toHaveCount(0);
  await expect(scope.identity).toContainText('The parts add up');
});

test('offline, the checkpoints that were opened stay', async ({ scope, context }) => {
  scope.expected = /Failed to load resource|ERR_INTERNET_DISCONNECTED/;
  const last = (await scope.checkpoints()).length - 1;
  await scope.goTo(1);
  await context.setOffline(true);
  await scope.goTo(0);
  await expect(scope.alert).toContainText('offline');
  await expect(scope.steps).toHaveValue('1');
  await scope.goTo(last);
  await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
  await expect(scope.identity).toContainText('The parts add up');
});

test('a checkpoint that stalls is left by going back, and superseded by going on', async ({ scope, server }) => {
  const checkpoints = await scope.checkpoints();
  const last = checkpoints.length - 1;
  await expect(scope.steps).toBeVisible();
  const before = await scope.numbers();
  server.faults.set(checkpoints[0]!.weights, 'stall');
  await scope.steps.fill('0');
  await expect(scope.steps).toHaveValue('0');
  await scope.goTo(last);
  expect(await scope.numbers()).toEqual(before);
  await scope.steps.fill('0');
  await scope.goTo(1);
  await expect(scope.modelButton).toHaveAccessibleName(`Model: bundled model, step ${checkpoints[1]!.step}`);
});

test('another model has no such slider, and what to look for is said of the trained model alone', async ({ scope, page, server }) => {
  const note = page.locator('question-line .note');
  await expect(note).toBeVisible();
  const trained = await note.innerText();
  await scope.goTo(0);
  await expect(note).not.toContainText(trained, { useInnerText: true });
  await expect(note).toContainText('is not the model’s answer yet', { useInnerText: true });
  server.faults.set('tiny-a/model.safetensors', 'stall');
  await scope.load(server.model('tiny-a'));
  await expect(scope.steps).toBeDisabled();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(scope.steps).toBeEnabled();
  server.faults.clear();
  await scope.load(server.model('tiny-a'));
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  await expect(scope.steps).toHaveCount(0);
});

test('a word that the bundled model does not know is named', async ({ scope, page }) => {
  const hint = page.getByText(/the bundled model knows, so expect nonsense/);
  await expect(hint).toHaveCount(0);
  await scope.prompt.fill('When Zoe and John went to the café in 1732, John gave a drink to');
  await expect(hint).toContainText('“Zoe”');
  await expect(hint).toContainText('“café”');
  await expect(hint).not.toContainText('1732');
  await scope.prompt.fill('When Mary and John went to the store');
  await expect(hint).toHaveCount(0);
});
