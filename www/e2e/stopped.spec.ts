import type { Page } from '@playwright/test';
import { expect, test, type Logitscope } from './test';

declare global {
  interface Window {
    workers: Worker[];
  }
}

/** Lets a test at the page's workers. */
async function keepWorkers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.workers = [];
    const Original = Worker;
    window.Worker = class extends Original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        window.workers.push(this);
      }
    };
  });
  await page.reload();
}

/** Ends the workers, as a browser does for want of memory, while another prompt is asked. */
async function stop(scope: Logitscope, prompt: string): Promise<void> {
  await scope.page.evaluate(() => {
    for (const worker of window.workers) {
      worker.terminate();
      worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
    }
  });
  await scope.prompt.fill(prompt);
}

test.beforeEach(async ({ scope, page }) => {
  await keepWorkers(page);
  await scope.answered();
});

test('a model that stops is said to have stopped, once, and can be loaded again: the question stays', async ({ scope, page }) => {
  await stop(scope, 'The capital of Italy is');
  await expect(scope.alert).toHaveCount(1);
  await expect(scope.alert).toContainText('bundled model stopped.');
  await expect(scope.alert).toContainText('out of memory');
  await expect(scope.alert).not.toContainText('Still in use');
  await expect(scope.modelButton).toHaveAccessibleName('Model: none');
  await expect(scope.prompt).toHaveAttribute('aria-invalid', 'false');
  await expect(scope.steps).toBeVisible();
  // What was shown stays to be read, but is no answer.
  await expect(page.locator('answer-charts .charts')).toHaveAttribute('data-stale');
  await expect(page.locator('answer-charts .charts')).toHaveAttribute('aria-busy', 'false');

  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(scope.alert).toHaveCount(0);
  await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
  await expect(scope.tokens.last()).toHaveText('·is');
  await expect(scope.prompt).toHaveValue('The capital of Italy is');
  await scope.answered();
  await expect(page.locator('answer-charts .charts')).not.toHaveAttribute('data-stale');
  const { tokens } = await scope.numbers();
  expect(tokens.map(({ text }) => text).slice(1).join('')).toBe('The capital of Italy is');
});

test('another model that stops can be left for the bundled one', async ({ scope, page, server }) => {
  await scope.load(server.model('tiny-a'));
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  await stop(scope, '1, 5, 9');
  await expect(scope.alert).toHaveCount(1);
  await expect(scope.alert).toContainText(/tiny-a stopped\./);
  await page.getByRole('button', { name: 'Use the bundled model' }).click();
  await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
  await scope.prompt.fill('The capital of Italy is');
  await expect(scope.tokens.last()).toHaveText('·is');
  await scope.answered();
  await expect(scope.alert).toHaveCount(0);
});
