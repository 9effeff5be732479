import { readFileSync } from 'node:fs';
import { wrong } from './axe';
import { expect, resize, test, type Logitscope } from './test';

const CAPITAL = 'prompt=The+capital+of+France+is&answer=+Paris&unit=head&selected=L0H3';
const ITALY = 'prompt=The+capital+of+Italy+is&answer=+Rome&unit=component';
const GOOD = {
  format: 'logitscope-lesson 1',
  title: 'Of two countries',
  steps: [
    { text: 'France first.', state: CAPITAL },
    { text: 'Then Italy.', state: `https://example.com/#${ITALY}`, ask: { question: 'Who wrote it?', choices: ['An MLP', 'A head'], answer: 0, then: { text: 'Look.', state: ITALY } } },
  ],
};
const [first, second] = GOOD.steps;
const lines = (lesson: unknown) => JSON.stringify(lesson, null, 1);

const strip = ({ page }: Logitscope) => page.getByRole('region', { name: /^Lesson/ });

async function open(scope: Logitscope, text: string | Buffer, name = 'mine.json'): Promise<void> {
  const { page } = scope;
  if (!(await page.getByRole('dialog', { name: 'Lessons' }).isVisible())) await page.getByRole('button', { name: 'Lessons', exact: true }).click();
  await page.getByLabel('Open a lesson’s file').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
}

test('a lesson of one’s own: what is changed meanwhile is told, Back goes a step back, and nothing of it is left when it is left', async ({ scope, page }) => {
  await open(scope, lines(GOOD));
  await expect(strip(scope)).toContainText('France first.');
  await expect(strip(scope)).toContainText('1 of 2');
  await expect(scope.prompt).toHaveValue('The capital of France is');
  await expect(scope.selected).toContainText('L0H3');

  await scope.answer.fill('·Rome');
  await expect(strip(scope)).toContainText('shows something else');
  // Where one types, keys are the field's.
  await scope.answer.press('PageDown');
  await strip(scope).getByRole('button', { name: 'Back to this step' }).click();
  await expect(scope.answer).toHaveValue('·Paris');
  await expect(strip(scope)).not.toContainText('shows something else');

  await strip(scope).getByRole('button', { name: 'Next' }).click();
  await expect(strip(scope)).toContainText('Who wrote it?');
  await strip(scope).getByRole('button', { name: 'A head' }).click();
  await expect(strip(scope)).toContainText('Not “A head”, but “An MLP”. Look.');
  await expect(scope.unit('Components')).toHaveAttribute('aria-pressed', 'true');
  await page.goBack();
  await expect(strip(scope).getByRole('button', { name: 'A head' })).toBeVisible();
  await page.goBack();
  await expect(strip(scope)).toContainText('France first.');
  await expect(scope.prompt).toHaveValue('The capital of France is');

  await strip(scope).getByRole('button', { name: 'Leave' }).click();
  await expect(strip(scope)).toHaveCount(0);
  await expect(scope.prompt).toHaveValue('The capital of France is');
  await page.goBack();
  await expect(strip(scope)).toContainText('France first.');

  // The file is not in the link.
  await page.reload();
  await expect(strip(scope)).toContainText('This link is of a lesson in a file, “mine.json”. Open it again');
  await expect(scope.prompt).toHaveValue('The capital of France is');
});

test('a file that was written anew is read anew, at the same step and with fewer; with a byte order mark and Windows’ line ends too', async ({ scope }) => {
  await open(scope, lines(GOOD));
  await expect(strip(scope)).toContainText('France first.');
  await open(scope, `\ufeff${lines({ ...GOOD, steps: [{ ...first, text: 'France, better said.' }, second] }).replaceAll('\n', '\r\n')}`);
  await expect(strip(scope)).toContainText('France, better said.');
  await strip(scope).getByRole('button', { name: 'Next' }).click();
  await expect(strip(scope)).toContainText('2 of 2');
  await open(scope, lines({ ...GOOD, steps: [{ text: 'Italy alone.', state: ITALY }] }));
  await expect(strip(scope)).toContainText('Italy alone.');
  await expect(strip(scope)).toContainText('1 of 1');
  await expect(scope.prompt).toHaveValue('The capital of Italy is');
  // One that cannot be read any more says so, and the next that can is there again.
  await open(scope, '{');
  await expect(scope.alert).toContainText('mine.json: line 1');
  await open(scope, lines(GOOD));
  await expect(strip(scope)).toContainText('France first.');
  await expect(scope.prompt).toHaveValue('The capital of France is');
});

test('the example that says how one is written is a lesson', async ({ scope }) => {
  const [, example = ''] = /```json\n([^]*?)```/.exec(readFileSync(new URL('../public/lessons/README.md', import.meta.url), 'utf8')) ?? [];
  await open(scope, example);
  await expect(strip(scope)).toContainText('The model says ·Paris.');
  await expect(strip(scope)).toContainText('Who wrote a capital.');
});

test('a lesson is dropped, wherever one is', async ({ scope, page }) => {
  await page.getByRole('tab', { name: 'Always?' }).click();
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'dropped.json'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
  }, lines(GOOD));
  await expect(strip(scope)).toContainText('France first.');
  await expect(scope.prompt).toHaveValue('The capital of France is');
});

const BAD: [string, string, string[]][] = [
  ['no JSON', '{\n "format": "logitscope-lesson 1",\n "title" "x"\n}', ['line 3', ': is expected']],
  ['a text over two lines', '{\n "format": "logitscope-lesson 1",\n "title": "a\nb"}', ['line 3', 'does not end on its line']],
  ['the end is missing', '{"format": "logitscope-lesson 1",\n"steps": [', ['line 2', 'the text ends']],
  ['another format', lines({ ...GOOD, format: 'logitscope-lesson 2' }), ['line 2', '“format” is "logitscope-lesson 2"', 'should be "logitscope-lesson 1"']],
  ['a list', '[]', ['line 1', '“a lesson” is a list of 0', '"steps"']],
  ['no steps', lines({ ...GOOD, steps: [] }), ['line 4', '“steps” is a list of 0', 'a list of 1 to 40']],
  ['no text', lines({ ...GOOD, steps: [{ state: CAPITAL }] }), ['line 5', 'has no “text”']],
  ['a field that is none', lines({ ...GOOD, steps: [{ ...first, html: '<b>' }] }), ['line 8', 'a step has no “html”', 'text, state, ask']],
  ['a state that is none', lines({ ...GOOD, steps: [{ text: 'x', state: 'hello' }] }), ['line 7', '“state” is "hello"', 'after # in a link']],
  ['a place in a lesson', lines({ ...GOOD, steps: [{ text: 'x', state: `${CAPITAL}&step=7` }] }), ['line 7', '“state” is']],
  ['a frame', lines({ ...GOOD, steps: [{ text: 'x', state: `${CAPITAL}&embed=1` }] }), ['line 7', '“state” is']],
  ['a model that is none', lines({ ...GOOD, steps: [{ text: 'x', state: `model=javascript:alert(1)&${CAPITAL}` }] }), ['line 7', 'javascript:alert(1)', 'http or https']],
  ['an answer that is no choice', lines({ ...GOOD, steps: [{ ...first, ask: { ...second?.ask, answer: 2 } }] }), ['line 14', '“answer” is 2', '0 to 1']],
  ['a source that is a script', lines({ ...GOOD, sources: [{ text: 'x', url: 'javascript:alert(1)' }] }), ['“url” is "javascript:alert(1)"', 'https://']],
  ['a text too long', lines({ ...GOOD, title: 'x'.repeat(100) }), ['line 3', '1 to 80 characters']],
  ['lists in lists', `{"format": ${'['.repeat(50_000)}`, ['line 1', 'more than 16 deep']],
  ['10 MB', Buffer.alloc(10_000_000, 'x').toString(), ['larger than 200 kB']],
];

test('what is wrong with a file is said, with its line, and the page stays as it is', async ({ scope, page }) => {
  for (const [what, text, said] of BAD) {
    await open(scope, text, 'bad.json');
    for (const words of said) await expect(scope.alert, what).toContainText(words);
    await expect(scope.alert, what).toContainText('bad.json');
    await strip(scope).getByRole('button', { name: 'Close' }).click();
    await expect(scope.alert).toHaveCount(0);
  }
  await expect(scope.prompt).toHaveValue(/^When Mary/);
  expect(page.url()).not.toContain('lesson=');
});

test('texts are texts: nothing in them is markup, and none breaks the page', async ({ scope, page }) => {
  const hostile = '<img src=x onerror="document.title=\'taken\'"><script>alert(1)</script> ${alert(1)} \u202e\u0000 ' + 'W'.repeat(400);
  const then = { text: hostile, state: ITALY };
  const ask = { question: hostile.slice(0, 300), choices: ['<b>bold</b>', 'W'.repeat(110)], answer: 0, then };
  await open(scope, lines({ ...GOOD, title: '<i>title</i>', steps: [{ text: hostile, state: CAPITAL, ask }], sources: [{ text: '<u>source</u>', url: 'https://example.com/?<script>' }] }));
  await expect(strip(scope).getByText('<img src=x').first()).toBeVisible();
  await expect(strip(scope).getByRole('button', { name: '<b>bold</b>' })).toBeVisible();
  for (const width of [1440, 320]) {
    await resize(page, { width, height: 568 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  expect(await wrong(page)).toEqual([]);
  await page.keyboard.press('PageDown');
  await expect(strip(scope).getByRole('link', { name: '<u>source</u>' })).toHaveAttribute('rel', /noopener/);
  expect(await strip(scope).locator('img, script, b, i, u').count()).toBe(0);
  await expect(page).not.toHaveTitle('taken');
});

test('a lesson is named by its address, before the # or after it; what cannot be read is said', async ({ scope, page, server }) => {
  scope.expected = /Failed to load resource/;
  await page.route('**/some/lecture/*.json', (route) => {
    const name = route.request().url().split('/').at(-1);
    return name === 'one.json' ? route.fulfill({ body: lines(GOOD) }) : name === 'long.json' ? route.fulfill({ body: Buffer.alloc(10_000_000, '[') }) : route.fulfill({ status: 404 });
  });
  await page.goto(`${server.page}?lesson=../lecture/one.json`);
  await expect(strip(scope)).toContainText('France first.');
  await expect(scope.prompt).toHaveValue('The capital of France is');
  await page.keyboard.press('PageDown');
  await expect(strip(scope)).toContainText('Who wrote it?');
  await expect.poll(() => page.url()).toMatch(/one\.json&step=2$/);
  expect(page.url()).not.toContain('?');
  await page.reload();
  await expect(strip(scope)).toContainText('Who wrote it?');

  for (const [lesson, said] of [
    ['../lecture/long.json', 'larger than 200 kB'],
    ['../lecture/none.json', 'the server answers 404'],
    ['unknown', 'There is no lesson “unknown”; there are what-a-logit-is-made-of'],
    ['javascript:alert(1)//x', 'no address of a lesson'],
    ['https://nowhere.invalid/x.json', 'cannot be fetched'],
  ] as const) {
    await page.evaluate((hash) => (location.hash = hash), `#${new URLSearchParams({ lesson })}`);
    await expect(scope.alert, lesson).toContainText(said);
  }
  // A step that there is not is the last.
  await page.evaluate(() => (location.hash = '#lesson=is-it-always-so&step=99'));
  await expect(strip(scope)).toContainText('5 of 5');
});

test.describe('the first minute', () => {
  test.beforeEach(({ page }) => page.addInitScript(() => Object.defineProperty(navigator, 'webdriver', { get: () => false })));
  const minute = ({ page }: Logitscope) => page.getByRole('region', { name: 'The first minute' });

  test('is shown once, to who opens nothing that someone linked to; leaves at once; and comes back from Help', async ({ page, server, scope }) => {
    await page.evaluate(() => localStorage.clear());
    await page.goto('about:blank');
    await page.goto(`${server.page}#${CAPITAL}`);
    await scope.answered();
    await expect(minute(scope)).toHaveCount(0);
    await page.goto('about:blank');
    await page.goto(server.page);
    await expect(minute(scope)).toContainText('What is asked.');
    await minute(scope).getByRole('button', { name: 'Next' }).click();
    await expect(minute(scope)).toContainText('What adds up.');
    await page.keyboard.press('Escape');
    await expect(minute(scope)).toHaveCount(0);
    await page.goto('about:blank');
    await page.goto(server.page);
    await scope.answered();
    await expect(minute(scope)).toHaveCount(0);

    await page.getByRole('button', { name: 'Three steps to begin with' }).click();
    for (const name of ['Next', 'Next', 'Begin a lesson']) await minute(scope).getByRole('button', { name }).click();
    await expect(minute(scope)).toHaveCount(0);
    await expect(strip(scope)).toContainText('1 of 6');
  });
});
