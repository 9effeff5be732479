import { Chart, initCharts, type Logitscope } from '/dist/logitscope.js';
import { quantity, row, type Quantity, type Row } from '../report.js';
import { prompt } from './prompts.js';
import { ANSWER, UNITS } from './sides.js';

const FRAMES = 31;
const SIZE = { width: 460, height: 280 };

/** Charts redrawn as the page does it: in a frame, all three when something is pointed at, since it is marked in each. */
export async function charts(scope: Logitscope): Promise<Row[]> {
  await initCharts();
  const run = await scope.run(prompt(16));
  const shown: Shown[] = [];
  for (const unit of UNITS) {
    const chart = new Chart(await run.attribute({ ...ANSWER, unit }), 'answer', 'incorrect');
    const canvas = document.body.appendChild(document.createElement('canvas'));
    shown.push({ name: `${unit}s`, chart, canvas });
  }
  run.free();
  const largest = xl();
  const rows: Row[] = [];
  for (const [name, view, most] of [
    ['pointed at', pointed, 4],
    ['resized', resized, 8],
  ] as const) {
    for (const one of shown) rows.push(await redrawn(`${one.name}, ${name}`, [one], view, most));
    rows.push(await redrawn(`all three, ${name}`, shown, view, 8));
    rows.push(await redrawn(`${largest.name}, ${name}`, [largest], view, most));
  }
  for (const { chart, canvas } of [...shown, largest]) {
    chart.free();
    canvas.remove();
  }
  return rows;
}

/** As many heads as GPT-2 XL has. */
function xl(): Shown {
  const labels = [...Array.from({ length: 48 * 25 }, (_, i) => `L${Math.floor(i / 25)}H${i % 25}`), 'remainder'];
  const attribution = labels.map((_, i) => Math.sin(i * i));
  const total = [attribution.reduce((sum, x) => sum + x)];
  const chart = new Chart({ unit: 'head', labels, attribution, positions: [0], logit: total, bias: [0], total, error: [0] }, 'answer', 'incorrect');
  return { name: '48 x 25 heads', chart, canvas: document.body.appendChild(document.createElement('canvas')) };
}

interface Shown {
  name: string;
  chart: Chart;
  canvas: HTMLCanvasElement;
}

type View = { width: number; height: number; hovered?: string };

const resized = (_: Shown, frame: number): View => ({ ...SIZE, width: SIZE.width + (frame % 50) });

function pointed({ chart }: Shown, frame: number): View {
  const items = chart.items();
  const hovered = items[(frame * 7) % items.length]?.label;
  return hovered === undefined ? SIZE : { ...SIZE, hovered };
}

async function redrawn(name: string, shown: Shown[], view: (one: Shown, frame: number) => View, limit: number): Promise<Row> {
  const draws: number[] = [];
  const frames: number[] = [];
  for (let frame = -5; frame < FRAMES; frame++) {
    const views = shown.map((one) => view(one, frame + 5));
    const { draw, painted } = await paint(() => {
      for (const [i, { chart, canvas }] of shown.entries()) {
        const at = views[i] ?? SIZE;
        canvas.style.width = `${at.width}px`;
        canvas.style.height = `${at.height}px`;
        chart.draw(canvas, { ...at, pixelRatio: devicePixelRatio });
      }
    });
    if (frame < 0) continue;
    draws.push(draw);
    frames.push(painted);
  }
  // What comes after drawing is the browser's: without a GPU it rasterises in software.
  const beside: Record<string, Quantity> = { 'until painted': quantity('ms', frames) };
  return row(name, quantity('ms', draws), { at: '<', limit }, beside);
}

/** Milliseconds of drawing, and of that with the layout and painting of the frame that it is drawn in. */
function paint(draw: () => void): Promise<{ draw: number; painted: number }> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const start = performance.now();
      draw();
      const drawn = performance.now();
      const { port1, port2 } = new MessageChannel();
      // Comes after the frame: its rendering goes on in the task that this function runs in.
      port1.onmessage = () => resolve({ draw: drawn - start, painted: performance.now() - start });
      port2.postMessage(undefined);
    });
  });
}
