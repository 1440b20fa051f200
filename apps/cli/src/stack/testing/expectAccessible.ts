import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
)

/** Runs axe over what is shown now, in light and in dark. */
export async function expectAccessible(
  page: Page,
  name: string,
): Promise<void> {
  await page.evaluate(axeSource)
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    // Colours are all that differs the second time.
    const { violations } = await page.evaluate<AxeResults>(
      colorScheme === 'dark'
        ? 'axe.run(document)'
        : "axe.run(document, { runOnly: ['color-contrast'] })",
    )
    expect(
      violations.map(({ id, nodes }) => ({
        id,
        where: nodes.map(({ target, failureSummary }) => [
          target.join(' '),
          failureSummary,
        ]),
      })),
      `${name}, ${colorScheme}`,
    ).toEqual([])
  }
}
