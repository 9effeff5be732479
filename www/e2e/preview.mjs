// Makes the pictures of dist/: public/preview.png, which other sites show beside a link to the page, of what it shows in a frame; and
// the README's, docs/screenshot.png, docs/depth.png, docs/when.png, docs/what-if.png and docs/always.png.
//
//     CHROME=/usr/bin/chromium node www/e2e/preview.mjs
import { chromium } from '@playwright/test';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const files = sirv(path('../../dist/'));
const server = createServer((request, response) => files(request, response, () => response.writeHead(404).end()));
await new Promise((listening) => server.listen(0, listening));
const browser = await chromium.launch({ executablePath: process.env.CHROME, args: ['--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 800, height: 420 }, deviceScaleFactor: 1.5, serviceWorkers: 'block' });
await page.goto(`http://localhost:${server.address().port}/?embed=1`);
await page.locator('chart-figure canvas').waitFor();
await page.waitForTimeout(500);
await page.screenshot({ path: path('../public/preview.png') });

const readme = await browser.newPage({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
const asked = 'prompt=When+Mary+and+John+went+to+the+store%2C+John+gave+a+drink+to&answer=+Mary&incorrect=+John&unit=head';
const views = {
  screenshot: '',
  depth: '&path=L3H4%4013&selected=L2H5',
  when: '&view=when',
  'what-if': '&view=what-if&selected=L2H5',
  always: '&view=always&set=preset%3Awho-gets-the-drink&selected=L2H5',
};
for (const [name, way] of Object.entries(views)) {
  await readme.goto(`http://localhost:${server.address().port}/#${asked}${way}`);
  await readme.locator('chart-figure canvas').first().waitFor();
  await readme.waitForTimeout(4000);
  await readme.screenshot({ path: path(`../../docs/${name}.png`) });
}
await browser.close();
server.close();
