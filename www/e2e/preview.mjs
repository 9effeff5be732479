// Makes the picture that other sites show beside a link to the page: public/preview.png, of what dist/ shows in a frame.
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
await browser.close();
server.close();
