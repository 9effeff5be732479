// Makes docs/film.svg of dist/: what the page can do, as stills that follow each other, with a line under each. Where motion is reduced, the
// first stands still.
//
//     CHROME=/usr/bin/chromium node www/e2e/film.mjs
import { chromium } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';

/** The page's window, and the picture of it. */
const WINDOW = { width: 1440, height: 900 };
const SIZE = { width: 1200, height: 750 };
const LINE = 54;
const SECONDS = 3.5;

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const files = sirv(path('../../dist/'));
const server = createServer((request, response) => files(request, response, () => response.writeHead(404).end()));
await new Promise((listening) => server.listen(0, listening));
const browser = await chromium.launch({ executablePath: process.env.CHROME, args: ['--disable-gpu'] });
const page = await browser.newPage({ viewport: WINDOW, serviceWorkers: 'block' });

const asked = 'prompt=When+Mary+and+John+went+to+the+store%2C+John+gave+a+drink+to&answer=+Mary&incorrect=+John&unit=head';
const scenes = [
  ['Why Mary rather than John? Each part’s share of the logit, and they add up.', `${asked}`],
  ['A head: what it takes from each word, and where it looks.', `${asked}&selected=L3H4`],
  ['Go in: who had written what it read there.', `${asked}&path=L3H4%4013&selected=L2H5`],
  ['When was it known? The likeliest word after each layer.', `${asked}&view=when`],
  ['What if? Each part taken out, and who steps in.', `${asked}&view=what-if&selected=L2H5`],
  ['Always? The same of a hundred sentences.', `${asked}&view=always&set=preset%3Awho-gets-the-drink&selected=L2H5`],
  ['Eight lessons walk through it.', 'lesson=induction-is-two-heads&step=3'],
];

/** A screenshot as WebP, which is a third of the PNG. */
async function still() {
  const png = (await page.screenshot()).toString('base64');
  return page.evaluate(async ({ png, width, height }) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, width, height);
    return canvas.toDataURL('image/webp', 0.8);
  }, { png, ...SIZE });
}

const stills = [];
for (const [, way] of scenes) {
  await page.goto('about:blank');
  await page.goto(`http://localhost:${server.address().port}/#${way}`);
  await page.locator('chart-figure canvas').first().waitFor();
  await page.waitForTimeout(4000);
  stills.push(await still());
}
await browser.close();
server.close();

const all = scenes.length * SECONDS;
const share = (100 / scenes.length).toFixed(3);
const frames = scenes.map(
  ([line], i) => `<g class="scene" style="animation-delay:${i * SECONDS}s">
<image width="${SIZE.width}" height="${SIZE.height}" href="${stills[i]}"/>
<text x="24" y="${SIZE.height + 35}">${line}</text>
</g>`,
);
await writeFile(
  path('../../docs/film.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height + LINE}" role="img" aria-label="${scenes.map(([line]) => line).join(' ')}">
<style>
text { font: 600 22px system-ui, sans-serif; fill: #1f2328; }
.scene { opacity: 0; animation: shown ${all}s infinite; }
@keyframes shown { 0%, ${share}% { opacity: 1; } ${(Number(share) + 0.01).toFixed(3)}%, 100% { opacity: 0; } }
@media (prefers-reduced-motion: reduce) { .scene { animation: none; } .scene:first-of-type { opacity: 1; } }
</style>
<rect width="100%" height="100%" fill="#fff"/>
${frames.join('\n')}
</svg>
`,
);
