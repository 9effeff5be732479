import { Logitscope, type Attribution } from 'logitscope';
import { Chart, initCharts } from 'logitscope/charts';

export async function asks(prompt: string): Promise<Attribution> {
  const scope = await Logitscope.load('models/bundled/', { assets: '/assets/', workerUrl: new URL('https://example.org/worker.js') });
  const run = await scope.run(prompt);
  return run.attribute({ answer: ' Mary', incorrect: [' John'], unit: 'head' });
}

export async function draws(canvas: HTMLCanvasElement): Promise<typeof Chart> {
  await initCharts({ assets: '/assets/' });
  // @ts-expect-error a chart is of an attribution
  new Chart(canvas);
  return Chart;
}
